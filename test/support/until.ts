import { setTimeout as wait } from 'node:timers/promises';

/** Polls every few milliseconds. @throws Error with `what` when the condition is not met within `patience` seconds */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, patience = 60): Promise<void> {
  const deadline = performance.now() + patience * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited ${patience} s in vain: ${what}`);
    await wait(20);
  }
}
