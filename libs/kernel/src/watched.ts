import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel';

/** Facts of work that failed have the error, too (see `TracingChannel` of Node.js). */
export interface WatchedFacts {
  readonly error?: unknown;
}

/** One statement, with `?` for each value. */
export interface WatchedStatement extends WatchedFacts {
  readonly sql: string;
}

/** One question to AWS, retries included. */
export interface WatchedAwsCall extends WatchedFacts {
  /** Such as `sts:GetCallerIdentity`. */
  readonly action: string;
  readonly region: string;
}

/** A claim or a step of a reconciler. */
export interface WatchedReconciler extends WatchedFacts {
  readonly reconciler: string;
  readonly work: 'claim' | 'step';
}

const channelOf = <Facts extends object>(name: string) =>
  tracingChannel<unknown, Facts>(`cloud-account-gateway.${name}`);

/** Where metrics, traces and the log of slow operations subscribe. The channels belong to the process. */
export const watched = {
  statement: channelOf<WatchedStatement>('statement'),
  awsCall: channelOf<WatchedAwsCall>('aws-call'),
  reconciler: channelOf<WatchedReconciler>('reconciler'),
};

/** Does the work, and tells those who watch. They see the start alone unless somebody watches the end, which costs more. */
export function watch<Facts extends object, T>(
  channel: TracingChannel<unknown, Facts>,
  facts: Facts,
  work: () => Promise<T>,
): Promise<T> {
  if (channel.asyncEnd.hasSubscribers) return channel.tracePromise(work, facts);
  if (channel.start.hasSubscribers) channel.start.publish(facts);
  return work();
}
