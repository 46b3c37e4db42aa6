import type { Results } from './results.js';
import { servers } from './servers.js';
import type { WorkloadName } from './workloads.js';

/** How much a ratio can exceed the recorded one. */
const tolerance = 1.25;

export interface Comparison {
  readonly server: string;
  readonly workload: WorkloadName;
  readonly recorded: number;
  readonly measured: number;
  readonly isWorse: boolean;
}

/** Ratios of CPU time to that of the floor. Ratios that were not recorded are not compared. */
export function compare(measured: Results, recorded: Results): Comparison[] {
  return measured.servers
    .filter(({ name }) =>
      servers.some((server) => server.name === name && server.isChecked && !name.startsWith('floor')),
    )
    .flatMap(({ name, workloads }) =>
      Object.entries(workloads).flatMap(([workload, { cpuToFloor }]) => {
        const before = recorded.servers.find((one) => one.name === name)?.workloads[workload as WorkloadName];
        if (!before) return [];
        return {
          server: name,
          workload: workload as WorkloadName,
          recorded: before.cpuToFloor,
          measured: cpuToFloor,
          isWorse: cpuToFloor > before.cpuToFloor * tolerance,
        };
      }),
    );
}

export const lineOf = ({ server, workload, recorded, measured, isWorse }: Comparison): string =>
  `${isWorse ? 'worse' : 'ok   '} ${server} ${workload}: ${measured.toFixed(2)} times the CPU of the floor, recorded ${recorded.toFixed(2)}`;
