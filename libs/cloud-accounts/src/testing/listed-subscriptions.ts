import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { ActiveSubscription } from '../blocker.js';
import { ActiveSubscriptions, type SubscriptionsFingerprint } from '../blockers/active-subscriptions.js';

type Row = ActiveSubscription & { readonly cloudAccountId: number };

/** Active subscriptions that last as long as the test. */
export class ListedSubscriptions extends ActiveSubscriptions {
  private rows: Row[] = [];
  private lastId = 0;

  async areOn(cloudAccountId: number): Promise<boolean> {
    return this.on(cloudAccountId).length > 0;
  }

  async countOn(cloudAccountIds: readonly number[]): Promise<number[]> {
    return cloudAccountIds.map((id) => this.on(id).length);
  }

  async page(
    cloudAccountId: number,
    tenantId: number,
    { count, from, after, before }: PageRequest<'ID'>,
  ): Promise<Page<ActiveSubscription>> {
    const all = this.of(cloudAccountId, tenantId).filter(
      ({ id }) => (!after || id > after.id) && (!before || id < before.id),
    );
    const hasMore = all.length > count;
    return from === 'start'
      ? { items: all.slice(0, count), hasNextPage: hasMore, hasPreviousPage: after !== undefined }
      : { items: all.slice(-count), hasNextPage: before !== undefined, hasPreviousPage: hasMore };
  }

  async countOf(cloudAccountId: number, tenantId: number): Promise<number> {
    return this.of(cloudAccountId, tenantId).length;
  }

  async fingerprintsOn(cloudAccountIds: readonly number[]): Promise<SubscriptionsFingerprint[]> {
    return cloudAccountIds.map((id) => {
      const ids = this.idsOn(id);
      return { count: ids.length, text: ids.join() };
    });
  }

  async abandonAll(account: Held<AccountReference>): Promise<number> {
    const ids = this.idsOn(account.id);
    for (const id of ids) this.end(id);
    return ids.length;
  }

  begin(cloudAccountId: number, tenantId = 7): number {
    const id = ++this.lastId;
    this.rows.push({ id, tenantId, name: 'Orders', status: 'ACTIVE', toBeDoneFirst: 'End it.', cloudAccountId });
    return id;
  }

  end(id: number): void {
    this.rows = this.rows.filter((row) => row.id !== id);
  }

  idsOn(cloudAccountId: number): number[] {
    return this.on(cloudAccountId).map(({ id }) => id);
  }

  clear(): void {
    this.rows = [];
  }

  /** Remembers what is there; the answer puts it back. */
  snapshot(): () => void {
    const rows = [...this.rows];
    return () => (this.rows = rows);
  }

  private on(cloudAccountId: number): Row[] {
    return this.rows.filter((row) => row.cloudAccountId === cloudAccountId);
  }

  private of(cloudAccountId: number, tenantId: number): Row[] {
    return this.on(cloudAccountId).filter((row) => row.tenantId === tenantId);
  }
}
