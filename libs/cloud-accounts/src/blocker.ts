import type { AccountReference, Page } from '#libs/kernel';

/**
 * Kinds of blockers. A blocker prevents the deletion of an account. `src/domain-wiring.module.ts` has one source for
 * each kind.
 */
export const BlockerKind = { ROTATION: 'ROTATION', SUBSCRIPTION: 'SUBSCRIPTION' } as const;
export type BlockerKind = keyof typeof BlockerKind;

/** A blocker as its source lists it. */
export interface BlockingRow {
  /** Unique among the blockers of this kind on one account. Used for paging. */
  readonly id: number;
  readonly name: string;
  readonly status: string;
  /** Action that is required before the account can be deleted, as a sentence. */
  readonly requiredAction: string;
  /** Blocking object, for the fields that its lib adds to the GraphQL type. */
  readonly row: object;
}

export interface Blocker extends BlockingRow {
  readonly kind: BlockerKind;
}

/** Blockers of one kind, of all tenants. */
export interface BlockerCount {
  readonly count: number;
  /** A noun phrase: `an active subscription`, `3 active subscriptions`. */
  readonly text: string;
}

/** Blockers of one account by kind, as numbers only. */
export type BlockerCounts = Readonly<Record<BlockerKind, BlockerCount>>;

/** Blockers that one tenant can see, at one moment. */
export interface SeenBlockers {
  readonly account: AccountReference;
  readonly tenantId: number;
  /** First page, with the maximum page size. */
  readonly page: Page<Blocker>;
  readonly visible: number;
  readonly hidden: number;
}

/** Blockers by kind, as noun phrases. Empty when there are none. */
export function blockersInWords(counts: BlockerCounts): string[] {
  return Object.values(counts).flatMap(({ count, text }) => (count > 0 ? [text] : []));
}
