import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import { createCloudAccount, createSubscription, newAccount, numberOf, suffix } from '../support/steps.js';
import type { SoakOptions, SoakResult } from './soak.js';

/** Number of subscriptions in total, as doublings of a thousand. */
const doublings = { short: 3, full: 11 };
const inTheWay = 1000;
/** In milliseconds. In the short size, other tests run at the same time, and no time is compared. */
const longestFirstPage = 50;

const preview = `query ($id: ID!, $first: Int, $after: String) { cloudAccountDeletionPreview(id: $id) {
  isDeletable hiddenBlockerCount blockers(first: $first, after: $after) { nodes { subscription { id } status requiredAction } pageInfo { hasNextPage endCursor } } } }`;
const counted = `query ($id: ID!) { cloudAccountDeletionPreview(id: $id) { blockers(first: 1) { totalCount } } }`;

/**
 * Account with a thousand subscriptions, in a database with a million: the preview of its deletion lists each of them,
 * page by page.
 */
export async function blockers({ size, database, say }: SoakOptions): Promise<SoakResult> {
  return inPlace(database, async (place) => {
    const violations: string[] = [];
    const gateway = await place.start({ AWS_SANDBOX: 'on', LOG_LEVEL: 'error' });
    const { createCloudAccount: made } = await gateway.ask(createCloudAccount, { input: newAccount(suffix(1)) });
    const { id } = made.cloudAccount;
    const input = { cloudAccountId: id, name: 'Orders', region: 'us-east-1' };
    await gateway.ask(createSubscription, { input });
    await multiply(place, numberOf(id), doublings[size]);
    const [{ n }] = await place.rows('SELECT COUNT(*) AS n FROM subscription');
    say(`${n} subscriptions`);

    const first = await timed(20, () => gateway.ask(preview, { id, first: 10 }));
    const count = await timed(5, () => gateway.ask(counted, { id }));
    const seen = await pageThrough(gateway, id);
    if (new Set(seen).size !== inTheWay) violations.push(`the pages name ${new Set(seen).size} of ${inTheWay}`);
    if (seen.length !== inTheWay) violations.push('something is named twice');
    if (size === 'full' && first.median > longestFirstPage) violations.push(`the first page takes ${first.median} ms`);
    for (const line of await explained(place, numberOf(id))) say(line);
    await gateway.stop();
    return {
      figures: {
        subscriptions: Number(n),
        'of them in the way': inTheWay,
        'named by the pages': seen.length,
        'ms for the first page, median of 20': first.median,
        'ms for the first page, at the most': first.most,
        'ms to count them, median of 5': count.median,
      },
      violations,
    };
  });
}

/** Multiplies one subscription to the number of blockers, and fills the hosted account with the rest. */
async function multiply(place: Place, account: number, times: number): Promise<void> {
  const [row] = await place.rows('SELECT * FROM subscription LIMIT 1');
  const columns = Object.keys(row).filter((name) => !['id', 'active_cloud_account_id'].includes(name));
  const copy = (values: Record<string, string>, where: string) =>
    place.execute(
      `INSERT INTO subscription (${columns.join(', ')}) SELECT ${columns.map((name) => values[name] ?? name).join(', ')} FROM subscription WHERE ${where}`,
    );
  for (let there = 1; there < inTheWay; there *= 2)
    await copy({}, `cloud_account_id = ${account} ORDER BY id LIMIT ${Math.min(there, inTheWay - there)}`);
  await copy({ cloud_account_id: '1' }, `cloud_account_id = ${account}`);
  // Half of them have ended.
  for (let i = 1; i < times; i++) await copy({ status: i % 2 ? "'DELETED'" : 'status' }, 'cloud_account_id = 1');
  if (place.kind === 'MariaDB') await place.rows('ANALYZE TABLE subscription');
}

async function timed(times: number, ask: () => Promise<unknown>): Promise<{ median: number; most: number }> {
  const took: number[] = [];
  await ask(); // the first one compiles it
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await ask();
    took.push(Math.round(10 * (performance.now() - started)) / 10);
  }
  took.sort((a, b) => a - b);
  return { median: took[Math.floor(times / 2)]!, most: took.at(-1)! };
}

async function pageThrough(gateway: GatewayProcess, id: string): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const answer: any = await gateway.ask(preview, { id, first: 100, after });
    const { blockers } = answer.cloudAccountDeletionPreview;
    seen.push(...blockers.nodes.map(({ subscription }: any) => subscription.id));
    after = blockers.pageInfo.hasNextPage ? blockers.pageInfo.endCursor : null;
  } while (after);
  return seen;
}

/** Plan with which the database finds a page and counts. */
async function explained(place: Place, account: number): Promise<string[]> {
  const explain = place.kind === 'MariaDB' ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN';
  const statements = {
    'a page': `SELECT * FROM subscription WHERE active_cloud_account_id = ${account} AND id > 0 ORDER BY id LIMIT 11`,
    'the count': `SELECT COUNT(*) FROM subscription WHERE active_cloud_account_id = ${account}`,
  };
  const lines: string[] = [];
  for (const [what, statement] of Object.entries(statements))
    for (const { type, key, rows, Extra, detail } of await place.rows(`${explain} ${statement}`))
      lines.push(`${what}: ${detail ?? `type ${type}, key ${key}, rows ${rows}, ${Extra}`}`);
  return lines;
}
