import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whether processes can be pinned to a core: Linux with `taskset`, and two cores. */
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

/** Keeps this process, and all that it starts from now on, off the core of the measured server. */
export function leaveFirstCore(): void {
  if (canPin) spawnSync('taskset', ['-apc', `1-${availableParallelism() - 1}`, `${process.pid}`]);
}

/** Command that runs a program on the core of the measured server. */
export const onFirstCore = (command: string[]): string[] => (canPin ? ['taskset', '-c', '0', ...command] : command);

export const pinning = canPin ? 'server on core 0, client and database on the others' : 'no process is kept on a core';
