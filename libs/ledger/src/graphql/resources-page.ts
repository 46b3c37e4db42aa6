import type { Viewer } from '#libs/access';
import {
  alikeTogether,
  Batch,
  byId,
  pageRequest,
  toConnection,
  type Connection,
  type ConnectionArgs,
  type ListOrder,
} from '#libs/graphql';
import type { PageRequest } from '#libs/kernel';
import type { LedgerService } from '../ledger.service.js';
import type { ListedResource } from '../provisioned-resource.entity.js';
import type { ResourceOwnerKind } from '../provisioned-resources.js';

const inOrder = { field: 'ID', direction: 'ASC' } as const;

interface Question {
  readonly id: number;
  readonly page: PageRequest<'ID'>;
}

/** Pages of resources for owners of one kind, oldest resource first, with one query for all owners. */
export class ResourcesOf {
  private readonly pages = new Batch((viewer: Viewer, questions: readonly Question[]) =>
    alikeTogether(
      questions,
      ({ page }) => page,
      (some, { page }) =>
        this.ledger.listOf(
          viewer,
          this.kind,
          some.map(({ id }) => id),
          page,
        ),
    ),
  );

  private readonly counts = new Batch((viewer: Viewer, ids: readonly number[]) =>
    this.ledger.countOf(viewer, this.kind, ids),
  );

  /** @param list name of an owner's list, which its cursors contain */
  constructor(
    private readonly ledger: LedgerService,
    private readonly kind: ResourceOwnerKind,
    private readonly list: string,
  ) {}

  page(viewer: Viewer, id: number, args: ConnectionArgs): Connection<ListedResource> {
    const order: ListOrder<ListedResource, 'ID'> = {
      list: `${this.list}/${id}/resources`,
      by: { ID: byId() },
    };
    const request = pageRequest(order, args, inOrder);
    return toConnection(
      order,
      inOrder,
      () => this.pages.load(viewer, { id, page: request }),
      () => this.counts.load(viewer, id),
    );
  }
}
