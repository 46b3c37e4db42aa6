import { AsyncLocalStorage } from 'node:async_hooks';

/** The caller has closed the connection: what is left to do for it is left undone. Nobody reads what this error says. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';

  constructor() {
    super('The caller closed the connection before the answer was complete.');
  }
}

/** The caller whom the running chain of calls serves. The signal is aborted when work for it is to stop. */
export const currentCaller = new AsyncLocalStorage<AbortSignal>();

/** @throws CallerGone when the running chain of calls serves a caller that has gone, and may stop */
export function refuseIfCallerGone(): void {
  if (currentCaller.getStore()?.aborted) throw new CallerGone();
}
