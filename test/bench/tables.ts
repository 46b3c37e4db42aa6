import type { Results, ServerResults, WorkloadResults } from './results.js';
import { servers } from './servers.js';
import { workloads, type WorkloadName } from './workloads.js';

/** Results as Markdown: for each database, one table of ratios and one of absolute figures. */
export function tablesOf(results: Results): string {
  const { date, machine, node, accounts, rounds, seconds, warmUp } = results;
  const head = `${date}, Node.js ${node}, ${accounts.toLocaleString('en')} accounts, ${rounds} × ${seconds} s after ${warmUp} s of warm-up each; ${machine}.`;
  const databases = [...new Set(results.servers.map(({ database }) => database))];
  const parts = databases.flatMap((database) => {
    const rows = results.servers.filter((one) => one.database === database);
    return [
      `### ${database}`,
      table(rows, ratios, 'throughput; CPU'),
      table(rows, figures, 'requests/s; CPU; p50/p99'),
    ];
  });
  return [head, ...parts].join('\n\n');
}

type Cell = (result: WorkloadResults) => string;

const ratios: Cell = ({ throughputToFloor, cpuToFloor }) =>
  `${throughputToFloor.toFixed(2)}; ${cpuToFloor.toFixed(1)}×`;

const figures: Cell = ({ median: { answersPerSecond, cpu, p50, p99 } }) =>
  `${answersPerSecond.toFixed(0)}; ${cpu.toFixed(0)} µs; ${p50.toFixed(1)}/${p99.toFixed(1)} ms`;

function table(rows: readonly ServerResults[], cell: Cell, title: string): string {
  const names = (Object.keys(workloads) as WorkloadName[]).filter((name) => rows[0]?.workloads[name]);
  const lines = rows.map((row) => [
    servers.find(({ name }) => name === row.name)!.title,
    ...names.map((name) => cell(row.workloads[name]!)),
    `${row.idleMegabytes}/${row.loadedMegabytes} MB`,
    `${row.startMs} ms`,
  ]);
  const header = [title, ...names, 'memory idle/loaded', 'start'];
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
