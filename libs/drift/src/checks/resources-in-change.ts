/**
 * Port to the changes in progress, whose differences are expected. Another lib implements it, and
 * `src/domain-wiring.module.ts` connects it.
 */
export abstract class ResourcesInChange {
  /** Subscriptions of an account whose work is claimed or was interrupted. */
  abstract of(cloudAccountId: number): Promise<ReadonlySet<number>>;
}
