import type { TracingChannel } from 'node:diagnostics_channel';
import { DomainError, watched } from '#libs/kernel';
import { Counter, Histogram, type Registry } from 'prom-client';
import { errorCatalog } from '../graphql/error-catalog.js';
import { graphqlPath } from '../graphql/graphql-over-http.js';
import { operationLabel } from '../graphql/operation-noted.js';
import { watchedRequests, type WatchedRequest } from '../graphql/request-context.js';
import { httpError } from '../http/http-errors.filter.js';

/** Prefix of all names, except those of the process (`process_…`, `nodejs_…`). */
export const prefix = 'cloud_account_gateway_';

/** In seconds. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Counts requests, statements, calls to AWS and background work.
 *
 * @returns function that unsubscribes
 */
export function workMetrics(registry: Registry): () => void {
  const registers = [registry];
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: prefix + name, help, labelNames, registers });
  const durations = (name: string, help: string, ...labelNames: string[]) =>
    new Histogram({ name: prefix + name, help, labelNames, buckets, registers });

  const http = counter('http_requests_total', 'HTTP requests by declared route and status.', 'route', 'status');
  const graphql = counter(
    'graphql_requests_total',
    'GraphQL requests by operation, role of the API key, and outcome: `success`, or the code of the first error.',
    'operation',
    'role',
    'outcome',
  );
  const latency = durations('graphql_request_duration_seconds', 'Duration of GraphQL requests.', 'operation');
  const cost = counter('graphql_cost_total', 'Computed cost of GraphQL requests, in values.', 'operation');
  const aws = counter('aws_requests_total', 'Calls to AWS by action and outcome.', 'action', 'outcome');
  const awsLatency = durations('aws_request_duration_seconds', 'Duration of calls to AWS, with retries.', 'action');
  const statements = durations('database_statement_duration_seconds', 'Duration of statements, waiting included.');
  const failedStatements = counter('database_statement_failures_total', 'Statements that failed.');
  const runs = counter('reconciler_runs_total', 'Claims and steps of reconcilers.', 'reconciler', 'work');
  const failures = counter('reconciler_failures_total', 'Claims and steps that failed.', 'reconciler', 'work');

  const stops = [
    onEnd(watchedRequests, (request) => {
      const { facts, route, end } = request as Required<WatchedRequest>;
      http.inc({ route: route ?? 'none', status: end.status });
      if (route !== graphqlPath) return;
      const operation = operationLabel(facts.operation);
      graphql.inc({ operation, role: facts.viewer?.role ?? 'none', outcome: outcomeOf(request) });
      latency.observe({ operation }, end.durationMs / 1000);
      if (facts.cost !== undefined) cost.inc({ operation }, facts.cost);
    }),
    onEnd(watched.awsCall, ({ action, error }, seconds) => {
      aws.inc({ action, outcome: error === undefined ? 'success' : codeOf(error) });
      awsLatency.observe({ action }, seconds);
    }),
    onEnd(watched.statement, ({ error }, seconds) => {
      statements.observe(seconds);
      if (error !== undefined) failedStatements.inc();
    }),
    onEnd(watched.reconciler, ({ reconciler, work, error }) => {
      runs.inc({ reconciler, work });
      failures.inc({ reconciler, work }, error === undefined ? 0 : 1);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

function outcomeOf({ facts, end }: WatchedRequest): string {
  const { status, isAborted } = end!;
  const code = facts.code ?? (status >= 400 ? httpError(status, '').errors[0]!.extensions.code : undefined);
  if (code !== undefined) return code in errorCatalog ? code : 'OTHER';
  return isAborted ? 'CALLER_GONE' : 'success';
}

const codeOf = (error: unknown) => (error instanceof DomainError ? error.code : 'INTERNAL');

/** @param noted called with the facts and the duration in seconds */
function onEnd<Facts extends object>(
  channel: TracingChannel<unknown, Facts>,
  noted: (facts: Facts, seconds: number) => void,
): () => void {
  const began = new WeakMap<object, number>();
  const handlers = {
    start: (facts: unknown) => void began.set(facts as object, performance.now()),
    asyncEnd: (facts: unknown) =>
      noted(facts as Facts, (performance.now() - (began.get(facts as object) ?? NaN)) / 1000),
  };
  channel.start.subscribe(handlers.start);
  channel.asyncEnd.subscribe(handlers.asyncEnd);
  return () => {
    channel.start.unsubscribe(handlers.start);
    channel.asyncEnd.unsubscribe(handlers.asyncEnd);
  };
}
