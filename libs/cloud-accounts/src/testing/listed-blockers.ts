import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import { BlockerKind, type BlockingRow } from '../blocker.js';
import { Blockers } from '../blockers/blockers.js';
import { DeletionBlockers, type BlockersFingerprint } from '../blockers/deletion-blockers.js';

type Row = BlockingRow & { readonly tenantId: number; readonly cloudAccountId: number };

/** Blockers of one kind in memory. */
export class ListedBlockers extends DeletionBlockers {
  private rows: Row[] = [];
  private lastId = 0;

  constructor(private readonly noun = 'an active subscription') {
    super();
  }

  describe(count: number): string {
    return count === 1 ? this.noun : this.noun.replace(/^an? (.*)$/, `${count} $1s`);
  }

  async existOn(account: AccountReference): Promise<boolean> {
    return this.on(account).length > 0;
  }

  async countByAccount(accounts: readonly AccountReference[]): Promise<number[]> {
    return accounts.map((account) => this.on(account).length);
  }

  async page(
    account: AccountReference,
    tenantId: number,
    { count, from, after, before }: PageRequest<'ID'>,
  ): Promise<Page<BlockingRow>> {
    const all = this.of(account, tenantId).filter(({ id }) => (!after || id > after.id) && (!before || id < before.id));
    const hasMore = all.length > count;
    return from === 'start'
      ? { items: all.slice(0, count), hasNextPage: hasMore, hasPreviousPage: after !== undefined }
      : { items: all.slice(-count), hasNextPage: before !== undefined, hasPreviousPage: hasMore };
  }

  async count(account: AccountReference, tenantId: number): Promise<number> {
    return this.of(account, tenantId).length;
  }

  async fingerprints(accounts: readonly AccountReference[]): Promise<BlockersFingerprint[]> {
    return accounts.map((account) => {
      const ids = this.on(account).map(({ id }) => id);
      return { count: ids.length, text: ids.join() };
    });
  }

  async abandon(account: Held<AccountReference>): Promise<number> {
    const given = this.on(account);
    for (const { id } of given) this.end(id);
    return given.length;
  }

  begin(cloudAccountId: number, tenantId = 7): number {
    const id = ++this.lastId;
    const row = { tenantId };
    this.rows.push({ id, name: 'Orders', status: 'ACTIVE', requiredAction: 'End it.', row, tenantId, cloudAccountId });
    return id;
  }

  end(id: number): void {
    this.rows = this.rows.filter((row) => row.id !== id);
  }

  clear(): void {
    this.rows = [];
  }

  /** Returns a function that restores the current state. */
  snapshot(): () => void {
    const rows = [...this.rows];
    return () => (this.rows = rows);
  }

  private on({ id }: AccountReference): Row[] {
    return this.rows.filter((row) => row.cloudAccountId === id);
  }

  private of(account: AccountReference, tenantId: number): Row[] {
    return this.on(account).filter((row) => row.tenantId === tenantId);
  }
}

/** Blockers from these sources. Other kinds have none. */
export function blockersFrom(sources: Readonly<Record<string, DeletionBlockers>>): Blockers {
  const none = {} as Record<BlockerKind, DeletionBlockers>;
  for (const kind of Object.values(BlockerKind)) none[kind] = new ListedBlockers();
  return new Blockers({ ...none, ...sources });
}
