import { cpus } from 'node:os';
import type { DatabaseKind } from '../support/new-database.js';
import { pinning } from './cores.js';
import type { Measured, MeasuredServer } from './measure.js';
import type { Options } from './options.js';
import type { WorkloadName } from './workloads.js';

/** Contents of docs/benchmarks.json. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly accounts: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly servers: readonly ServerResults[];
}

export interface ServerResults {
  readonly name: string;
  readonly database: DatabaseKind;
  readonly startMs: number;
  readonly idleMegabytes: number;
  readonly loadedMegabytes: number;
  readonly workloads: Readonly<Partial<Record<WorkloadName, WorkloadResults>>>;
}

export interface WorkloadResults {
  /** Medians of the turns. */
  readonly median: Measured;
  /** Ratios to the medians of the floor. */
  readonly throughputToFloor: number;
  readonly cpuToFloor: number;
  readonly turns: readonly Measured[];
}

export function resultsOf(
  measured: readonly MeasuredServer[],
  { accounts, rounds, seconds, warmUp }: Options,
): Results {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpu?.model.trim() || 'unknown CPU'}; ${pinning}`,
    node: process.version,
    ...{ accounts, rounds, seconds, warmUp },
    servers: measured.map((one) => serverResults(one, floorOf(one, measured))),
  };
}

const floorOf = ({ server }: MeasuredServer, measured: readonly MeasuredServer[]) =>
  measured.find((one) => one.server.database === server.database)!;

function serverResults(measured: MeasuredServer, floor: MeasuredServer): ServerResults {
  const workloads = Object.entries(measured.turns).map(([name, turns]) => {
    const [own, least] = [medianOf(turns), medianOf(floor.turns[name as WorkloadName]!)];
    return [
      name,
      {
        median: own,
        throughputToFloor: rounded(own.answersPerSecond / least.answersPerSecond),
        cpuToFloor: rounded(own.cpu / least.cpu),
        turns: turns.map(roundedTurn),
      },
    ] as const;
  });
  return {
    name: measured.server.name,
    database: measured.server.database,
    startMs: Math.round(median(measured.startMs)),
    idleMegabytes: Math.round(measured.idleBytes / 2 ** 20),
    loadedMegabytes: Math.round(measured.loadedBytes / 2 ** 20),
    workloads: Object.fromEntries(workloads),
  };
}

const medianOf = (turns: readonly Measured[]): Measured =>
  roundedTurn({
    answersPerSecond: median(turns.map(({ answersPerSecond }) => answersPerSecond)),
    cpu: median(turns.map(({ cpu }) => cpu)),
    p50: median(turns.map(({ p50 }) => p50)),
    p99: median(turns.map(({ p99 }) => p99)),
  });

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

const roundedTurn = ({ answersPerSecond, cpu, p50, p99 }: Measured): Measured => ({
  ...{ answersPerSecond: rounded(answersPerSecond), cpu: rounded(cpu), p50: rounded(p50), p99: rounded(p99) },
});
