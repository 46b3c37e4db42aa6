import { parseArgs } from 'node:util';
import { servers } from './servers.js';
import { workloads, type WorkloadName } from './workloads.js';

export interface Options {
  readonly accounts: number;
  readonly rounds: number;
  /** Length of a turn that counts, and of the turn before it that does not. */
  readonly seconds: number;
  readonly warmUp: number;
  /** Number of starts of each server, to measure the time of a start. */
  readonly starts: number;
  readonly servers: readonly string[];
  readonly workloads: readonly WorkloadName[];
  /** Writes docs/benchmarks.md and docs/benchmarks.json. */
  readonly isToWrite: boolean;
  /** Compares CPU ratios with docs/benchmarks.json instead of printing figures. */
  readonly isCheck: boolean;
}

export const usage = `npm run bench [-- OPTION…]
  --quick                one round of short turns: less than 90 seconds
  --check                compare the CPU ratios of the gateway with docs/benchmarks.json
  --write                write docs/benchmarks.md and docs/benchmarks.json
  --scale 10k|100k|1m    accounts in the database, 10k by default
  --only NAME,NAME       ${servers.map(({ name }) => name).join(', ')}
  --workloads NAME,NAME  ${Object.keys(workloads).join(', ')}
  --rounds N  --seconds N  --warm-up N  --starts N`;

const scales: Readonly<Record<string, number>> = { '10k': 10_000, '100k': 100_000, '1m': 1_000_000 };

/** @throws TypeError naming the invalid option */
export function optionsIn(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      scale: { type: 'string', default: '10k' },
      only: { type: 'string' },
      workloads: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      starts: { type: 'string' },
    },
  });
  const usual = values.check ? sizes.check : values.quick ? sizes.quick : sizes.full;
  const only = values.check ? servers.filter(({ isChecked }) => isChecked) : servers;
  return {
    accounts: scales[values.scale] ?? refuse('--scale', values.scale),
    rounds: numberOf('--rounds', values.rounds) ?? usual.rounds,
    seconds: numberOf('--seconds', values.seconds) ?? usual.seconds,
    warmUp: numberOf('--warm-up', values['warm-up']) ?? usual.warmUp,
    starts: numberOf('--starts', values.starts) ?? usual.starts,
    servers:
      listOf(
        '--only',
        values.only,
        servers.map(({ name }) => name),
      ) ?? only.map(({ name }) => name),
    workloads: listOf('--workloads', values.workloads, names) ?? names,
    isToWrite: values.write,
    isCheck: values.check,
  };
}

const names = Object.keys(workloads) as WorkloadName[];

const sizes = {
  full: { rounds: 5, seconds: 3, warmUp: 1, starts: 3 },
  quick: { rounds: 1, seconds: 0.6, warmUp: 0.3, starts: 1 },
  check: { rounds: 3, seconds: 1, warmUp: 0.5, starts: 1 },
} as const;

function numberOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  return Number(value) > 0 ? Number(value) : refuse(option, value);
}

function listOf<Name extends string>(
  option: string,
  value: string | undefined,
  known: readonly Name[],
): Name[] | undefined {
  return value?.split(',').map((name) => known.find((one) => one === name) ?? refuse(option, name));
}

function refuse(option: string, value: string): never {
  throw new TypeError(`${option} cannot be ${value}.`);
}
