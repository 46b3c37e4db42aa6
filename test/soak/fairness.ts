import { setTimeout as wait } from 'node:timers/promises';
import { cliAnswer } from '../support/cli.js';
import { costlyDocuments } from '../support/costly-documents.js';
import { fillTenant } from '../support/full-tenant.js';
import { insertRows } from '../support/many-rows.js';
import { schema } from '../support/operations.js';
import { PrivateRedis } from '../support/private-redis.js';
import { defaultCostBudgets, hugeCostBudgets, inPlace, type Place } from '../support/process.js';
import { atRate, inLoops, Load, percentile, type Shot } from './load.js';
import { Random } from './random.js';
import type { SoakOptions, SoakResult } from './soak.js';

/** In the short size other tests run beside it: nothing is said about times, and small budgets are spent soon. */
const sizes = {
  short: {
    ...{ seconds: 3, isQuiet: false, data: { subscriptions: 2000, resourcesWithHistory: 20 } },
    budgets: { ...defaultCostBudgets, TENANT_COST_BUDGET: '400000', TENANT_COST_PER_SECOND: '10000' },
  },
  full: { seconds: 60, isQuiet: true, data: {}, budgets: defaultCostBudgets },
};

const attackers = { keys: 10, connectionsOfEach: 4, documents: 8, atLeastValues: 30_000 };
const list = '{ cloudAccounts(first: 50) { nodes { id name status region consoleRoleName } } }';
const accounts = 50;
const overload = { factor: 4, connections: 1000 };
/** Requests a second of the other tenant, which are within its budget. */
const victimRate = 20;

/** What is asked of the gateway, in milliseconds and as shares. */
const bars = { victim: 1.5, livez: 100, accepted: 500, refused: 50, goodput: 0.8 };

/**
 * Attacks by load. Ten API keys of one tenant send the most expensive documents that are permitted, then all tenants together
 * send four times of what the gateway can serve, then Redis is killed under load. Budgets refuse what is too much, other tenants
 * are served, and no answer is wrong.
 */
export async function fairness({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  const { seconds, isQuiet, data, budgets } = sizes[size];
  const figures: Record<string, number> = {};
  const violations: string[] = [];
  const require = (isSo: boolean, what: string) => void (isSo || violations.push(what));
  const inTime = (isSo: boolean, what: string) => require(!isQuiet || isSo, what);

  await inPlace(database, async (place) => {
    const first = await place.start({ LOG_LEVEL: 'error', VENDOR_AWS_ACCOUNT_ID: '111122223333', ...budgets });
    const ids = await fillTenant((...statement) => place.rows(...statement), database, data);
    const victims = await tenantsWithAccounts(place, 4);
    const [victim] = victims as [string];
    const viewers = await viewerKeys(place, attackers.keys);

    let load = new Load(first.url);
    const isList = ({ text }: Shot) => text.startsWith('{"data":{"cloudAccounts":{"nodes":[{"id":"');
    const victimSends = () => load.send(victim, list);
    const victimLoad = () => atRate(seconds, victimRate, 100, victimSends);
    await victimLoad(); // What has not run yet is not compiled.
    const baseline = await victimLoad();
    say(`baseline: ${baseline.length} requests, p99 ${percentile(baseline, 0.99)} ms`);
    const other = baseline.find((shot) => !isList(shot));
    require(!other, `the baseline has other answers: ${other?.status} ${other?.text.slice(0, 300)}`);

    const documents: string[] = [];
    for (const make of new Random(seed).shuffled(costlyDocuments(schema, ids))) {
      const document = make();
      if (!document || document.values < attackers.atLeastValues) continue;
      const { status, text } = await load.send(viewers[documents.length]!, document.query);
      if (status === 200 && !text.startsWith('{"errors"')) documents.push(document.query);
      if (documents.length === attackers.documents) break;
    }
    let isOver = false;
    const probes = probing(load, () => isOver);
    const attack = inLoops(seconds, attackers.keys * attackers.connectionsOfEach, (connection) =>
      load.send(viewers[connection % viewers.length]!, documents[connection % documents.length]!),
    );
    const served = await victimLoad();
    const shots = await attack;
    isOver = true;
    const livez = percentile(await probes, 1);
    const refused = shots.filter(({ status }) => status === 429);
    say(`attack: ${shots.length} requests, ${refused.length} refused; p99 of the other tenant ${percentile(served, 0.99)} ms, /livez ${livez} ms`); // prettier-ignore
    require(documents.length === attackers.documents, `only ${documents.length} expensive documents were found`);
    require(refused.length > 0, 'no budget refused a request');
    require(refused.every((shot) => Number(shot.retryAfter) > 0 && shot.text.includes('"RATE_LIMITED"')), 'a refusal has no Retry-After or another code'); // prettier-ignore
    require(shots.every(({ status }) => [200, 429, 503].includes(status)), 'an expensive request was answered otherwise'); // prettier-ignore
    require(served.length > 0 && served.every((shot) => shot.status === 200 && isList(shot)), 'the other tenant was not served'); // prettier-ignore
    inTime(percentile(served, 0.99) <= bars.victim * percentile(baseline, 0.99), `p99 of the other tenant: ${percentile(served, 0.99)} ms, before ${percentile(baseline, 0.99)} ms`); // prettier-ignore
    inTime(livez <= bars.livez, `/livez answered within ${livez} ms`);
    Object.assign(figures, {
      'expensive requests': shots.length,
      'of them refused': refused.length,
      'requests of the other tenant': served.length,
      'ms, its p99 before': percentile(baseline, 0.99),
      'ms, its p99 in the attack': percentile(served, 0.99),
      'ms until /livez answered at the most': livez,
    });
    load.close();
    await first.stop();

    const second = await place.start({ LOG_LEVEL: 'error', ...hugeCostBudgets });
    load = new Load(second.url);
    let turn = 0;
    const anybodySends = () => load.send(victims[turn++ % victims.length]!, list);
    // Node.js accepts one connection per iteration of the event loop, so they are opened before.
    await inLoops(seconds / 4, overload.connections, anybodySends);
    const peak = (await inLoops(seconds / 4, 32, anybodySends)).length / (seconds / 4);
    const many = await atRate(seconds, overload.factor * peak, overload.connections, anybodySends);
    const [accepted, shed] = [many.filter(({ status }) => status === 200), many.filter(({ status }) => status === 503)];
    const goodput = accepted.length / seconds;
    say(`peak ${Math.round(peak)} a second; ${Math.round(many.length / seconds)} sent, ${Math.round(goodput)} served, p99 ${percentile(accepted, 0.99)} ms, refused within ${percentile(shed, 0.99)} ms`); // prettier-ignore
    require(many.every((shot) => (shot.status === 200 ? isList(shot) : shot.status === 503)), 'a request above the capacity was answered otherwise'); // prettier-ignore
    require(shed.every((shot) => Number(shot.retryAfter) > 0 && shot.text.includes('"OVERLOADED"')), 'a refusal has no Retry-After or another code'); // prettier-ignore
    require((await inLoops(1, 1, victimSends)).some(({ status }) => status === 200), 'the gateway does not serve after the load'); // prettier-ignore
    inTime(shed.length > 0, 'nothing was refused');
    inTime(percentile(accepted, 0.99) < bars.accepted, `p99 above the capacity: ${percentile(accepted, 0.99)} ms`);
    inTime(percentile(shed, 0.99) < bars.refused, `refused within ${percentile(shed, 0.99)} ms`);
    inTime(
      goodput >= bars.goodput * peak,
      `${Math.round(goodput)} of ${Math.round(peak)} requests a second were served`,
    );
    Object.assign(figures, {
      'requests a second at peak': Math.round(peak),
      'requests a second sent above it': Math.round(many.length / seconds),
      'of them served': Math.round(goodput),
      'ms, p99 of these': percentile(accepted, 0.99),
      'ms, p99 of refusals': percentile(shed, 0.99),
    });
    load.close();
    await second.stop();

    await killRedis(place, victims, seconds, isList, figures, require);
  });
  return { figures, violations };
}

/** Budgets of 20 lists, and of two more each second. */
const small = { maximum: 10_000, restoreRate: 1000 };

async function killRedis(
  place: Place,
  keys: readonly string[],
  seconds: number,
  isList: (shot: Shot) => boolean,
  figures: Record<string, number>,
  require: (isSo: boolean, what: string) => void,
): Promise<void> {
  const redis = await PrivateRedis.start();
  try {
    const gateway = await place.start({
      LOG_LEVEL: 'error',
      REDIS_URL: redis.url,
      ...{ API_KEY_COST_BUDGET: String(small.maximum), API_KEY_COST_PER_SECOND: String(small.restoreRate) },
    });
    const load = new Load(gateway.url);
    const phase = async () => {
      const started = performance.now();
      const shots = await inLoops(seconds / 3, 2 * keys.length, (connection) =>
        load.send(keys[connection % keys.length]!, list),
      );
      const cost = Number(/"requested":(\d+)/.exec(shots.find(isList)?.text ?? '')?.[1]);
      const most = (small.maximum + (small.restoreRate * (performance.now() - started)) / 1000) / cost;
      return { shots, most: keys.length * (Math.ceil(most) + 1) };
    };
    const phases = [await phase()];
    const killed = phase();
    await wait(200);
    await redis.kill(); // under load
    phases.push(await killed, await phase());
    const restarted = phase();
    await redis.restart();
    phases.push(await restarted);

    const shots = phases.flatMap((one) => one.shots);
    const wrong = shots.filter((shot) => (shot.status === 200 ? !isList(shot) : shot.status !== 429));
    const isOn = ({ shots, most }: (typeof phases)[number], bucketsOfEach: number) =>
      shots.filter(({ status }) => status === 200).length <= bucketsOfEach * most;
    require(wrong.length === 0, `${wrong.length} answers were wrong, such as ${wrong[0]?.status} ${wrong[0]?.text.slice(0, 200)}`); // prettier-ignore
    // In a phase that begins with Redis and ends without it, or the other way round, there are two buckets.
    require(isOn(phases[0]!, 1) && isOn(phases[1]!, 2) && isOn(phases[2]!, 1) && isOn(phases[3]!, 2), 'more was served than the budgets allow'); // prettier-ignore
    require(phases.every((one) => one.shots.some(({ status }) => status === 429)), 'in a phase nothing was refused');
    figures['requests while Redis was killed and started'] = shots.length;
    figures['wrong answers to them'] = wrong.length;
    load.close();
    await gateway.stop();
  } finally {
    await redis.kill();
  }
}

/** The keys of tenants with some accounts. */
async function tenantsWithAccounts(place: Place, count: number): Promise<string[]> {
  const keys: string[] = [];
  for (let i = 0; i < count; i++) {
    const [{ tenant, key }] = await cliAnswer(place, 'tenants', 'add', '--name', `Tenant ${i}`);
    keys.push(key);
    const now = '2026-11-01 00:00:00.000';
    await insertRows(
      (...statement) => place.rows(...statement),
      'cloud_account',
      accounts,
      (n) => {
        const awsAccountId = String(500_000_000_000 + 1000 * i + n);
        return {
          ...{
            tenant_id: tenant,
            name: `Account ${n}`,
            name_key: `account ${n}`,
            provider: 'AWS',
            region: 'us-east-1',
          },
          ...{ ownership: 'CUSTOMER', status: 'ACTIVE', is_sandbox: 1, version: 1, console_role_name: 'console' },
          ...{ aws_account_id: awsAccountId, aws_user_id: `AIDA${awsAccountId}` },
          ...{ aws_user_arn: `arn:aws:iam::${awsAccountId}:user/gateway` },
          ...{ console_role_arn: `arn:aws:iam::${awsAccountId}:role/console`, created_at: now, updated_at: now },
        };
      },
    );
  }
  return keys;
}

async function viewerKeys(place: Place, count: number): Promise<string[]> {
  const keys: string[] = [];
  for (let i = 0; i < count; i++) {
    const options = ['--tenant', '2', '--name', `Viewer ${i}`, '--role', 'VIEWER'];
    keys.push((await cliAnswer(place, 'api-keys', 'create', ...options))[0].key);
  }
  return keys;
}

async function probing(load: Load, isOver: () => boolean): Promise<Shot[]> {
  const shots: Shot[] = [];
  while (!isOver()) {
    shots.push(await load.livez());
    await wait(50);
  }
  return shots;
}
