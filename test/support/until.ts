import { setTimeout as wait } from 'node:timers/promises';

/** Looks again every few milliseconds. @throws Error naming `what` when it has not come to pass within 20 s */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`Waited 20 s in vain: ${what}`);
    await wait(5);
  }
}
