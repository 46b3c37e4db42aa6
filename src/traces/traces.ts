import { AsyncLocalStorage } from 'node:async_hooks';
import type { TracingChannel } from 'node:diagnostics_channel';
import { setTimeout as wait } from 'node:timers/promises';
import { DomainError, watched, type WatchedAwsCall } from '#libs/kernel';
import { Logger } from '@nestjs/common';
import {
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { operationLabel } from '../graphql/operation-noted.js';
import { currentRequest, watchedOperations, watchedRequests, type RequestFacts } from '../graphql/request-context.js';

export interface TracesSettings {
  /** URL of the collector, for OTLP as JSON. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Share of the traces that are sent, from 0 to 1. For a request with a trace of its own, the caller decides. */
  readonly ratio: number;
}

/** Maximum time to send the last spans at the end of the process, in milliseconds. */
const patience = 3000;
const longestStatement = 2000;
/** Routes of probes. */
const untraced: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz']);

const log = new Logger('Traces');

/**
 * Sends spans of requests, operations, statements, calls to AWS and steps of reconcilers. They contain names of the schema,
 * statements without values, AWS actions and codes. They contain no variables, URLs or error messages.
 *
 * @returns function that sends the last spans and unsubscribes
 */
export function startTraces({ endpoint, serviceName, ratio }: TracesSettings): () => Promise<void> {
  warnOfFailures();
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    resource: detectResources({ detectors: [envDetector] }).merge(
      resourceFromAttributes({ 'service.name': serviceName }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: endpoint }) })],
  });
  const stop = watchAll(provider.getTracer('cloud-account-gateway'));
  return async () => {
    stop();
    await Promise.race([provider.shutdown().catch(() => undefined), wait(patience, undefined, { ref: false })]);
    diag.disable();
  };
}

/** Logs failures at most once a minute, without the messages of the library, which can contain the endpoint. */
function warnOfFailures(): void {
  let last = -Infinity;
  const nothing = () => undefined;
  const error = () => {
    if (performance.now() - last < 60_000) return;
    last = performance.now();
    log.warn('Traces cannot be sent. Check OTEL_EXPORTER_OTLP_ENDPOINT and the collector.');
  };
  diag.setLogger({ error, warn: nothing, info: nothing, debug: nothing, verbose: nothing });
}

function watchAll(tracer: Tracer): () => void {
  /** Span of the current asynchronous context. */
  const current = new AsyncLocalStorage<Span>();
  const requests = new WeakMap<RequestFacts, Span>();
  const parent = () => current.getStore() ?? requests.get(currentRequest.getStore()!);
  const under = (span: Span | undefined): Context => (span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT);
  /** Starts a child span. Work without a parent, such as the start of the process and claims, is not traced. */
  const part = (name: string, options: SpanOptions): Span | undefined => {
    const span = parent();
    return span && tracer.startSpan(name, options, under(span));
  };

  const stops = [
    watchSpans(watchedRequests, {
      start: (request) => {
        if (untraced.has(request.route)) return undefined;
        const attributes = { 'http.request.method': request.method, 'http.route': request.route };
        const name = `${request.method} ${request.route ?? ''}`.trim();
        const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, callerOf(request.traceparent));
        requests.set(request.facts, span);
        return span;
      },
      end: (span, { facts, end }) => {
        span.setAttributes({ 'http.response.status_code': end!.status, 'gateway.request_id': facts.id });
        if (end!.isAborted) span.setAttribute('error.type', 'CALLER_GONE');
        else if (end!.status >= 500) fail(span, facts.code ?? String(end!.status));
      },
    }),
    watchSpans(watchedOperations, {
      start: ({ facts }) => tracer.startSpan('GraphQL', {}, under(requests.get(facts))),
      end: (span, { facts }) => {
        span.updateName(operationLabel(facts.operation));
        span.setAttributes({
          'graphql.operation.fields': facts.operation,
          'gateway.cost': facts.cost,
          'gateway.role': facts.viewer?.role,
        });
        if (facts.code !== undefined) fail(span, facts.code);
      },
      store: current,
    }),
    watchSpans(watched.reconciler, {
      start: ({ reconciler, work }) => (work === 'step' ? tracer.startSpan(reconciler, {}, ROOT_CONTEXT) : undefined),
      store: current,
    }),
    watchSpans(watched.statement, {
      start: ({ sql }) =>
        part(/^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? 'SQL', {
          kind: SpanKind.CLIENT,
          attributes: { 'db.query.text': sql.slice(0, longestStatement) },
        }),
    }),
    watchSpans(watched.awsCall, {
      start: ({ action, region }: WatchedAwsCall) => {
        const [service, method] = action.split(':');
        const attributes = { 'rpc.system': 'aws-api', 'rpc.service': service, 'rpc.method': method };
        return part(action, { kind: SpanKind.CLIENT, attributes: { ...attributes, 'cloud.region': region } });
      },
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

interface Spans<Facts> {
  /** Undefined if the work is not traced. */
  readonly start: (facts: Facts) => Span | undefined;
  readonly end?: (span: Span, facts: Facts) => void;
  /** Contains the span while the work runs. */
  readonly store?: AsyncLocalStorage<Span>;
}

/** Makes a span for each work of a channel. */
function watchSpans<Facts extends object>(
  channel: TracingChannel<unknown, Facts>,
  { start, end, store }: Spans<Facts>,
): () => void {
  const spans = new WeakMap<object, Span>();
  const began = (facts: unknown): Span | undefined => {
    const span = start(facts as Facts);
    if (span) spans.set(facts as object, span);
    return span;
  };
  const ended = (facts: unknown) => {
    const span = spans.get(facts as object);
    if (!span) return;
    const { error } = facts as { error?: unknown };
    if (error !== undefined) fail(span, error instanceof DomainError ? error.code : 'INTERNAL');
    end?.(span, facts as Facts);
    span.end();
  };
  const onStart = (facts: unknown) => void began(facts);
  if (store) channel.start.bindStore(store, began);
  else channel.start.subscribe(onStart);
  channel.asyncEnd.subscribe(ended);
  return () => {
    if (store) channel.start.unbindStore(store);
    else channel.start.unsubscribe(onStart);
    channel.asyncEnd.unsubscribe(ended);
  };
}

/** Span of the caller. Only its IDs and flags are used. */
function callerOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId) return ROOT_CONTEXT;
  const traceFlags = parseInt(flags!, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function fail(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', code);
}
