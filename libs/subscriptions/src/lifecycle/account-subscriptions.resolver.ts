import { CurrentViewer, permission, ViewerPermission, type Viewer } from '#libs/access';
import {
  alikeTogether,
  Batch,
  ConnectionArgs,
  pageRequest,
  readsOnly,
  selectedProperties,
  toConnection,
  type Connection,
} from '#libs/graphql';
import { CloudAccountHealthService, CloudAccountType, type CloudAccount } from '#libs/cloud-accounts';
import type { PageRequest } from '#libs/kernel';
import { Args, Extensions, Info, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { ListedSubscription } from '../subscription.entity.js';
import { SubscriptionService } from './subscription.service.js';
import type { SubscriptionFilter, SubscriptionOrderField } from '../subscriptions.js';
import { newestFirst, orderOf } from './subscription-order.enums.js';
import { SubscriptionFilterInput, SubscriptionOrderInput } from './subscription.inputs.js';
import { SubscriptionConnectionType } from '../subscription.types.js';

interface Question {
  readonly accountId: number;
  readonly filter: SubscriptionFilter;
  readonly page: PageRequest<SubscriptionOrderField>;
}

/** Adds `subscriptions` to CloudAccount. */
@Resolver(() => CloudAccountType)
export class AccountSubscriptionsResolver {
  private readonly pages = new Batch((viewer: Viewer, questions: readonly Question[]) =>
    alikeTogether(
      questions,
      ({ filter, page }) => [filter, page],
      (some, { filter, page }) => this.service.listOfAccounts(viewer, accountsOf(some), filter, page),
    ),
  );

  private readonly counts = new Batch((viewer: Viewer, questions: readonly Omit<Question, 'page'>[]) =>
    alikeTogether(
      questions,
      ({ filter }) => filter,
      (some, { filter }) => this.service.countOfAccounts(viewer, accountsOf(some), filter),
    ),
  );

  private readonly isBroken = new Batch((_: Viewer, accounts: readonly CloudAccount[]) =>
    this.health.areBroken(accounts),
  );

  constructor(
    private readonly service: SubscriptionService,
    private readonly health: CloudAccountHealthService,
  ) {}

  @Extensions(readsOnly('id'))
  @ResolveField(() => SubscriptionConnectionType, {
    description:
      'Your subscriptions in this account, including ended ones. Sorted newest first unless `orderBy` is given.',
  })
  subscriptions(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: accountId }: CloudAccount,
    @Args() args: ConnectionArgs,
    @Args('filter', { nullable: true, description: 'Filter for the list.' }) filter: SubscriptionFilterInput = {},
    @Args('orderBy', { nullable: true, description: 'Sort order of the list.' })
    orderBy: SubscriptionOrderInput = newestFirst,
    @Info() info: GraphQLResolveInfo,
  ): Connection<ListedSubscription> {
    const order = orderOf(`cloudAccount/${accountId}/subscriptions`);
    const page = pageRequest(order, args, orderBy, selectedProperties(info));
    return toConnection(
      order,
      orderBy,
      () => this.pages.load(viewer, { accountId, filter, page }),
      () => this.counts.load(viewer, { accountId, filter }),
    );
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `createSubscription` in this account.' })
  async viewerCanCreateSubscription(
    @CurrentViewer() viewer: Viewer,
    @Parent() account: CloudAccount,
  ): Promise<ViewerPermission> {
    const isBroken = await this.isBroken.load(viewer, account);
    return permission(viewer, 'MANAGER', () => account.refuseNewSubscription({ isBroken }));
  }
}

const accountsOf = (questions: readonly Pick<Question, 'accountId'>[]) => questions.map(({ accountId }) => accountId);
