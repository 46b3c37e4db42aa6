import type { AccountReference, Page } from '#libs/kernel';

/** Each kind of what keeps an account from being deleted. `src/domain-wiring.module.ts` has a source of each. */
export const BlockerKind = { ROTATION: 'ROTATION', SUBSCRIPTION: 'SUBSCRIPTION' } as const;
export type BlockerKind = keyof typeof BlockerKind;

/** One thing that keeps an account from being deleted, as its source lists it. */
export interface BlockingRow {
  /** Unique among those of its kind on one account: pages go by it. */
  readonly id: number;
  readonly name: string;
  readonly status: string;
  /** What has to be done before the account can be deleted, as a sentence. */
  readonly requiredAction: string;
  /** What blocks, for the fields that its own lib adds to the GraphQL type. */
  readonly row: object;
}

export interface Blocker extends BlockingRow {
  readonly kind: BlockerKind;
}

/** The blockers of one kind, of all tenants. */
export interface BlockerCount {
  readonly count: number;
  /** A noun phrase: `an active subscription`, `3 active subscriptions`. */
  readonly text: string;
}

/** All that keeps one account from being deleted, by number alone. */
export type BlockerCounts = Readonly<Record<BlockerKind, BlockerCount>>;

/** What one tenant can see of the blockers, at one moment. */
export interface SeenBlockers {
  readonly account: AccountReference;
  readonly tenantId: number;
  /** The first of them, as many as a page may have. */
  readonly page: Page<Blocker>;
  readonly visible: number;
  readonly hidden: number;
}

/** What blocks, kind by kind, as noun phrases; empty when nothing does. */
export function blockersInWords(counts: BlockerCounts): string[] {
  return Object.values(counts).flatMap(({ count, text }) => (count > 0 ? [text] : []));
}
