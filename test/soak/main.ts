import 'reflect-metadata';
import { parseArgs } from 'node:util';
import type { DatabaseKind } from '../support/new-database.js';
import { canStartMariaDb, startPrivateMariaDb } from '../support/private-mariadb.js';
import { mutantNames, type Mutant } from './mutants.js';
import { blockers } from './blockers.js';
import { cost } from './cost.js';
import { cut } from './cut.js';
import { drift } from './drift.js';
import { fairness } from './fairness.js';
import { fuzz } from './fuzz.js';
import { keyring } from './keyring.js';
import { kill } from './kill.js';
import { naughty } from './naughty.js';
import { race } from './race.js';
import { rotateWeather } from './rotate-weather.js';
import { rotate } from './rotate.js';
import { requests } from './requests.js';
import { slow } from './slow.js';
import type { Size, Soak } from './soak.js';
import { sweep } from './sweep.js';
import { timing } from './timing.js';

const soaks: Record<string, { soak: Soak; databases: readonly DatabaseKind[] }> = {
  race: { soak: race, databases: ['SQLite', 'MariaDB'] },
  blockers: { soak: blockers, databases: ['SQLite', 'MariaDB'] },
  cost: { soak: cost, databases: ['SQLite', 'MariaDB'] },
  cut: { soak: cut, databases: ['MariaDB'] },
  drift: { soak: drift, databases: ['SQLite', 'MariaDB'] },
  fairness: { soak: fairness, databases: ['SQLite', 'MariaDB'] },
  keyring: { soak: keyring, databases: ['SQLite', 'MariaDB'] },
  kill: { soak: kill, databases: ['SQLite', 'MariaDB'] },
  fuzz: { soak: fuzz, databases: ['SQLite'] },
  naughty: { soak: naughty, databases: ['SQLite', 'MariaDB'] },
  requests: { soak: requests, databases: ['SQLite', 'MariaDB'] },
  rotate: { soak: rotate, databases: ['SQLite', 'MariaDB'] },
  'rotate-weather': { soak: rotateWeather, databases: ['SQLite'] },
  slow: { soak: slow, databases: ['SQLite'] },
  sweep: { soak: sweep, databases: ['SQLite', 'MariaDB'] },
  timing: { soak: timing, databases: ['SQLite'] },
};

const usage = `npm run test:soak -- NAME [--size full|short] [--seed N] [--database SQLite|MariaDB]
NAME is ${Object.keys(soaks).join(', ')} or all.
race on MariaDB with a wall taken out: --mutant ${mutantNames.join(' or --mutant ')}; --mutants runs every combination.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: 'full' },
    seed: { type: 'string', default: '1' },
    database: { type: 'string' },
    mutant: { type: 'string', multiple: true, default: [] },
    mutants: { type: 'boolean', default: false },
  },
});
const names = positionals[0] === 'all' ? Object.keys(soaks) : positionals;
const isUsable =
  names.length > 0 &&
  names.every((name) => name in soaks) &&
  ['full', 'short'].includes(values.size) &&
  values.mutant.every((mutant) => mutantNames.includes(mutant as Mutant));
if (!isUsable) {
  console.error(usage);
  process.exit(2);
}
const { size, seed } = { size: values.size as Size, seed: Number(values.seed) };
const started = performance.now();
const say = (line: string) =>
  console.log(`${String(Math.round((performance.now() - started) / 1000)).padStart(5)} s  ${line}`);

let server: { stop: () => Promise<void> } | undefined;
if (!process.env['TEST_DATABASE_URL'] && canStartMariaDb()) {
  const started = await startPrivateMariaDb();
  process.env['TEST_DATABASE_URL'] = started.url;
  server = started;
}
const hasServer = Boolean(process.env['TEST_DATABASE_URL']);

try {
  const bad = values.mutants ? await everyMutant() : await everySoak();
  console.log(bad === 0 ? '\nPassed' : `\nFailed: ${bad}`);
  process.exitCode = bad === 0 ? 0 : 1;
} finally {
  await server?.stop();
}

/** @returns number of soaks with violations */
async function everySoak(): Promise<number> {
  let bad = 0;
  for (const name of names) {
    const { soak, databases } = soaks[name]!;
    for (const database of databases) {
      if (values.database && values.database !== database) continue;
      if (database === 'MariaDB' && !hasServer) {
        say(`${name} on MariaDB is left out: there is no server here`);
        continue;
      }
      say(`${name} on ${database}, ${size}, seed ${seed}`);
      const { figures, violations } = await soak({
        size,
        seed,
        database,
        say,
        mutants: database === 'MariaDB' ? (values.mutant as Mutant[]) : [],
      });
      for (const [what, number] of Object.entries(figures)) console.log(`${String(number).padStart(8)}  ${what}`);
      for (const violation of violations) console.log(`VIOLATED  ${violation}`);
      if (violations.length > 0) bad++;
    }
  }
  return bad;
}

/**
 * With the foreign key in place, a missing check of the code must not cost a subscription its account. Without the
 * foreign key, the race must fail. Otherwise it proves nothing.
 */
async function everyMutant(): Promise<number> {
  if (!hasServer) throw new Error('There is no MariaDB here: the mutants are of its walls.');
  const rows: {
    'taken out': string;
    pairs: number;
    orphans: number;
    expected: string;
    'unexpected answers': number;
    held: boolean;
  }[] = [];
  const inTheCode = mutantNames.filter((mutant) => mutant !== 'no-foreign-key');
  const combinations: Mutant[][] = [
    [],
    ['no-foreign-key'],
    ...inTheCode.flatMap((mutant) => [[mutant], [mutant, 'no-foreign-key'] as Mutant[]]),
  ];
  for (const mutants of combinations) {
    const takenOut = mutants.join(' + ') || 'nothing';
    say(`race on MariaDB, ${size}, seed ${seed}, taken out: ${takenOut}`);
    // The full size of the race shows the result with all checks in place.
    const { figures, violations } = await race({
      ...{ seed, database: 'MariaDB', say, mutants },
      size: mutants.length === 0 ? 'short' : size,
    });
    const orphans = figures['active subscriptions without their account']!;
    const mustFail = mutants.length === 2;
    rows.push({
      'taken out': takenOut,
      pairs: figures['pairs']!,
      orphans,
      expected: mustFail ? 'some' : '0',
      'unexpected answers': figures['untyped or unexpected outcomes']!,
      held: mustFail ? orphans > 0 : mutants.length > 0 ? orphans === 0 : violations.length === 0,
    });
  }
  console.table(rows);
  return rows.filter(({ held }) => !held).length;
}
