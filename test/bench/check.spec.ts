import { compare } from './check.js';
import type { Results } from './results.js';
import type { WorkloadName } from './workloads.js';

describe('The check of the benchmark', () => {
  it('accepts a ratio that is up to 25 % worse than the recorded one', () => {
    const recorded = resultsWith('gateway', { W1: 2, W2: 4 });

    expect(compare(resultsWith('gateway', { W1: 2.5, W2: 5.01 }), recorded)).toEqual([
      { server: 'gateway', workload: 'W1', recorded: 2, measured: 2.5, isWorse: false },
      { server: 'gateway', workload: 'W2', recorded: 4, measured: 5.01, isWorse: true },
    ]);
  });

  it('compares the gateway only, and only what was recorded', () => {
    const all = { W1: 1 };
    const recorded = resultsWith('gateway', all);

    expect(compare(resultsWith('apollo', { W1: 100 }), resultsWith('apollo', all))).toEqual([]);
    expect(compare(resultsWith('floor', { W1: 100 }), resultsWith('floor', all))).toEqual([]);
    expect(compare(resultsWith('gateway', { W3: 100 }), recorded)).toEqual([]);
    expect(compare(resultsWith('gateway-sqlite', { W1: 100 }), recorded)).toEqual([]);
  });
});

function resultsWith(name: string, ratios: Partial<Record<WorkloadName, number>>): Results {
  const turn = { answersPerSecond: 1, cpu: 1, p50: 1, p99: 1 };
  const workloads = Object.fromEntries(
    Object.entries(ratios).map(([workload, cpuToFloor]) => [
      workload,
      { median: turn, throughputToFloor: 1, cpuToFloor, turns: [turn] },
    ]),
  );
  const server = { name, database: 'MariaDB', startMs: 1, idleMegabytes: 1, loadedMegabytes: 1, workloads } as const;
  return { date: '', machine: '', node: '', accounts: 1, rounds: 1, seconds: 1, warmUp: 1, servers: [server] };
}
