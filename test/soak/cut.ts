import { setTimeout as wait } from 'node:timers/promises';
import { startCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.js';
import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import * as steps from '../support/steps.js';
import { Random } from './random.js';
import { codesIn, inLanes, Tally, type SoakOptions, type SoakResult } from './soak.js';

const sizes = { short: { cuts: 6, lanes: 6 }, full: { cuts: 100, lanes: 8 } };

/** Answers that a client can get when the connection to the database is lost, and what they say about the effect. */
const mayHaveHappened = new Set(['DATABASE_UNAVAILABLE']);
const hasNotHappened = new Set(['DATABASE_BUSY', 'IDEMPOTENCY_KEY_IN_FLIGHT']);

/** Request with its answer. */
interface Asked {
  readonly what: string;
  /** `done`, or a code. */
  readonly answer: string;
  /** Number of times that it took effect: a condition on rows, counted at the end. */
  readonly effects: readonly [sql: string, ...parameters: unknown[]];
  readonly mustBeOnce: boolean;
}

/**
 * Cuts the connections between the gateway and its database at random, while clients create, use and delete accounts.
 * An acknowledged request took effect once, a refused one never, and an unknown one at most once. A request with an
 * idempotency key that is repeated until it is answered took effect once. Clients never receive a raw error.
 */
export async function cut({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  if (database !== 'MariaDB') throw new Error('Only a server has connections to cut.');
  const { cuts, lanes } = sizes[size];
  return inPlace(database, async (place) => {
    const server = new URL(place.databaseUrl!);
    const proxy = await startCuttingProxy(server.hostname, Number(server.port || 3306));
    server.hostname = '127.0.0.1';
    server.port = String(proxy.port);
    try {
      const gateway = await place.start({ AWS_SANDBOX: 'on', DATABASE_URL: server.href, LOG_LEVEL: 'fatal' });
      const course = new Course(gateway, new Random(seed));
      const cutting = cutAtRandom(proxy, cuts, say);
      await inLanes(
        lanes,
        Array.from({ length: lanes }, (_, lane) => lane),
        (lane) => course.run(lane, () => cutting.isOver),
      );
      const { connectionsCut } = await cutting.ended;
      const after = await gateway.send('{ cloudAccounts { totalCount } }');
      const result = await course.result(place);
      if (after.status !== 200 || after.body.errors) result.violations.push('it does not serve any more');
      await gateway.stop();
      return {
        figures: { cuts, 'connections cut': connectionsCut, ...result.figures },
        violations: result.violations,
      };
    } finally {
      await proxy.close();
    }
  });
}

function cutAtRandom(proxy: CuttingProxy, cuts: number, say: (line: string) => void) {
  const state = { isOver: false, ended: Promise.resolve({ connectionsCut: 0 }) };
  state.ended = (async () => {
    let connectionsCut = 0;
    for (let i = 1; i <= cuts;) {
      await wait(20 + 180 * Math.random());
      const cut = proxy.cut(Math.random() < 0.5 ? 1 : 0.4);
      if (cut === 0) continue;
      connectionsCut += cut;
      if (i % 10 === 0) say(`${i} cuts`);
      i++;
    }
    await wait(200);
    state.isOver = true;
    return { connectionsCut };
  })();
  return state;
}

class Course {
  private readonly asked: Asked[] = [];
  private readonly answers = new Tally();
  private readonly violations = new Set<string>();
  private users = 0;

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly random: Random,
  ) {}

  /** One client: account after account, each with a subscription that is ended, and then deleted. */
  async run(lane: number, isOver: () => boolean): Promise<void> {
    for (let round = 0; !isOver(); round++) {
      const name = `Lane ${lane}, round ${round}`;
      const id = await this.createAccount(name, this.random.fraction() < 0.5);
      if (!id) continue;
      const subscription = await this.createSubscription(id, name);
      if (subscription) await this.endSubscription(subscription);
      if (this.random.fraction() < 0.7) await this.deleteAccount(id);
    }
  }

  async result(place: Place): Promise<{ figures: Record<string, number>; violations: string[] }> {
    const figures: Record<string, number> = { 'things asked for': this.asked.length };
    let unknown = 0;
    let unknownDone = 0;
    for (const { what, answer, effects, mustBeOnce } of this.asked) {
      const [sql, ...parameters] = effects;
      const [{ n }] = await place.rows(`SELECT COUNT(*) AS n FROM ${sql}`, parameters);
      const times = Number(n);
      if (answer === 'done' || mustBeOnce) {
        if (times !== 1) this.violations.add(`${what}: answered ${answer}, and took effect ${times} times`);
      } else if (mayHaveHappened.has(answer)) {
        unknown++;
        unknownDone += times;
        if (times > 1) this.violations.add(`${what}: took effect ${times} times`);
      } else if (times !== 0) this.violations.add(`${what}: refused with ${answer}, and took effect ${times} times`);
    }
    const [{ n: halves }] = await place.rows(
      `SELECT COUNT(*) AS n FROM cloud_account a WHERE a.id > 1000 AND
       (SELECT COUNT(*) FROM aws_access_key k WHERE k.cloud_account_id = a.id) <> 1`,
    );
    const [{ n: orphans }] = await place.rows(
      `SELECT COUNT(*) AS n FROM subscription s LEFT JOIN cloud_account a ON a.id = s.cloud_account_id
       WHERE s.status <> 'DELETED' AND a.id IS NULL`,
    );
    if (Number(halves) > 0) this.violations.add(`${halves} accounts are half there`);
    if (Number(orphans) > 0) this.violations.add(`${orphans} active subscriptions have no account`);
    Object.assign(figures, {
      'answered with nobody knowing': unknown,
      'of them done': unknownDone,
      ...this.answers.all,
    });
    return { figures, violations: [...this.violations] };
  }

  private async createAccount(name: string, hasKey: boolean): Promise<string | null> {
    const which = (this.users++).toString(36).toUpperCase().padStart(4, '0');
    const input = { ...steps.newAccount(which), name, ...(hasKey && { idempotencyKey: name.replaceAll(/\W+/g, '-') }) };
    const effects = [
      "event WHERE type = 'CLOUD_ACCOUNT_CREATED' AND JSON_UNQUOTE(JSON_EXTRACT(data, '$.name')) = ?",
      name,
    ] as const;
    let answer = await this.ask(`create ${name}`, steps.createCloudAccount, input);
    // A request with an idempotency key is repeated until it is answered.
    for (let tries = 0; hasKey && answer.code !== 'done' && tries < 500; tries++) {
      await wait(20);
      answer = await this.ask(`create ${name}`, steps.createCloudAccount, input);
    }
    this.asked.push({ what: `create ${name}`, answer: answer.code, effects: [...effects], mustBeOnce: hasKey });
    return answer.payload?.cloudAccount?.id ?? null;
  }

  private async createSubscription(cloudAccountId: string, name: string): Promise<string | null> {
    const input = { cloudAccountId, name, region: 'us-east-1' };
    const { code, payload } = await this.ask(`subscribe ${name}`, steps.createSubscription, input);
    const effects = ['subscription WHERE name = ?', name] as const;
    this.asked.push({ what: `subscribe ${name}`, answer: code, effects: [...effects], mustBeOnce: false });
    return payload?.subscription?.id ?? null;
  }

  private async endSubscription(id: string): Promise<void> {
    const { code } = await this.ask(`end ${id}`, steps.deleteSubscription, { id });
    const effects = [
      "event WHERE subject_type = 'CloudSubscription' AND subject_id = ? AND type = 'SUBSCRIPTION_ENDED'",
      steps.numberOf(id),
    ] as const;
    this.asked.push({ what: `end ${id}`, answer: code, effects: [...effects], mustBeOnce: false });
  }

  private async deleteAccount(id: string): Promise<void> {
    const { code } = await this.ask(`delete ${id}`, steps.deleteCloudAccount, { id });
    const effects = ['deleted_cloud_account WHERE id = ?', steps.numberOf(id)] as const;
    // A subscription can remain if the result of its end is unknown.
    const answer = code === 'CLOUD_ACCOUNT_IN_USE' ? 'DATABASE_BUSY' : code;
    this.asked.push({ what: `delete ${id}`, answer, effects: [...effects], mustBeOnce: false });
  }

  private async ask(what: string, mutation: string, input: object): Promise<{ code: string; payload: any }> {
    const { status, body, text } = await this.gateway.send(mutation, { input });
    const [code = 'done'] = codesIn(text);
    this.answers.add(code);
    const isTyped = mayHaveHappened.has(code) || hasNotHappened.has(code) || code === 'done';
    const isOfTheRule = ['CLOUD_ACCOUNT_IN_USE'].includes(code);
    if (!isTyped && !isOfTheRule) this.violations.add(`${what.split(' ')[0]} was answered ${status} ${code}`);
    if (/ECONN|PROTOCOL_|ER_[A-Z]|QueryFailed|mysql/i.test(text))
      this.violations.add(`a raw error: ${text.slice(0, 200)}`);
    const [payload] = Object.values<any>(body?.data ?? {});
    return { code, payload };
  }
}
