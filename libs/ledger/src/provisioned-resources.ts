import type { Page, PageRequest } from '#libs/kernel';
import type { DesiredAttributes } from './desired-attributes.js';
import type { ListedResource, ProvisionedResource } from './provisioned-resource.entity.js';
import type { ListedChange, ResourceChange } from './resource-change.entity.js';

/**
 * Kind of owner: a subscription, or a deleted cloud account in which resources were left. The value is the name of the
 * column.
 */
export const ResourceOwnerKind = { SUBSCRIPTION: 'subscriptionId', DELETED_ACCOUNT: 'cloudAccountId' } as const;
export type ResourceOwnerKind = keyof typeof ResourceOwnerKind;

/** Kind and region of resources. */
export interface LedgerPlace {
  readonly region: string;
  readonly kind: string;
}

/** Resource and its change. */
export interface ChangedResource {
  readonly resource: ProvisionedResource;
  readonly kind: ResourceChange['kind'];
}

/** Another unit of work has added the same resource concurrently. */
export class ArnTaken extends Error {
  override readonly name = 'ArnTaken';

  constructor(readonly arn: string) {
    super('The ARN is already in the ledger.');
  }
}

/** Collection of all resources. */
export abstract class ProvisionedResources {
  /** Resources in an account with these ARNs. */
  abstract findByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]>;

  /** Existing resources of a subscription, sorted by ID. */
  abstract listExisting(subscriptionId: number): Promise<ProvisionedResource[]>;

  /** Existing resources in an account with these ARNs. */
  abstract findExistingByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]>;

  abstract findMany(tenantId: number, ids: readonly number[]): Promise<ListedResource[]>;

  /** Attributes of resources or of changes, by ID. */
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

  /** Existing resources in an account with a higher ID. */
  abstract listRemaining(cloudAccountId: number, afterId: number, limit: number): Promise<ListedResource[]>;
  /** Existing resources of one kind and region in an account with a higher ID. */
  abstract listRemainingAt(
    cloudAccountId: number,
    place: LedgerPlace,
    afterId: number,
    limit: number,
  ): Promise<ProvisionedResource[]>;
  /** Kinds and regions of the existing resources in an account. */
  abstract listPlaces(cloudAccountId: number): Promise<LedgerPlace[]>;
  abstract countRemaining(cloudAccountId: number): Promise<number>;

  /**
   * Stores resources and their changes. @throws ArnTaken when another unit of work has added the same ARN concurrently
   */
  abstract put(changed: readonly ChangedResource[], now: Date): Promise<void>;

  /** Marks all existing resources in an account as orphaned. @returns their number */
  abstract orphanAll(cloudAccountId: number, now: Date): Promise<number>;

  /** Last `limit` changes of each resource, newest first. */
  abstract historyOf(resourceIds: readonly number[], limit: number): Promise<ListedChange[]>;
}
