import { AsyncLocalStorage } from 'node:async_hooks';

/** The caller has closed the connection, so its request is aborted. No one receives this message. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';

  constructor() {
    super('The caller closed the connection before the answer was complete.');
  }
}

/** Caller of the current asynchronous context. Its signal is aborted when work for it can stop. */
export const currentCaller = new AsyncLocalStorage<AbortSignal>();

/** @throws CallerGone when the current caller has disconnected and its work can stop */
export function refuseIfCallerGone(): void {
  if (currentCaller.getStore()?.aborted) throw new CallerGone();
}
