import type { Actor } from './actor.js';

/** What happened, and to what. */
export interface NewEvent {
  /** In the past tense: `CLOUD_ACCOUNT_CREATED`. */
  readonly type: string;
  /** Whose it is to know. */
  readonly tenantId: number;
  /** The GraphQL type and the number of what it happened to. */
  readonly subject: readonly [type: string, id: number];
  readonly actor: Actor;
  readonly at: Date;
  /** What else may be told of it, as JSON. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Everything that happened, in an order for each subject. Only ever added to. */
export abstract class Events {
  /**
   * Call it in the unit of work of the effect, so that both are there or neither, while the subject is held or new: then
   * its events are numbered without gaps.
   */
  abstract record(event: NewEvent): Promise<void>;
}
