/** Runs a statement on the database, without the gateway. */
export type Sql = (statement: string, parameters?: unknown[]) => Promise<any>;

const now = '2026-11-01 00:00:00.000';

/** Inserts `count` rows with the values that `row` returns for their index, some hundred with one statement. */
export async function insertRows(
  sql: Sql,
  table: string,
  count: number,
  row: (place: number) => Readonly<Record<string, string | number | null>>,
): Promise<void> {
  const columns = Object.keys(row(0));
  const one = `(${columns.map(() => '?').join(', ')})`;
  // A server accepts statements of a few megabytes.
  const atOnce = JSON.stringify(row(0)).length > 10_000 ? 100 : 500;
  for (let at = 0; at < count; at += atOnce) {
    const rows = Array.from({ length: Math.min(atOnce, count - at) }, (_, i) => row(at + i));
    await sql(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => one).join(', ')}`,
      rows.flatMap((values) => columns.map((name) => values[name]!)),
    );
  }
}

/** Inserts active subscriptions of a tenant, with the addresses that `cidrOf` returns for each. */
export async function insertSubscriptions(
  sql: Sql,
  count: number,
  cidrOf: (place: number) => string,
  { tenantId = 2, cloudAccountId = (_place: number): number => 1, tags = 0, status = 'ACTIVE' } = {},
): Promise<void> {
  const tag = (i: number) => ({ key: `tag-${i}`, value: `value ${i}` });
  await insertRows(sql, 'subscription', count, (place) => ({
    tenant_id: tenantId,
    cloud_account_id: cloudAccountId(place),
    name: `Subscription ${place}`,
    region: 'us-east-1',
    status,
    version: 1,
    created_at: now,
    updated_at: now,
    plan: 'large',
    deployment_cidr: cidrOf(place),
    active_address_key: keyOf(cidrOf(place)),
    tags: JSON.stringify(Array.from({ length: tags }, (_, i) => tag(i))),
  }));
}

/** Updates the statistics of MariaDB. SQLite does not need this. */
export async function analyze(sql: Sql, kind: string, ...tables: string[]): Promise<void> {
  if (kind === 'MariaDB') for (const table of tables) await sql(`ANALYZE TABLE ${table}`);
}

function keyOf(cidr: string): number {
  const [address = '', length] = cidr.split('/');
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0) * 64 + Number(length);
}
