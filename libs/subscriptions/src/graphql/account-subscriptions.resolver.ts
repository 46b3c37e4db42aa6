import { CurrentViewer, permission, ViewerPermission, type Viewer } from '#libs/access';
import { Batch, ConnectionArgs, pageRequest, toConnection, type Connection } from '#libs/graphql';
import { CloudAccountHealthService, CloudAccountType, type CloudAccount } from '#libs/cloud-accounts';
import type { Page, PageRequest } from '#libs/kernel';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Subscription } from '../subscription.entity.js';
import { SubscriptionService } from '../subscription.service.js';
import type { SubscriptionFilter, SubscriptionOrderField } from '../subscriptions.js';
import { newestFirst, orderOf } from './subscription-order.js';
import { SubscriptionFilterInput, SubscriptionOrderInput } from './subscription.inputs.js';
import { SubscriptionConnectionType } from './subscription.types.js';

interface Question {
  readonly accountId: number;
  readonly filter: SubscriptionFilter;
  readonly page: PageRequest<SubscriptionOrderField>;
}

/** Adds `subscriptions` to CloudAccount: the domain that knows the answer adds the field. */
@Resolver(() => CloudAccountType)
export class AccountSubscriptionsResolver {
  private readonly pages = new Batch((viewer: Viewer, questions: readonly Question[]) =>
    answerAlikeTogether<Question, Page<Subscription>>(
      questions,
      ({ filter, page }) => [filter, page],
      (ids, { filter, page }) => this.service.listOfAccounts(viewer, ids, filter, page),
    ),
  );

  private readonly counts = new Batch((viewer: Viewer, questions: readonly Omit<Question, 'page'>[]) =>
    answerAlikeTogether<Omit<Question, 'page'>, number>(
      questions,
      ({ filter }) => filter,
      (ids, { filter }) => this.service.countOfAccounts(viewer, ids, filter),
    ),
  );

  private readonly healthOf = new Batch((_: Viewer, accounts: readonly CloudAccount[]) => this.health.of(accounts));

  constructor(
    private readonly service: SubscriptionService,
    private readonly health: CloudAccountHealthService,
  ) {}

  @ResolveField(() => SubscriptionConnectionType, {
    description: 'Your subscriptions in this account, ended ones included; the newest first when no order is given.',
  })
  async subscriptions(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: accountId }: CloudAccount,
    @Args() args: ConnectionArgs,
    @Args('filter', { nullable: true, description: 'Which of them.' }) filter: SubscriptionFilterInput = {},
    @Args('orderBy', { nullable: true, description: 'How to sort them.' })
    orderBy: SubscriptionOrderInput = newestFirst,
  ): Promise<Connection<Subscription>> {
    const order = orderOf(`cloudAccount/${accountId}/subscriptions`);
    const page = await this.pages.load(viewer, { accountId, filter, page: pageRequest(order, args, orderBy) });
    return toConnection(order, orderBy, page, () => this.counts.load(viewer, { accountId, filter }));
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `createSubscription` in it.' })
  async viewerCanCreateSubscription(
    @CurrentViewer() viewer: Viewer,
    @Parent() account: CloudAccount,
  ): Promise<ViewerPermission> {
    const health = await this.healthOf.load(viewer, account);
    return permission(viewer, 'MANAGER', () => account.refuseSubscriptions(health));
  }
}

/** Asks once for all the accounts about which the same is asked; answers in the order of the questions. */
async function answerAlikeTogether<Q extends { accountId: number }, Answer>(
  questions: readonly Q[],
  sameness: (question: Q) => unknown,
  ask: (accountIds: number[], question: Q) => Promise<Answer[]>,
): Promise<Answer[]> {
  const groups = Map.groupBy(questions, (question) => JSON.stringify(sameness(question)));
  const answers = new Map<Q, Answer>();
  for (const group of groups.values()) {
    const ids = [...new Set(group.map(({ accountId }) => accountId))];
    const found = await ask(ids, group[0]!);
    for (const question of group) answers.set(question, found[ids.indexOf(question.accountId)]!);
  }
  return questions.map((question) => answers.get(question)!);
}
