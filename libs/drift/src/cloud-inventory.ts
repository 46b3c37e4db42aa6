import type { AwsAccessKey } from '#libs/aws-credentials';
import type { DesiredAttributes } from '#libs/ledger';

/** The kinds of resources that are held against the ledger. */
export const watchedKinds = ['INSTANCE', 'VOLUME', 'SECURITY_GROUP', 'SUBNET', 'VPC'] as const;
export type WatchedKind = (typeof watchedKinds)[number];

/** One region of an AWS account, and a key to look with. */
export interface InventoryPlace {
  readonly key: AwsAccessKey;
  readonly region: string;
}

/** A resource as AWS shows it. */
export interface SeenResource {
  /** `i-…`, `vol-…` */
  readonly id: string;
  /** Whether AWS shows what is there no more: it goes on showing a terminated instance for an hour. */
  readonly isGone: boolean;
  /** As the ledger writes them. */
  readonly attributes: DesiredAttributes;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/**
 * What stands in an AWS account, read only. Everything here throws `CredentialsRejected`: AWS refused, or could not be asked.
 * Resources are never asked for by a list of ids: one that is not there would fail the whole question.
 */
export abstract class CloudInventory {
  /** How many ids `withIds` takes: as many values as EC2 takes in a filter. */
  static readonly mostIds = 200;

  /** All of a kind that carry a tag, page by page; complete only when the last page was read. */
  abstract tagged(place: InventoryPlace, kind: WatchedKind, tag: Tag): AsyncIterable<readonly SeenResource[]>;

  /** Of some ids those that are there, whatever tags they carry. */
  abstract withIds(place: InventoryPlace, kind: WatchedKind, ids: readonly string[]): Promise<SeenResource[]>;
}
