import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { AccessService, ApiKey, ApiKeyService, TenantContents, TenantService } from '#libs/access';
import { Transactions } from '#libs/database';
import { Keychain, TypeOrmStoredKeys } from '#libs/encryption';
import { operator } from '#libs/events';
import { SystemClock } from '#libs/kernel';
import type { AccessRecords } from '../../libs/access/src/access-records.js';
import { parseApiKeyToken } from '../../libs/access/src/api-key-token.js';
import { FailedAttempts } from '../../libs/access/src/failed-attempts.js';
import { RecentApiKeys } from '../../libs/access/src/recent-api-keys.js';
import { TypeOrmAccessRecords } from '../../libs/access/src/typeorm/typeorm-access-records.js';
import { TypeOrmEvents } from '../../libs/events/src/typeorm/typeorm-events.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { Random } from './random.js';
import type { SoakOptions, SoakResult } from './soak.js';

/** Of both kinds together. */
const samples = { short: 5_000, full: 20_000 };

/** Above this value, the times of two kinds differ: by chance once in 150,000. */
const bar = 4.5;

/** Other processes can cause a difference, but hardly three times in a row. */
const attempts = 3;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Whether the time of a refusal reveals anything about the API key: whether its ID exists, or how much of its secret
 * was right. Welch's t-test on randomly alternating samples, without the slowest, like dudect (Reparaz, Balasch and
 * Verbauwhede, "Dude, is my code constant time?"). Leaks that are planted on purpose must be found.
 */
export async function timing({ size, seed, say }: SoakOptions): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'timing-'));
  const { dataSource, keks } = await prepareDatabase(
    { file: join(folder, 'gateway.sqlite') },
    join(folder, 'key-ring.json'),
  );
  try {
    const clock = new SystemClock();
    const transactions = new Transactions(dataSource, clock);
    const keychain = new Keychain(keks, new TypeOrmStoredKeys(transactions), clock);
    await keychain.prepareGatewayKey();
    const records: AccessRecords = new TypeOrmAccessRecords(transactions);
    const events = new TypeOrmEvents(transactions);
    const recentKeys = new RecentApiKeys();
    const keys = new ApiKeyService(records, keychain, events, transactions, clock, recentKeys);
    const unlimited = new FailedAttempts({ perMinute: Infinity }, clock);
    const access = new AccessService(records, keys, unlimited, recentKeys, clock);
    const tenants = new TenantService(records, keys, new TenantContents([]), events, transactions, recentKeys);
    const { token } = await tenants.create(operator, { tenant: 'Timed', key: 'Timed' });
    const { tenantId } = await tenants.create(operator, { tenant: 'Others', key: 'Other' });
    const other = { role: 'VIEWER', lifetime: 1, allowedCidrs: [], canIntrospect: false } as const;
    for (let n = 0; n < 30; n++) await keys.issue(operator, tenantId, { name: `Other ${n}`, ...other });
    const tokens = new Tokens(token.reveal(), new Random(seed));

    const refuse = (authorization: string) =>
      access.authenticate(authorization, '127.0.0.1').then(accepted, () => undefined);
    /** What `authenticate` must not do: return as soon as possible. */
    const refuseEarly = async (authorization: string) => {
      const presented = parseApiKeyToken(authorization.slice('Bearer '.length))!;
      const isKnown = (await dataSource.getRepository(ApiKey).findOneBy({ keyId: presented.keyId })) !== null;
      if (isKnown) await refuse(authorization);
    };
    const compareEarly = async (authorization: string) => {
      for (let times = 0; times < 200; times++) if (!differsAt(authorization, tokens.real)) accepted();
    };

    const trials: Trial[] = [
      { what: 'of an unknown key and a wrong secret', isLeak: false, probe: refuse, kinds: tokens.byId },
      { what: 'of a secret wrong at its first or last character', isLeak: false, probe: refuse, kinds: tokens.byPlace },
      { what: 'of a planted leak: an unknown key is refused at once', isLeak: true, probe: refuseEarly, kinds: tokens.byId },
      { what: 'of a planted leak: texts are compared up to the first difference', isLeak: true, probe: compareEarly, kinds: tokens.byPlace },
    ]; // prettier-ignore

    const figures: Record<string, number> = { samples: samples[size] };
    const violations: string[] = [];
    for (const trial of trials) {
      const seen: number[] = [];
      while (seen.length < attempts && !isAsItShould(trial, seen.at(-1))) {
        seen.push(await leakOf(trial, samples[size], new Random(seed + seen.length)));
        say(`|t| ${seen.at(-1)!.toFixed(1)} ${trial.what}`);
      }
      figures[`hundredths of |t| ${trial.what}`] = Math.round(seen.at(-1)! * 100);
      if (!isAsItShould(trial, seen.at(-1)))
        violations.push(`|t| ${trial.what}: ${seen.join(', ')}; the bar is ${bar}`);
    }
    return { figures, violations };
  } finally {
    await dataSource.destroy();
    await rm(folder, { recursive: true });
  }
}

interface Trial {
  readonly what: string;
  /** Planted on purpose, to check that it is found. */
  readonly isLeak: boolean;
  readonly probe: (authorization: string) => Promise<void>;
  /** Create an `Authorization` header of either kind. */
  readonly kinds: readonly [() => string, () => string];
}

const isAsItShould = ({ isLeak }: Trial, t: number | undefined) => t !== undefined && t >= bar === isLeak;

function accepted(): void {
  throw new Error('A wrong key was accepted: nothing is being measured here.');
}

/** Position of the first difference. Its time depends on the position. */
function differsAt(one: string, other: string): number {
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return i + 1;
  return 0;
}

/** `Authorization` headers with one fault each and a valid checksum. */
class Tokens {
  /** With the valid API key. */
  readonly real: string;
  private readonly body: string;

  constructor(
    token: string,
    private readonly random: Random,
  ) {
    this.real = `Bearer ${token}`;
    this.body = token.slice(0, -6);
  }

  readonly byId = [
    () => this.with(9, 17), // another ID
    () => this.with(17, 47), // another secret
  ] as const;

  readonly byPlace = [() => this.with(17, 18), () => this.with(46, 47)] as const;

  /** The API key with other characters from `start` to `end`. */
  private with(start: number, end: number): string {
    const others = [...this.body.slice(start, end)].map((character) =>
      this.random.pick([...alphabet].filter((other) => other !== character)),
    );
    const body = this.body.slice(0, start) + others.join('') + this.body.slice(end);
    let checksum = '';
    for (let rest = crc32(body), i = 0; i < 6; i++, rest = Math.floor(rest / 62))
      checksum = alphabet[rest % 62]! + checksum;
    // Flattened, like a string from the network.
    return Buffer.from(`Bearer ${body}${checksum}`).toString('latin1');
  }
}

/** |t| at the cut where the two kinds differ most. */
async function leakOf({ probe, kinds }: Trial, count: number, random: Random): Promise<number> {
  const took: [number[], number[]] = [[], []];
  const warmUp = Math.min(1000, count / 4);
  // Created before, because work between samples affects them.
  const plan = Array.from({ length: warmUp + count }, () => random.below(2) as 0 | 1);
  const authorizations = plan.map((kind) => kinds[kind]());
  for (const [i, kind] of plan.entries()) {
    const authorization = authorizations[i]!;
    if (i % 50 === 0) await setImmediate(); // so that other work of the process happens between samples
    const started = performance.now();
    await probe(authorization);
    if (i >= warmUp) took[kind].push(performance.now() - started);
  }

  const all = [...took[0], ...took[1]].sort((a, b) => a - b);
  const cuts = [1, 0.99, 0.95, 0.9, 0.75, 0.5].map((share) => all[Math.ceil(all.length * share) - 1]!);
  const differences = cuts.flatMap((cut) => {
    const [one, other] = took.map((times) => times.filter((t) => t <= cut)) as typeof took;
    // If two kinds have no common time, a low cut leaves only one of them.
    return Math.min(one.length, other.length) < 30 ? [] : [Math.abs(welch(one, other))];
  });
  return Math.max(...differences);
}

/** Welch's t: difference between two means, relative to their spread. */
function welch(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [one, other].map((times) => {
    const mean = times.reduce((sum, t) => sum + t, 0) / times.length;
    const variance = times.reduce((sum, t) => sum + (t - mean) ** 2, 0) / (times.length - 1);
    return { mean, error: variance / times.length };
  }) as [{ mean: number; error: number }, { mean: number; error: number }];
  return (a.mean - b.mean) / Math.sqrt(a.error + b.error);
}
