import { pageRequest, toConnection, type Connection, type ConnectionArgs, type ListOrder } from '#libs/graphql';
import type { Blocker, SeenBlockers } from '../blocker.js';
import { placeOf, type Blockers } from './blockers.js';

const inOrder = { field: 'ID', direction: 'ASC' } as const;

/**
 * The blockers of an account that a tenant may see, for the refusal and for the preview alike.
 *
 * @param of whose; with what was seen already, which is shown as it was then
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
