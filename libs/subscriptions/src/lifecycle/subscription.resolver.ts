import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import {
  alikeTogether,
  Batch,
  ConnectionArgs,
  idOf,
  pageRequest,
  readsOnly,
  selectedProperties,
  toConnection,
  type Connection,
} from '#libs/graphql';
import { CloudAccountService, CloudAccountType, type CloudAccount } from '#libs/cloud-accounts';
import type { Tag } from '#libs/iam-setup';
import { Idempotency } from '#libs/idempotency';
import { Args, Extensions, ID, Info, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { Subscription, type ListedSubscription } from '../subscription.entity.js';
import { eachOf, type PageRequest } from '#libs/kernel';
import { SubscriptionService } from './subscription.service.js';
import type { OverlapOrderField } from '../subscriptions.js';
import { byAddress, newestFirst, orderOf, overlapsOf } from './subscription-order.enums.js';
import {
  CreateSubscriptionInput,
  DeleteSubscriptionInput,
  RetrySubscriptionInput,
  SubscriptionFilterInput,
  SubscriptionOrderInput,
  UpdateSubscriptionInput,
} from './subscription.inputs.js';
import {
  CreateSubscriptionPayload,
  DeleteSubscriptionPayload,
  ProvisioningType,
  RetrySubscriptionPayload,
  SubscriptionConnectionType,
  SubscriptionFailureType,
  SubscriptionType,
  TagType,
  UpdateSubscriptionPayload,
} from '../subscription.types.js';

const order = orderOf('cloudSubscriptions');

interface OverlapQuestion {
  readonly subscription: ListedSubscription;
  readonly page: PageRequest<OverlapOrderField>;
}

@Resolver(() => SubscriptionType)
export class SubscriptionResolver {
  private readonly accountOf = new Batch(async (viewer: Viewer, ids: readonly number[]) => {
    const accounts = await this.accounts.findMany(viewer, ids);
    return eachOf(ids, accounts, ({ id }) => id);
  });

  private readonly workOf = new Batch(async (_: Viewer, ids: readonly number[]) => {
    const works = await this.subscriptions.listWork(ids);
    return eachOf(ids, works, ({ subscriptionId }) => subscriptionId);
  });

  private readonly tagsOf = new Batch((viewer: Viewer, ids: readonly number[]) =>
    this.subscriptions.tagsOf(viewer, ids),
  );
  private readonly overlaps = new Batch((viewer: Viewer, questions: readonly OverlapQuestion[]) =>
    alikeTogether(
      questions,
      ({ page }) => page,
      (some, { page }) =>
        this.subscriptions.listOverlapping(
          viewer,
          some.map(({ subscription }) => subscription),
          page,
        ),
    ),
  );
  private readonly overlapCounts = new Batch((viewer: Viewer, subscriptions: readonly ListedSubscription[]) =>
    this.subscriptions.countOverlapping(viewer, subscriptions),
  );

  constructor(
    private readonly subscriptions: SubscriptionService,
    private readonly accounts: CloudAccountService,
    private readonly idempotency: Idempotency,
  ) {}

  @Query(() => SubscriptionType, {
    nullable: true,
    description: 'Subscription with the given ID, including ended ones. Null when it does not exist.',
  })
  cloudSubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('id', { type: () => ID, description: 'ID of the subscription.' }) id: string,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ListedSubscription | null> {
    return this.subscriptions.find(viewer, idOf('CloudSubscription', id), selectedProperties(info));
  }

  @Query(() => SubscriptionConnectionType, {
    description: 'Your subscriptions, including ended ones. Sorted newest first unless `orderBy` is given.',
  })
  cloudSubscriptions(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
    @Args('filter', { nullable: true, description: 'Filter for the list.' }) filter: SubscriptionFilterInput = {},
    @Args('orderBy', { nullable: true, description: 'Sort order of the list.' })
    orderBy: SubscriptionOrderInput = newestFirst,
    @Info() info: GraphQLResolveInfo,
  ): Connection<ListedSubscription> {
    const page = pageRequest(order, args, orderBy, selectedProperties(info));
    return toConnection(
      order,
      orderBy,
      () => this.subscriptions.list(viewer, filter, page),
      () => this.subscriptions.count(viewer, filter),
    );
  }

  @RequiresRole('MANAGER')
  @Mutation(() => CreateSubscriptionPayload, {
    nullable: true,
    description:
      'Creates a subscription in a cloud account. While the subscription is active, the account cannot be deleted.',
  })
  async createSubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Subscription to create.' }) input: CreateSubscriptionInput,
  ) {
    const cloudAccountId = idOf('CloudAccount', input.cloudAccountId);
    const subscription = await this.idempotency.once(viewer, 'createSubscription', input, Subscription, (remember) =>
      this.subscriptions.create(viewer, { ...input, cloudAccountId }, remember),
    );
    return { subscription };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => UpdateSubscriptionPayload, {
    nullable: true,
    description: 'Renames a subscription, or changes its configuration, which a provisioner then applies.',
  })
  async updateSubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Changes to the subscription.' })
    { id, expectedVersion, ...change }: UpdateSubscriptionInput,
  ) {
    const subscription = await this.subscriptions.update(
      viewer,
      idOf('CloudSubscription', id),
      expectedVersion,
      change,
    );
    return { subscription };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => DeleteSubscriptionPayload, {
    nullable: true,
    description:
      'Ends a subscription permanently. It ends immediately if no provisioner has started to build it, otherwise after a provisioner has removed its resources.',
  })
  async deleteSubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Subscription to end.' }) { id, expectedVersion }: DeleteSubscriptionInput,
  ) {
    return { subscription: await this.subscriptions.delete(viewer, idOf('CloudSubscription', id), expectedVersion) };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => RetrySubscriptionPayload, {
    nullable: true,
    description: 'Retries the provisioning that failed.',
  })
  async retrySubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Subscription to retry.' }) { id, expectedVersion }: RetrySubscriptionInput,
  ) {
    return { subscription: await this.subscriptions.retry(viewer, idOf('CloudSubscription', id), expectedVersion) };
  }

  @ResolveField(() => [TagType])
  tags(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id, tags }: ListedSubscription,
  ): readonly Tag[] | Promise<readonly Tag[]> {
    return tags ?? this.tagsOf.load(viewer, id);
  }

  @Extensions(readsOnly('cloudAccountId'))
  @ResolveField(() => CloudAccountType, {
    nullable: true,
    description: 'Cloud account of the subscription. Null after the account is deleted.',
  })
  cloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Parent() subscription: ListedSubscription,
  ): Promise<CloudAccount | null> {
    return this.accountOf.load(viewer, subscription.cloudAccountId);
  }

  @ResolveField(() => ViewerPermission, {
    description: 'Whether you can use `deleteSubscription` on this subscription.',
  })
  viewerCanDelete(@CurrentViewer() viewer: Viewer, @Parent() subscription: ListedSubscription): ViewerPermission {
    return permission(viewer, 'MANAGER', () => subscription.refuseChange());
  }

  @ResolveField(() => ViewerPermission, {
    description:
      'Whether you can use `updateSubscription` on this subscription. Changes other than the name may still be refused until provisioning ends.',
  })
  viewerCanUpdate(@CurrentViewer() viewer: Viewer, @Parent() subscription: ListedSubscription): ViewerPermission {
    return permission(viewer, 'MANAGER', () => subscription.refuseChange());
  }

  @ResolveField(() => ViewerPermission, {
    description: 'Whether you can use `retrySubscription` on this subscription.',
  })
  viewerCanRetry(@CurrentViewer() viewer: Viewer, @Parent() subscription: ListedSubscription): ViewerPermission {
    return permission(viewer, 'MANAGER', () => subscription.refuseRetry());
  }

  @ResolveField(() => SubscriptionFailureType, {
    nullable: true,
    description: 'Most recent failure. Null unless the status is ERROR.',
  })
  failure(@Parent() { failedKind: kind, failureMessage: message }: ListedSubscription): SubscriptionFailureType | null {
    return kind && { kind, message: message ?? '' };
  }

  @ResolveField(() => ProvisioningType, {
    nullable: true,
    description: 'Provisioning in progress or waiting. Null when there is none.',
  })
  async provisioning(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id }: ListedSubscription,
  ): Promise<ProvisioningType | null> {
    const work = await this.workOf.load(viewer, id);
    return work && Object.assign(work, { isClaimed: this.subscriptions.isClaimed(work) });
  }

  @ResolveField(() => SubscriptionConnectionType, {
    description:
      'Your other active subscriptions with overlapping IP addresses, sorted by address. Overlapping networks cannot be connected. Overlaps are refused only within one VPC.',
  })
  overlappingSubscriptions(
    @CurrentViewer() viewer: Viewer,
    @Parent() subscription: ListedSubscription,
    @Args() args: ConnectionArgs,
  ): Connection<ListedSubscription> {
    const order = overlapsOf(subscription);
    const page = pageRequest(order, args, byAddress);
    return toConnection(
      order,
      byAddress,
      () => this.overlaps.load(viewer, { subscription, page }),
      () => this.overlapCounts.load(viewer, subscription),
    );
  }
}
