import type { Actor } from './actor.js';

/** Event to record. */
export interface NewEvent {
  /** In the past tense: `CLOUD_ACCOUNT_CREATED`. */
  readonly type: string;
  /** Tenant that may see the event. */
  readonly tenantId: number;
  /** GraphQL type and ID of the affected object. */
  readonly subject: readonly [type: string, id: number];
  readonly actor: Actor;
  readonly at: Date;
  /** Details, as JSON. Never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Append-only log of all events, with a sequence for each subject. */
export abstract class Events {
  /**
   * Call it in the unit of work of the change, so that both are stored or neither. The subject must be locked or new,
   * so that its events are numbered without gaps.
   */
  abstract record(event: NewEvent): Promise<void>;
}
