import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel';

/** `TracingChannel` of Node.js adds the error of work that failed. */
export interface WatchedFacts {
  readonly error?: unknown;
}

/** SQL statement, with `?` for each value. */
export interface WatchedStatement extends WatchedFacts {
  readonly sql: string;
}

/** Call to AWS, including retries. */
export interface WatchedAwsCall extends WatchedFacts {
  /** For example `sts:GetCallerIdentity`. */
  readonly action: string;
  readonly region: string;
}

/** Claim or step of a reconciler. */
export interface WatchedReconciler extends WatchedFacts {
  readonly reconciler: string;
  readonly work: 'claim' | 'step';
}

const channelOf = <Facts extends object>(name: string) =>
  tracingChannel<unknown, Facts>(`cloud-account-gateway.${name}`);

/** Channels for metrics, traces and the log of slow operations. They are global in the process. */
export const watched = {
  statement: channelOf<WatchedStatement>('statement'),
  awsCall: channelOf<WatchedAwsCall>('aws-call'),
  reconciler: channelOf<WatchedReconciler>('reconciler'),
};

/** Does the work and publishes it. The end is published only if it has subscribers, because that costs more. */
export function watch<Facts extends object, T>(
  channel: TracingChannel<unknown, Facts>,
  facts: Facts,
  work: () => Promise<T>,
): Promise<T> {
  if (channel.asyncEnd.hasSubscribers) return channel.tracePromise(work, facts);
  if (channel.start.hasSubscribers) channel.start.publish(facts);
  return work();
}
