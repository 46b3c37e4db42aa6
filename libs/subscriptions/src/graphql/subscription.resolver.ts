import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import {
  Batch,
  ConnectionArgs,
  idOf,
  pageRequest,
  refusesWith,
  toConnection,
  toGlobalId,
  type Connection,
} from '#libs/graphql';
import { CloudAccountService, CloudAccountType, type CloudAccount } from '#libs/cloud-accounts';
import { Idempotency } from '#libs/idempotency';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Subscription } from '../subscription.entity.js';
import { SubscriptionService } from '../subscription.service.js';
import { newestFirst, orderOf } from './subscription-order.js';
import {
  CreateSubscriptionInput,
  DeleteSubscriptionInput,
  SubscriptionFilterInput,
  SubscriptionOrderInput,
} from './subscription.inputs.js';
import {
  CreateSubscriptionPayload,
  DeleteSubscriptionPayload,
  SubscriptionConnectionType,
  SubscriptionType,
} from './subscription.types.js';

const order = orderOf('cloudSubscriptions');

@Resolver(() => SubscriptionType)
export class SubscriptionResolver {
  private readonly accountOf = new Batch(async (viewer: Viewer, ids: readonly number[]) => {
    const accounts = await this.accounts.findMany(viewer, ids);
    return ids.map((id) => accounts.find((account) => account.id === id) ?? null);
  });

  constructor(
    private readonly subscriptions: SubscriptionService,
    private readonly accounts: CloudAccountService,
    private readonly idempotency: Idempotency,
  ) {}

  @Query(() => SubscriptionType, {
    nullable: true,
    description: 'One subscription, ended or not; null when there is none with this id.',
  })
  cloudSubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('id', { type: () => ID, description: 'The subscription.' }) id: string,
  ): Promise<Subscription | null> {
    return this.subscriptions.find(viewer, idOf('CloudSubscription', id));
  }

  @Query(() => SubscriptionConnectionType, {
    description: 'Your subscriptions, ended ones included; the newest first when no order is given.',
  })
  async cloudSubscriptions(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
    @Args('filter', { nullable: true, description: 'Which of them.' }) filter: SubscriptionFilterInput = {},
    @Args('orderBy', { nullable: true, description: 'How to sort them.' })
    orderBy: SubscriptionOrderInput = newestFirst,
  ): Promise<Connection<Subscription>> {
    const page = await this.subscriptions.list(viewer, filter, pageRequest(order, args, orderBy));
    return toConnection(order, orderBy, page, () => this.subscriptions.count(viewer, filter));
  }

  @RequiresRole('MANAGER')
  @Mutation(() => CreateSubscriptionPayload, {
    nullable: true,
    description: `Begins a subscription in a cloud account, which cannot be deleted while it is active. ${refusesWith('INVALID_INPUT', 'UNKNOWN_REGION', 'NOT_FOUND', 'CLOUD_ACCOUNT_NOT_ACTIVE', 'CLOUD_ACCOUNT_BROKEN', 'REGION_IN_ANOTHER_PARTITION', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEY_IN_FLIGHT')}`,
  })
  async createSubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'The subscription.' }) input: CreateSubscriptionInput,
  ) {
    const cloudAccountId = idOf('CloudAccount', input.cloudAccountId);
    const subscription = await this.idempotency.once(viewer, 'createSubscription', input, Subscription, (remember) =>
      this.subscriptions.create(viewer, { ...input, cloudAccountId }, remember),
    );
    return { subscription };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => DeleteSubscriptionPayload, {
    nullable: true,
    description: `Ends a subscription for ever. ${refusesWith('NOT_FOUND', 'VERSION_CONFLICT', 'SUBSCRIPTION_ALREADY_ENDED')}`,
  })
  async deleteSubscription(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) input: DeleteSubscriptionInput,
  ) {
    return {
      subscription: await this.subscriptions.delete(viewer, idOf('CloudSubscription', input.id), input.expectedVersion),
    };
  }

  @ResolveField(() => ID)
  id(@Parent() subscription: Subscription): string {
    return toGlobalId('CloudSubscription', subscription.id);
  }

  @ResolveField(() => CloudAccountType, {
    nullable: true,
    description: 'The account it was built in; null once that is deleted.',
  })
  cloudAccount(@CurrentViewer() viewer: Viewer, @Parent() subscription: Subscription): Promise<CloudAccount | null> {
    return this.accountOf.load(viewer, subscription.cloudAccountId);
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `deleteSubscription` on it.' })
  viewerCanDelete(@CurrentViewer() viewer: Viewer, @Parent() subscription: Subscription): ViewerPermission {
    return permission(viewer, 'MANAGER', () => subscription.refuseIfEnded());
  }
}
