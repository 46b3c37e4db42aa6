import type { Page, PageRequest } from '#libs/kernel';
import type { DesiredAttributes } from './desired-attributes.js';
import type { ListedResource, ProvisionedResource } from './provisioned-resource.entity.js';
import type { ListedChange, ResourceChange } from './resource-change.entity.js';

/**
 * Whose resources: those of a subscription, or those that were left behind in a deleted cloud account. The value is the
 * column that says so.
 */
export const ResourceOwnerKind = { SUBSCRIPTION: 'subscriptionId', DELETED_ACCOUNT: 'cloudAccountId' } as const;
export type ResourceOwnerKind = keyof typeof ResourceOwnerKind;

/** Everything of a kind in a region. */
export interface LedgerPlace {
  readonly region: string;
  readonly kind: string;
}

/** A resource, and what became of it. */
export interface ChangedResource {
  readonly resource: ProvisionedResource;
  readonly kind: ResourceChange['kind'];
}

/** Somebody else has told of a new resource at the same moment. */
export class ArnTaken extends Error {
  override readonly name = 'ArnTaken';

  constructor(readonly arn: string) {
    super('The ARN is in the ledger already.');
  }
}

/** Where the ledger is kept. */
export abstract class ProvisionedResources {
  /** Those of some ARNs in an account. */
  abstract findByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]>;

  /** All that stand of a subscription, by number. */
  abstract listExisting(subscriptionId: number): Promise<ProvisionedResource[]>;

  /** Those of some ARNs that stand in an account. */
  abstract findExistingByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]>;

  abstract findMany(tenantId: number, ids: readonly number[]): Promise<ListedResource[]>;

  /** The attributes of some resources, or of some changes, by id. */
  abstract attributesOf(
    what: 'resources' | 'changes',
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, DesiredAttributes>>;

  /** The same page of each owner's list, in the order of the owners. */
  abstract listOf(
    tenantId: number,
    kind: ResourceOwnerKind,
    ids: readonly number[],
    page: PageRequest<'ID'>,
  ): Promise<Page<ListedResource>[]>;
  abstract countOf(tenantId: number, kind: ResourceOwnerKind, ids: readonly number[]): Promise<number[]>;

  /** Those that stand in an account, after the one of that number. */
  abstract listRemaining(cloudAccountId: number, afterId: number, limit: number): Promise<ListedResource[]>;
  /** Those that stand in an account and a place, after the one of that number. */
  abstract listRemainingAt(
    cloudAccountId: number,
    place: LedgerPlace,
    afterId: number,
    limit: number,
  ): Promise<ProvisionedResource[]>;
  /** Every place in which something stands in an account. */
  abstract listPlaces(cloudAccountId: number): Promise<LedgerPlace[]>;
  abstract countRemaining(cloudAccountId: number): Promise<number>;

  /** Writes each with what became of it. @throws ArnTaken when another unit of work has written the same ARN just now */
  abstract put(changed: readonly ChangedResource[], now: Date): Promise<void>;

  /** Makes orphans of all that stand in an account, and tells how many. */
  abstract orphanAll(cloudAccountId: number, now: Date): Promise<number>;

  /** The newest `limit` changes of each, the newest first. */
  abstract historyOf(resourceIds: readonly number[], limit: number): Promise<ListedChange[]>;
}
