import { CurrentViewer, type Viewer } from '#libs/access';
import { byNumber, pageRequest, toConnection, type Connection, type ListOrder } from '#libs/graphql';
import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ActiveSubscription } from '../active-subscriptions.js';
import type { CloudAccountInUse } from '../cloud-account.errors.js';
import { CloudAccountBlockerConnectionType, CloudAccountInUseErrorType } from './cloud-account.payloads.js';

const order: ListOrder<ActiveSubscription, 'ID'> = { list: 'blockers', by: { ID: byNumber(({ id }) => id) } };
const oldestFirst = { field: 'ID', direction: 'ASC' } as const;

@Resolver(() => CloudAccountInUseErrorType)
export class CloudAccountInUseResolver {
  @ResolveField(() => CloudAccountBlockerConnectionType, {
    description: 'The oldest of them, as they were when the deletion was refused.',
  })
  blockers(
    @CurrentViewer() viewer: Viewer,
    @Parent() { blockers, blockerCount }: CloudAccountInUse,
    @Args('first', { type: () => Int, defaultValue: 50, description: 'How many to show, 1 to 100.' }) first: number,
  ): Connection<ActiveSubscription> {
    const { count } = pageRequest(order, { first }, oldestFirst);
    const items = blockers.filter(visibleTo(viewer)).slice(0, count);
    return toConnection(
      order,
      oldestFirst,
      { items, hasNextPage: items.length < blockerCount, hasPreviousPage: false },
      () => blockerCount,
    );
  }

  @ResolveField(() => Int)
  hiddenBlockerCount(@CurrentViewer() viewer: Viewer, @Parent() { blockers }: CloudAccountInUse): number {
    return blockers.length - blockers.filter(visibleTo(viewer)).length;
  }
}

const visibleTo =
  ({ tenantId }: Viewer) =>
  (blocker: ActiveSubscription) =>
    blocker.tenantId === tenantId;
