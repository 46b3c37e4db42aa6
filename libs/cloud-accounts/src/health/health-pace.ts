import { addTime, backOff, spread } from '#libs/kernel';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Age of the last success after which the health is STALE, in milliseconds. */
export const staleAfter = 3 * hour;

/** Minimum interval in milliseconds between two checks caused by refusals of AWS. */
export const suspicionPause = 5 * minute;

const about = (ms: number) => (now: Date) => addTime(now, spread(ms));

/** Next check of credentials and console role. */
export const afterOneHour = about(hour);
/** Next full check. */
export const afterOneDay = about(24 * hour);
/** Next check after a change for the worse, before it is confirmed. */
export const afterOneMinute = about(minute);
/** Next attempt when another check of the same AWS account is running. */
export const afterTenSeconds = about(10 * second);

/** Next attempt after `failures` checks without an answer of AWS. */
export const retryAfterFailures = (failures: number, now: Date): Date => addTime(now, backOff(failures, minute, hour));
