import { pageRequest, toConnection, type Connection, type ConnectionArgs, type ListOrder } from '#libs/graphql';
import type { Blocker, SeenBlockers } from '../blocker.js';
import { placeOf, type Blockers } from './blockers.js';

const inOrder = { field: 'ID', direction: 'ASC' } as const;

/**
 * Blockers of an account that a tenant can see, for the refusal and for the preview.
 *
 * @param of account, optionally with blockers that were read before: they are shown as they were then
 */
export async function blockersOf(
  blockers: Blockers,
  of: Pick<SeenBlockers, 'account' | 'tenantId'> & Partial<SeenBlockers>,
  args: ConnectionArgs,
): Promise<Connection<Blocker>> {
  const { account, tenantId, page: seen, visible } = of;
  const order: ListOrder<Blocker, 'ID'> = {
    list: `cloudAccount/${account.id}/blockers`,
    by: { ID: { of: placeOf, isValid: (value, id) => blockers.kinds.some((kind) => placeOf({ kind, id }) === value) } },
  };
  const request = pageRequest(order, args, inOrder);
  const isTheFirst = request.from === 'start' && !request.after && !request.before;
  const page =
    seen && isTheFirst
      ? {
          items: seen.items.slice(0, request.count),
          hasNextPage: seen.hasNextPage || seen.items.length > request.count,
          hasPreviousPage: false,
        }
      : await blockers.page(tenantId, account, request);
  return toConnection(order, inOrder, page, () => visible ?? blockers.countVisible(tenantId, account));
}
