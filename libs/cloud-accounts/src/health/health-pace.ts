import { addTime, backOff, spread } from '#libs/kernel';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** How old the last success of an account may be before its health is STALE, in milliseconds. */
export const staleAfter = 3 * hour;

/** How often AWS's refusals may make an account due, in milliseconds. */
export const suspicionPause = 5 * minute;

const about = (ms: number) => (now: Date) => addTime(now, spread(ms));

/** When identity and role are to be looked at again. */
export const afterOneHour = about(hour);
/** When everything is to be looked at again. */
export const afterOneDay = about(24 * hour);
/** When bad news is to be looked at again, before anybody is told. */
export const afterOneMinute = about(minute);
/** When an AWS account is to be tried again in which another check is under way. */
export const afterTenSeconds = about(10 * second);

/** When to ask AWS again after it did not answer `failures` times. */
export const retryAfterFailures = (failures: number, now: Date): Date => addTime(now, backOff(failures, minute, hour));
