import type { Viewer } from './api-keys.js';
import { database } from './database.js';
import { cursor } from './ids.js';

export interface SubscriptionSummary {
  readonly id: number;
  readonly accountId: number;
  readonly name: string;
  readonly status: string;
  readonly createdAt: Date | string;
}

export interface SubscriptionRow extends SubscriptionSummary {
  readonly region: string;
  readonly version: number;
  readonly updatedAt: Date | string;
  readonly endedAt: Date | string | null;
}

interface RowOf {
  readonly summary: SubscriptionSummary;
  readonly all: SubscriptionRow;
}

const summary = 'id, cloud_account_id AS accountId, name, status, created_at AS createdAt';
const columns: Record<keyof RowOf, string> = {
  summary,
  all: `${summary}, region, version, updated_at AS updatedAt, ended_at AS endedAt`,
};
const newestFirst = 'ORDER BY created_at DESC, id DESC';

export async function subscription<Columns extends keyof RowOf>(
  { tenantId }: Viewer,
  id: number,
  selected: Columns,
): Promise<RowOf[Columns] | null> {
  const sql = `SELECT ${columns[selected]} FROM subscription WHERE tenant_id = ? AND id = ?`;
  const [row] = await database.query<RowOf[Columns]>(sql, [tenantId, id]);
  return row ?? null;
}

/** The newest ones of the tenant: one row more than a page has, where there is one. */
export const subscriptions = async <Columns extends keyof RowOf>(
  { tenantId }: Viewer,
  first: number,
  selected: Columns,
): Promise<RowOf[Columns][]> =>
  database.query<RowOf[Columns]>(
    `SELECT ${columns[selected]} FROM subscription WHERE tenant_id = ? ${newestFirst} LIMIT ?`,
    [tenantId, first + 1],
  );

/** The newest ones of an account. */
export const subscriptionsOf = async ({ tenantId }: Viewer, accountId: number, first: number) =>
  database.query<SubscriptionSummary>(
    `SELECT ${summary} FROM subscription WHERE tenant_id = ? AND cloud_account_id = ? ${newestFirst} LIMIT ?`,
    [tenantId, accountId, first],
  );

export async function countOf(viewer: Viewer, accountId: number): Promise<number> {
  const [count] = await countsOf(viewer, [accountId]);
  return count!;
}

/** In the order of the accounts. */
export async function countsOf({ tenantId }: Viewer, accountIds: readonly number[]): Promise<number[]> {
  const rows = await database.query<{ accountId: number; n: number }>(
    `SELECT cloud_account_id AS accountId, COUNT(*) AS n FROM subscription
     WHERE tenant_id = ? AND cloud_account_id IN (${holesFor(accountIds)}) GROUP BY cloud_account_id`,
    [tenantId, ...accountIds],
  );
  const counts = new Map(rows.map(({ accountId, n }) => [accountId, Number(n)]));
  return accountIds.map((id) => counts.get(id) ?? 0);
}

/** The newest ones of each account, in the order of the accounts. */
export async function newestOf(
  { tenantId }: Viewer,
  accountIds: readonly number[],
  first: number,
): Promise<SubscriptionRow[][]> {
  const ranked = `SELECT *, ROW_NUMBER() OVER (PARTITION BY cloud_account_id ${newestFirst}) AS place
    FROM subscription WHERE tenant_id = ? AND cloud_account_id IN (${holesFor(accountIds)})`;
  const rows = await database.query<SubscriptionRow>(
    `SELECT ${columns.all} FROM (${ranked}) AS ranked WHERE place <= ? ORDER BY cloud_account_id, place`,
    [tenantId, ...accountIds, first],
  );
  const found = Map.groupBy(rows, ({ accountId }) => accountId);
  return accountIds.map((id) => found.get(id) ?? []);
}

export const subscriptionCursor = ({ createdAt, id }: SubscriptionSummary) =>
  cursor('cloudSubscriptions', 'CREATED_AT', 'DESC', millisecondsOf(createdAt), id);

const millisecondsOf = (moment: Date | string) =>
  (typeof moment === 'string' ? new Date(`${moment.replace(' ', 'T')}Z`) : moment).getTime();

const holesFor = (values: readonly unknown[]) => values.map(() => '?').join(', ');
