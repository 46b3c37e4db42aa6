import type { Viewer } from './api-keys.js';
import { database } from './database.js';
import { cursor } from './ids.js';

export interface AccountHeader {
  readonly id: number;
  readonly nameKey: string;
  readonly name: string;
  readonly status: string;
  readonly provider: string;
  readonly region: string;
}

export interface AccountFields extends AccountHeader {
  readonly awsAccountId: string | null;
  readonly consoleRoleName: string | null;
  readonly createdAt: Date | string;
}

export interface AccountRow extends AccountFields {
  readonly ownership: string;
  readonly isSandbox: number;
  readonly version: number;
  readonly updatedAt: Date | string;
}

interface RowOf {
  readonly header: AccountHeader;
  readonly fields: AccountFields;
  readonly all: AccountRow;
}

const header = 'id, name_key AS nameKey, name, status, provider, region';
const fields = `${header}, aws_account_id AS awsAccountId, console_role_name AS consoleRoleName, created_at AS createdAt`;
const columns: Record<keyof RowOf, string> = {
  header,
  fields,
  all: `${fields}, ownership, is_sandbox AS isSandbox, version, updated_at AS updatedAt`,
};

const visible = "(tenant_id = ? OR ownership = 'HOSTED')";

/** The tenant's accounts and the hosted ones, sorted by name: each half by its index. */
const page = (selected: string) =>
  `SELECT * FROM (SELECT ${selected} FROM cloud_account WHERE tenant_id = ? ORDER BY name_key LIMIT ?) AS own
   UNION ALL
   SELECT * FROM (SELECT ${selected} FROM cloud_account WHERE ownership = 'HOSTED' AND tenant_id <> ? ORDER BY name_key, id LIMIT ?) AS hosted
   ORDER BY nameKey, id LIMIT ?`;

const pageValues = ({ tenantId }: Viewer, first: number) => [tenantId, first + 1, tenantId, first + 1, first + 1];

export async function account<Columns extends keyof RowOf>(
  { tenantId }: Viewer,
  id: number,
  selected: Columns,
): Promise<RowOf[Columns] | null> {
  const sql = `SELECT ${columns[selected]} FROM cloud_account WHERE id = ? AND ${visible}`;
  const [row] = await database.query<RowOf[Columns]>(sql, [id, tenantId]);
  return row ?? null;
}

/** In the order of the ids. */
export async function accountsById({ tenantId }: Viewer, ids: readonly number[]): Promise<(AccountRow | null)[]> {
  const holes = ids.map(() => '?').join(', ');
  const sql = `SELECT ${columns.all} FROM cloud_account WHERE id IN (${holes}) AND ${visible}`;
  const rows = new Map((await database.query<AccountRow>(sql, [...ids, tenantId])).map((row) => [row.id, row]));
  return ids.map((id) => rows.get(id) ?? null);
}

/** One row more than a page has, where there is one. */
export const accounts = async <Columns extends keyof RowOf>(
  viewer: Viewer,
  first: number,
  selected: Columns,
): Promise<RowOf[Columns][]> => database.query<RowOf[Columns]>(page(columns[selected]), pageValues(viewer, first));

/** As `accounts`, with the newest subscriptions of each (see `newestSubscriptions`) and how many it has, in one statement. */
export function pageWith<Columns extends keyof RowOf>(
  selected: Columns,
  { newest, total = false }: { newest?: number; total?: boolean },
) {
  const extra = [
    newest === undefined ? 'NULL AS newest' : `${database.newestSubscriptions(newest)} AS newest`,
    total
      ? '(SELECT COUNT(*) FROM subscription s WHERE s.tenant_id = ? AND s.cloud_account_id = c.id) AS total'
      : '0 AS total',
  ];
  const sql = `SELECT c.*, ${extra.join(', ')} FROM (${page(columns[selected])}) AS c ORDER BY nameKey, id`;
  const tenants = Number(newest !== undefined) + Number(total);
  return async (viewer: Viewer, first: number) =>
    database.query<RowOf[Columns] & { readonly newest: string | null; readonly total: number }>(sql, [
      ...Array.from({ length: tenants }, () => viewer.tenantId),
      ...pageValues(viewer, first),
    ]);
}

export async function accountCount({ tenantId }: Viewer): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `SELECT (SELECT COUNT(*) FROM cloud_account WHERE tenant_id = ?)
       + (SELECT COUNT(*) FROM cloud_account WHERE ownership = 'HOSTED' AND tenant_id <> ?) AS n`,
    [tenantId, tenantId],
  );
  return Number(row!.n);
}

export const accountCursor = ({ nameKey, id }: AccountHeader) => cursor('cloudAccounts', 'NAME', 'ASC', nameKey, id);

export async function tenantName({ tenantId }: Viewer): Promise<string> {
  const [row] = await database.query<{ name: string }>('SELECT name FROM tenant WHERE id = ?', [tenantId]);
  return row!.name;
}
