/**
 * What this domain asks about what is being built, changed or taken down right now: what is met there is our own doing.
 * Asked here, answered by whoever knows of the work, connected in `src/domain-wiring.module.ts`.
 */
export abstract class ResourcesInChange {
  /** The subscriptions of an account that somebody is at work for, or has left half done. */
  abstract of(cloudAccountId: number): Promise<ReadonlySet<number>>;
}
