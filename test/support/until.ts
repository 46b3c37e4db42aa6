import { setTimeout as wait } from 'node:timers/promises';

/** Looks again every few milliseconds. @throws Error naming `what` when it has not come to pass within `patience` seconds */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, patience = 60): Promise<void> {
  const deadline = performance.now() + patience * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited ${patience} s in vain: ${what}`);
    await wait(20);
  }
}
