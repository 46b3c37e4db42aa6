import { setTimeout as wait } from 'node:timers/promises';
import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import { numberOf } from '../support/steps.js';
import {
  commandLineContest,
  contestKinds,
  forceContest,
  ruleOfTheHouse,
  type Contest,
  type ContestKind,
} from './contests.js';
import { builtWith, weakenDatabase, type Mutant } from './mutants.js';
import { Random } from './random.js';
import { inLanes, Tally, type SoakOptions, type SoakResult } from './soak.js';

/** Number of contests of the first kind, which is the main rule, of each other kind, and with a check removed. */
const sizes = {
  short: { ofFirst: 40, ofOthers: 5, ofCli: 2, ofMutants: 60 },
  full: { ofFirst: 2750, ofOthers: 600, ofCli: 50, ofMutants: 500 },
};

/** Many, so that transactions wait for connections and for each other at critical moments. */
const lanes = { SQLite: 16, MariaDB: 32 };

/**
 * Mutually exclusive requests, sent at nearly the same moment: on MariaDB to two gateways, on SQLite to one, with the
 * command line beside it.
 *
 * In every order, no active subscription may be without its account, one side wins, the other gets a typed refusal, and
 * the database matches the answers.
 */
export async function race({ size, seed, database, say, mutants = [] }: SoakOptions): Promise<SoakResult> {
  const { program, remove } = await builtWith(mutants);
  try {
    return await inPlace(database, async (place) => {
      const gateways = await startGateways(place, program);
      await weakenDatabase(place, mutants);

      const random = new Random(seed);
      const { ofFirst, ofOthers, ofCli, ofMutants } = sizes[size];
      // Without a check, only what it protects is tested: other answers are undefined then.
      const atStake = mutants.includes('force-skips-rule') ? forceContest : ruleOfTheHouse;
      const plan =
        mutants.length > 0
          ? Array.from({ length: ofMutants }, () => atStake)
          : random.shuffled([
              ...contestKinds.flatMap((kind, i) => Array.from({ length: i === 0 ? ofFirst : ofOthers }, () => kind)),
              ...Array.from({ length: ofCli }, () => commandLineContest),
            ]);
      const course = new Course(place, gateways, random, say, plan.length);
      await inLanes(
        lanes[database],
        plan.map((kind, number) => ({ kind, number })),
        ({ kind, number }) => course.hold(kind, number),
      );
      return course.result(place, mutants);
    });
  } finally {
    await remove();
  }
}

async function startGateways(place: Place, program: string): Promise<GatewayProcess[]> {
  const env = { AWS_SANDBOX: 'on', AWS_TIMEOUT_MS: '20000' };
  const first = await place.start(env, { program });
  if (place.kind === 'SQLite') return [first];

  const itsOwnFolder = { DATA_DIR: `${place.dataDir}-2`, KEY_RING_FILE: place.keyRingFile };
  return [first, await place.start({ ...env, ...itsOwnFolder }, { program })];
}

class Course {
  private readonly outcomes = new Tally();
  private readonly violations: string[] = [];
  private readonly accountsAfter: (() => readonly string[])[] = [];
  private held = 0;

  constructor(
    private readonly place: Place,
    private readonly gateways: readonly GatewayProcess[],
    private readonly random: Random,
    private readonly say: (line: string) => void,
    private readonly total: number,
  ) {}

  async hold(kind: ContestKind, number: number): Promise<void> {
    const contest = await kind.prepare(this.random.pick(this.gateways), number, this.place);
    this.accountsAfter.push(contest.accountsAfter);

    const outcome = (await this.letThemRun(contest)).join(' / ');
    this.outcomes.add(`${kind.name}: ${outcome}`);
    if (!kind.allowed.includes(outcome)) this.violations.push(`${kind.name} ended ${outcome}`);
    if (++this.held % 100 === 0) this.say(`${this.held} of ${this.total} pairs`);
  }

  /** From different gateways if there are two, either one first, up to 4 ms apart. */
  private letThemRun({ moves }: Contest): Promise<string[]> {
    const [one, other] = this.random.shuffled([...this.gateways, ...this.gateways]) as [GatewayProcess, GatewayProcess];
    const delays = this.random.shuffled([0, this.random.fraction() * 4]) as [number, number];
    const run = async (i: 0 | 1, gateway: GatewayProcess) => {
      if (delays[i] > 0) await wait(delays[i]);
      return moves[i](gateway);
    };
    return Promise.all([run(0, one), run(1, other)]);
  }

  async result(place: Place, mutants: readonly Mutant[]): Promise<SoakResult> {
    const orphans = await count(
      place,
      `subscription s LEFT JOIN cloud_account a ON a.id = s.cloud_account_id WHERE s.status <> 'DELETED' AND a.id IS NULL`,
    );
    const strayKeys = await count(
      place,
      'aws_access_key k LEFT JOIN cloud_account a ON a.id = k.cloud_account_id WHERE a.id IS NULL',
    );
    const forNothing = await count(
      place,
      `cloud_account a WHERE a.status = 'DELETING_WHEN_UNUSED'
       AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.cloud_account_id = a.id AND s.status <> 'DELETED')`,
    );
    const told = new Set(this.accountsAfter.flatMap((accounts) => accounts()).map(numberOf));
    const rows = await place.rows('SELECT id FROM cloud_account WHERE id > 1000');
    const there = new Set(rows.map(({ id }) => Number(id)));
    const untrue = [...told].filter((id) => !there.has(id)).length + [...there].filter((id) => !told.has(id)).length;

    const figures = {
      pairs: this.held,
      'active subscriptions without their account': orphans,
      'keys without their account': strayKeys,
      'accounts that wait for nothing': forNothing,
      'accounts otherwise than told': untrue,
      'untyped or unexpected outcomes': this.violations.length,
      ...this.outcomes.all,
    };
    const violations = [
      ...(orphans > 0 ? [`${orphans} active subscriptions without their account`] : []),
      ...(mutants.length > 0 ? [] : new Set(this.violations)),
      ...(strayKeys > 0 ? [`${strayKeys} keys without their account`] : []),
      ...(forNothing > 0 ? [`${forNothing} accounts wait for nothing`] : []),
      ...(untrue > 0 && mutants.length === 0 ? [`${untrue} accounts are not as the clients were told`] : []),
    ];
    return { figures, violations };
  }
}

async function count(place: Place, from: string): Promise<number> {
  const [row] = await place.rows(`SELECT COUNT(*) AS n FROM ${from}`);
  return Number(row.n);
}
