import { createHash } from 'node:crypto';
import { operatorTenantId } from '#libs/access';
import type { Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest, Position } from '#libs/kernel';
import type { Blocker, BlockerCount, BlockerCounts, BlockerKind, SeenBlockers } from '../blocker.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import type { DeletionBlockers } from './deletion-blockers.js';

/** Maximum page size. */
const shown = 100;
const firstPage = { orderBy: { field: 'ID', direction: 'ASC' }, count: shown, from: 'start' } as const;

/**
 * All blockers, counted on every call. The deletion, its preview, its refusal, the audit and the force detach use this
 * class. It depends on no specific kind.
 */
export class Blockers {
  private readonly sources: readonly (readonly [kind: BlockerKind, source: DeletionBlockers])[];

  /** @param sources of each kind, in the order in which blockers are listed */
  constructor(sources: Readonly<Record<BlockerKind, DeletionBlockers>>) {
    this.sources = Object.entries(sources) as [BlockerKind, DeletionBlockers][];
  }

  /** Kinds in the order in which blockers are listed. */
  get kinds(): readonly BlockerKind[] {
    return this.sources.map(([kind]) => kind);
  }

  /** Whether an account has blockers. Faster than counting them. */
  async existOn(account: AccountReference): Promise<boolean> {
    for (const [, source] of this.sources) if (await source.existOn(account)) return true;
    return false;
  }

  /** Numbers of blockers of all tenants, in the order of the accounts. */
  async countsOf(accounts: readonly AccountReference[]): Promise<BlockerCounts[]> {
    const counts = await this.ofEach((source) => source.countByAccount(accounts));
    return accounts.map((_, i) =>
      byKind(counts, (found, source): BlockerCount => ({ count: found[i]!, text: source.describe(found[i]!) })),
    );
  }

  /** Blockers to show to a tenant whose request is refused. @param counts of the same moment */
  async seenBy(tenantId: number, account: AccountReference, counts: BlockerCounts): Promise<SeenBlockers> {
    const page = await this.page(tenantId, account, firstPage);
    const visible = page.hasNextPage ? await this.countVisible(tenantId, account) : page.items.length;
    const all = sum(Object.values(counts).map(({ count }) => count));
    return { account, tenantId, page, visible, hidden: all - visible };
  }

  /** Blockers that a tenant can see, sorted by kind and ID. */
  async page(tenantId: number, account: AccountReference, request: PageRequest<'ID'>): Promise<Page<Blocker>> {
    const { from, count, after, before } = request;
    const first = after ? this.kinds.indexOf(kindAt(after)) : 0;
    const last = before ? this.kinds.indexOf(kindAt(before)) : this.kinds.length - 1;
    const wanted = this.sources.slice(first, last + 1);
    if (from === 'end') wanted.reverse();

    let items: Blocker[] = [];
    let hasMore = false;
    for (const [kind, source] of wanted) {
      const room = count - items.length;
      // When the page is full, one more row shows that there is a next page.
      const local = { count: Math.max(room, 1), after: within(kind, after), before: within(kind, before) };
      const page = await source.page(account, tenantId, { ...request, ...local });
      const found = room > 0 ? page.items.map((item) => ({ ...item, kind })) : [];
      items = from === 'start' ? [...items, ...found] : [...found, ...items];
      hasMore = found.length < page.items.length || (from === 'start' ? page.hasNextPage : page.hasPreviousPage);
      if (hasMore) break;
    }
    return from === 'start'
      ? { items, hasNextPage: hasMore, hasPreviousPage: after !== undefined }
      : { items, hasNextPage: before !== undefined, hasPreviousPage: hasMore };
  }

  /** Number of blockers that a tenant can see. */
  async countVisible(tenantId: number, account: AccountReference): Promise<number> {
    return sum((await this.ofEach((source) => source.count(account, tenantId))).map(([, , count]) => count));
  }

  /**
   * Number of blockers that a tenant cannot see. For a hosted account, always 0 except for the operator: no other
   * tenant can delete it, or may know about the blockers of others.
   */
  async countHidden(tenantId: number, account: AccountReference & Pick<CloudAccount, 'ownership'>): Promise<number> {
    if (account.ownership === 'HOSTED' && tenantId !== operatorTenantId) return 0;
    const all = await this.ofEach((source) => source.countByAccount([account]));
    return sum(all.map(([, , [count]]) => count!)) - (await this.countVisible(tenantId, account));
  }

  /**
   * For each account, a digest of all blockers and their number. The digest changes when a blocker is added or removed.
   * It does not depend on the status of a blocker, which can change repeatedly while credentials do not work.
   */
  async fingerprintsOf(
    accounts: readonly AccountReference[],
  ): Promise<{ readonly digest: string; readonly count: number }[]> {
    const found = await this.ofEach((source) => source.fingerprints(accounts));
    return accounts.map((_, i) => {
      const all = found
        .map(([kind, , fingerprints]) => ({ kind, ...fingerprints[i]! }))
        .filter(({ count }) => count > 0);
      const text = all.map(({ kind, text }) => `${kind} ${text}`).join();
      return { digest: createHash('sha256').update(text).digest('hex'), count: sum(all.map(({ count }) => count)) };
    });
  }

  /** Abandons all blockers of an account. @returns their number */
  async abandon(
    account: Held<AccountReference>,
    actor: Actor,
    now: Date,
  ): Promise<Readonly<Record<BlockerKind, number>>> {
    return byKind(await this.ofEach((source) => source.abandon(account, actor, now)), (count) => count);
  }

  /** Sequentially: all queries of a unit of work share one connection. */
  private async ofEach<T>(ask: (source: DeletionBlockers) => Promise<T>): Promise<Answer<T>[]> {
    const answers: Answer<T>[] = [];
    for (const [kind, source] of this.sources) answers.push([kind, source, await ask(source)]);
    return answers;
  }
}

type Answer<T> = readonly [kind: BlockerKind, source: DeletionBlockers, answer: T];

function byKind<T, R>(
  answers: readonly Answer<T>[],
  of: (answer: T, source: DeletionBlockers) => R,
): Record<BlockerKind, R> {
  const entries = answers.map(([kind, source, answer]) => [kind, of(answer, source)] as const);
  return Object.fromEntries(entries) as Record<BlockerKind, R>;
}

/**
 * Cursor value of a blocker besides its ID: its kind. Cursors of the two oldest kinds have the ID twice instead. Only a
 * rotation has the ID 0.
 */
export const placeOf = ({ kind, id }: Pick<Blocker, 'kind' | 'id'>): string | number =>
  kind === 'ROTATION' || kind === 'SUBSCRIPTION' ? id : kind;

function kindAt({ value, id }: Position): BlockerKind {
  if (typeof value === 'string') return value as BlockerKind;
  return id === 0 ? 'ROTATION' : 'SUBSCRIPTION';
}

/** Position for one source. Undefined when the position is in the blockers of another kind. */
function within(kind: BlockerKind, at: Position | undefined): Position | undefined {
  return at && kindAt(at) === kind ? { value: at.id, id: at.id } : undefined;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
