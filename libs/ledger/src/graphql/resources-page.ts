import type { Viewer } from '#libs/access';
import { byId, pageRequest, toConnection, type Connection, type ConnectionArgs, type ListOrder } from '#libs/graphql';
import type { LedgerService } from '../ledger.service.js';
import type { ProvisionedResource } from '../provisioned-resource.entity.js';
import type { ResourceFilter } from '../provisioned-resources.js';

const inOrder = { field: 'ID', direction: 'ASC' } as const;

/**
 * A page of resources as clients see them, the first one first.
 *
 * @param of whose they are: the list's name, which its cursors carry
 */
export async function resourcesPage(
  ledger: LedgerService,
  viewer: Viewer,
  of: string,
  filter: ResourceFilter,
  args: ConnectionArgs,
): Promise<Connection<ProvisionedResource>> {
  const order: ListOrder<ProvisionedResource, 'ID'> = { list: `${of}/resources`, by: { ID: byId() } };
  const page = await ledger.list(viewer, filter, pageRequest(order, args, inOrder));
  const items = page.items.map(withAttributes);
  return toConnection(order, inOrder, { ...page, items }, () => ledger.count(viewer, filter));
}

/** A resource as clients see it: what it is to be, field by field. */
export function withAttributes(resource: ProvisionedResource): ProvisionedResource {
  return Object.assign(resource, resource.attributes);
}
