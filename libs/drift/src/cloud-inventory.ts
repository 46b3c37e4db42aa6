import type { AwsAccessKey } from '#libs/aws-credentials';
import type { DesiredAttributes } from '#libs/ledger';

/** Kinds of resources that are compared with the ledger. */
export const watchedKinds = ['INSTANCE', 'VOLUME', 'SECURITY_GROUP', 'SUBNET', 'VPC'] as const;
export type WatchedKind = (typeof watchedKinds)[number];

/** Region of an AWS account, with an access key to read it. */
export interface InventoryPlace {
  readonly key: AwsAccessKey;
  readonly region: string;
}

/** Resource as AWS shows it. */
export interface SeenResource {
  /** For example `i-…` or `vol-…`. */
  readonly id: string;
  /** Whether the resource no longer exists. AWS shows a terminated instance for an hour. */
  readonly isGone: boolean;
  /** In the format of the ledger. */
  readonly attributes: DesiredAttributes;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/**
 * Read-only port to the resources in an AWS account. Every method throws `CredentialsRejected` when AWS refuses or
 * cannot be reached. Resources are never requested by a plain list of IDs: one that does not exist would make the whole
 * call fail.
 */
export abstract class CloudInventory {
  /** Maximum number of IDs for `withIds`: the number of values that EC2 allows in a filter. */
  static readonly mostIds = 200;

  /** All resources of a kind with a tag, page by page. Complete only after the last page. */
  abstract tagged(place: InventoryPlace, kind: WatchedKind, tag: Tag): AsyncIterable<readonly SeenResource[]>;

  /** Existing resources with these IDs, regardless of their tags. */
  abstract withIds(place: InventoryPlace, kind: WatchedKind, ids: readonly string[]): Promise<SeenResource[]>;
}
