const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** How old the last success of an account may be before its health is STALE, in milliseconds. */
export const staleAfter = 3 * hour;

/** How often AWS's refusals may make an account due, in milliseconds. */
export const suspicionPause = 5 * minute;

/** Varied by a fifth either way, so that what was created together is not checked together for ever. */
const about = (ms: number) => (now: Date) => after(now, ms * (0.8 + 0.4 * Math.random()));

/** When identity and role are to be looked at again. */
export const afterOneHour = about(hour);
/** When everything is to be looked at again. */
export const afterOneDay = about(24 * hour);
/** When bad news is to be looked at again, before anybody is told. */
export const afterOneMinute = about(minute);
/** When an AWS account is to be tried again in which another check is under way. */
export const afterTenSeconds = about(10 * second);

/**
 * When AWS is to be asked again that gave no answer `failures` times: exponential, at most an hour, with full jitter
 * ("Exponential Backoff And Jitter", AWS Architecture Blog), but never at once.
 */
export function retryAfterFailures(failures: number, now: Date): Date {
  const most = Math.min(hour, minute * 2 ** Math.min(failures - 1, 10));
  return after(now, 5 * second + Math.random() * (most - 5 * second));
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + Math.round(ms));
}
