import type { DatabaseKind } from '../support/new-database.js';
import { startPrivateMariaDb } from '../support/private-mariadb.js';
import { compare, lineOf, type Comparison } from './check.js';
import { leaveFirstCore } from './cores.js';
import { Bench } from './measure.js';
import { optionsIn, usage, type Options } from './options.js';
import { preparePrograms } from './programs.js';
import { recordedResults, writeResults } from './recorded.js';
import { resultsOf } from './results.js';
import { servers } from './servers.js';
import { tablesOf } from './tables.js';

const tries = 3;

/** As for an operator: each commit is on disk before its response. */
const durable = [
  '--innodb-flush-log-at-trx-commit=1',
  '--innodb-doublewrite=1',
  '--innodb-flush-method=fsync',
  '--innodb-log-file-size=256M',
  '--innodb-buffer-pool-size=1G',
  '--max-connections=300',
];

const say = (text: string) => console.error(`${String(Math.round(performance.now() / 1000)).padStart(4)} s  ${text}`);

const options = readOptions();
preparePrograms();
leaveFirstCore();
const mariaDb = options.servers.some((name) => kindOf(name) === 'MariaDB') ? await startPrivateMariaDb(durable) : null;
try {
  if (options.isCheck) process.exitCode = (await isAsRecorded()) ? 0 : 1;
  else await report();
} finally {
  await mariaDb?.stop();
}

async function report(): Promise<void> {
  const results = resultsOf(await onEachDatabase((bench) => bench.measure(options)), options);
  console.log(tablesOf(results));
  if (options.isToWrite) writeResults(results);
}

/** Measures again when a ratio is worse, because other processes can disturb a measurement. */
async function isAsRecorded(): Promise<boolean> {
  const recorded = recordedResults();
  if (!recorded) throw new Error('docs/benchmarks.json is missing. Write it with --write.');
  const comparisons = await onEachDatabase(async (bench) => {
    const good: Comparison[] = [];
    let worse: Comparison[] = [];
    let { workloads } = options;
    for (let attempt = 1; attempt <= tries && workloads.length > 0; attempt++) {
      const found = compare(resultsOf(await bench.measure({ ...options, workloads }), options), recorded);
      for (const comparison of found) console.log(lineOf(comparison));
      good.push(...found.filter(({ isWorse }) => !isWorse));
      worse = found.filter(({ isWorse }) => isWorse);
      workloads = worse.map(({ workload }) => workload);
    }
    return [...good, ...worse];
  });
  if (comparisons.length === 0) throw new Error('docs/benchmarks.json has no ratio to compare with.');
  return comparisons.every(({ isWorse }) => !isWorse);
}

/** SQLite last, when no other server runs. */
async function onEachDatabase<T>(use: (bench: Bench) => Promise<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for (const kind of ['MariaDB', 'SQLite'] as const) {
    const chosen = servers.filter(({ name, database }) => database === kind && options.servers.includes(name));
    if (chosen.length === 0) continue;
    all.push(...(await Bench.run(kind, chosen, options, say, mariaDb?.url, use)));
  }
  return all;
}

function kindOf(name: string): DatabaseKind {
  return servers.find((server) => server.name === name)!.database;
}

function readOptions(): Options {
  try {
    return optionsIn(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
