/** Adds milliseconds to a moment. A negative number subtracts them. */
export const addTime = (moment: Date, ms: number): Date => new Date(moment.getTime() + Math.round(ms));

/** Varies a duration by up to 20 % in both directions, so that tasks that started together spread. */
export const spread = (ms: number): number => ms * (0.8 + 0.4 * Math.random());

/**
 * Milliseconds to wait after the last of `failures` failures in a row: doubles with each, up to `longest`. Up to 25 %
 * shorter at random, so that tasks that failed together spread ("Exponential Backoff And Jitter", AWS Architecture Blog).
 */
export function backOff(failures: number, first: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(failures - 1, 20)) * (0.75 + Math.random() / 4);
}
