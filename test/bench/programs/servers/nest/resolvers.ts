import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { cursor, globalId, idOf } from '../data/ids.js';
import { AccountsService } from './accounts.service.js';
import { AuthService } from './auth.service.js';
import { CloudAccount, CloudSubscriptionStatus, Subscription } from './entities.js';
import { RequestContext } from './request-context.js';
import { SubscriptionsService } from './subscriptions.service.js';
import {
  AccountSubscriptions,
  CloudAccountConnection,
  CloudSubscriptionConnection,
  CreateSubscriptionInput,
  DeleteSubscriptionInput,
  pageInfo,
  SubscriptionPayload,
  TenantType,
  ViewerType,
} from './types.js';

const accountCursor = ({ nameKey, id }: CloudAccount) => cursor('cloudAccounts', 'NAME', 'ASC', nameKey, id);
const subscriptionCursor = ({ createdAt, id }: Subscription) =>
  cursor('cloudSubscriptions', 'CREATED_AT', 'DESC', createdAt.getTime(), id);

@Resolver(() => CloudAccount)
export class AccountResolver {
  constructor(private readonly accounts: AccountsService) {}

  @Query(() => CloudAccount, { nullable: true })
  cloudAccount(@Context('request') { key }: RequestContext, @Args('id', { type: () => ID }) id: string) {
    return this.accounts.find(key, idOf('CloudAccount', id));
  }

  @Query(() => CloudAccountConnection)
  async cloudAccounts(
    @Context('request') { key }: RequestContext,
    @Args('first', { type: () => Int, defaultValue: 50 }) first: number,
  ) {
    const rows = await this.accounts.list(key, first + 1);
    return { nodes: rows.slice(0, first), pageInfo: pageInfo(rows, first, accountCursor) };
  }

  @ResolveField(() => ID)
  id(@Parent() { id }: CloudAccount) {
    return globalId('CloudAccount', id);
  }

  @ResolveField(() => AccountSubscriptions)
  subscriptions(
    @Parent() { id }: CloudAccount,
    @Args('first', { type: () => Int, defaultValue: 50 }) first: number,
  ): AccountSubscriptions {
    return { accountId: id, first };
  }
}

@Resolver(() => CloudAccountConnection)
export class AccountConnectionResolver {
  constructor(private readonly accounts: AccountsService) {}

  @ResolveField(() => Int)
  totalCount(@Context('request') { key }: RequestContext) {
    return this.accounts.count(key);
  }
}

@Resolver(() => AccountSubscriptions)
export class AccountSubscriptionsResolver {
  constructor(private readonly subscriptions: SubscriptionsService) {}

  @ResolveField(() => [Subscription])
  nodes(@Context('request') request: RequestContext, @Parent() { accountId, first }: AccountSubscriptions) {
    return request.newestLoader(this.subscriptions, first).load(accountId);
  }

  @ResolveField(() => Int)
  totalCount(@Context('request') request: RequestContext, @Parent() { accountId }: AccountSubscriptions) {
    return request.countLoader(this.subscriptions).load(accountId);
  }
}

@Resolver(() => Subscription)
export class SubscriptionResolver {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly accounts: AccountsService,
  ) {}

  @Query(() => Subscription, { nullable: true })
  cloudSubscription(@Context('request') { key }: RequestContext, @Args('id', { type: () => ID }) id: string) {
    return this.subscriptions.find(key, idOf('CloudSubscription', id));
  }

  @Query(() => CloudSubscriptionConnection)
  async cloudSubscriptions(
    @Context('request') { key }: RequestContext,
    @Args('first', { type: () => Int, defaultValue: 50 }) first: number,
  ) {
    const rows = await this.subscriptions.list(key, first + 1);
    return { nodes: rows.slice(0, first), pageInfo: pageInfo(rows, first, subscriptionCursor) };
  }

  @Mutation(() => SubscriptionPayload, { nullable: true })
  async createSubscription(
    @Context('request') { key }: RequestContext,
    @Args('input') input: CreateSubscriptionInput,
  ): Promise<SubscriptionPayload> {
    return { subscription: await this.subscriptions.create(key, input), userErrors: [] };
  }

  @Mutation(() => SubscriptionPayload, { nullable: true })
  async deleteSubscription(
    @Context('request') { key }: RequestContext,
    @Args('input') input: DeleteSubscriptionInput,
  ): Promise<SubscriptionPayload> {
    return { subscription: await this.subscriptions.remove(key, input), userErrors: [] };
  }

  @ResolveField(() => ID)
  id(@Parent() { id }: Subscription) {
    return globalId('CloudSubscription', id);
  }

  @ResolveField(() => Boolean)
  isActive(@Parent() { status }: Subscription) {
    return status !== CloudSubscriptionStatus.DELETED;
  }

  @ResolveField(() => CloudAccount, { nullable: true })
  cloudAccount(@Context('request') request: RequestContext, @Parent() { accountId }: Subscription) {
    return request.accountLoader(this.accounts).load(accountId);
  }
}

@Resolver(() => ViewerType)
export class ViewerResolver {
  constructor(private readonly auth: AuthService) {}

  @Query(() => ViewerType)
  viewer(@Context('request') { key }: RequestContext) {
    return key;
  }

  @ResolveField(() => TenantType)
  async tenant(@Context('request') { key }: RequestContext): Promise<TenantType> {
    return { name: await this.auth.tenantName(key) };
  }
}
