import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { TooManyFailedAttempts, Unauthenticated, type AccessService, type Viewer } from '#libs/access';
import { refusalOf } from '#libs/database';
import { watched, type DomainError } from '#libs/kernel';
import { GraphQLError } from 'graphql';
import type { CostState } from '../fairness/cost-budgets.js';

/** Facts about a request for its log entry, collected while it is served. */
export interface RequestFacts {
  readonly id: string;
  /** Result of the authentication of a GraphQL request. */
  authenticated?: Promise<Viewer>;
  viewer?: Pick<Viewer, 'tenantId' | 'apiKeyId'> & Partial<Pick<Viewer, 'role'>>;
  /** Reason why a correct API key was refused. */
  refused?: Unauthenticated['refusal'];
  /** For example `query cloudAccounts node`. */
  operation?: string;
  /** Maximum number of values of the response, as the limits count them. */
  cost?: number;
  /** State of the cost budget, once the cost is charged. */
  budget?: CostState;
  /** Ends the execution of the operation, so that others can begin. */
  leave?: () => void;
  hasEnded?: boolean;
  /** Code of the first error or refusal. */
  code?: string;
  /** Number of statements that were sent to the database. */
  statements?: number;
  /** Aborted when the caller disconnects, unless the work must be finished. */
  readonly caller?: AbortSignal;
  /** Continues the work from now on, even if the caller disconnects. */
  readonly mustFinish?: () => void;
}

/** Request of the current asynchronous context. */
export const currentRequest = new AsyncLocalStorage<RequestFacts>();

/** Stores the code of an error or refusal of the current request. */
export function noteCode(code: string): void {
  const facts = currentRequest.getStore();
  if (facts) facts.code ??= code;
}

/** Request as metrics and traces see it. */
export interface WatchedRequest {
  readonly facts: RequestFacts;
  readonly method: string;
  /** Declared route, never the URL of the request. */
  readonly route: string | undefined;
  /** Header of the trace of the caller. */
  readonly traceparent: string | undefined;
  /** Set when the response is sent, or the caller has disconnected. */
  end?: { readonly status: number; readonly durationMs: number; readonly isAborted: boolean };
}

/** Channel of requests: `start` on arrival, `asyncEnd` after the response is sent or the caller has disconnected. */
export const watchedRequests = tracingChannel<unknown, WatchedRequest>('cloud-account-gateway.request');
/** Channel of GraphQL requests, from authentication to response. */
export const watchedOperations = tracingChannel<unknown, { readonly facts: RequestFacts }>(
  'cloud-account-gateway.operation',
);

export interface RequestContext {
  readonly viewer: Viewer;
  readonly caller?: AbortSignal | undefined;
}

/** Context of resolvers: the viewer. Without a valid API key, nothing of the request is processed. */
export function contextBy(access: AccessService) {
  return async (request: { headers: { authorization?: string }; ip: string }): Promise<RequestContext> => {
    const facts = currentRequest.getStore();
    try {
      const viewer = await (facts?.authenticated ?? access.authenticate(request.headers.authorization, request.ip));
      if (facts) facts.viewer = viewer;
      return { viewer, caller: facts?.caller };
    } catch (error) {
      const refusal =
        error instanceof Unauthenticated || error instanceof TooManyFailedAttempts ? error : refusalOf(error);
      if (!refusal) throw error;
      if (facts && refusal instanceof Unauthenticated && refusal.key)
        Object.assign(facts, { viewer: refusal.key, refused: refusal.refusal });
      const http = answerTo(refusal);
      throw new GraphQLError(refusal.message, { originalError: refusal, extensions: { code: refusal.code, http } });
    }
  };
}

function answerTo(refusal: DomainError): { status: number; headers: Map<string, string> } {
  if (refusal instanceof Unauthenticated) return { status: 401, headers: new Map([['www-authenticate', 'Bearer']]) };
  const [status, wait] = refusal instanceof TooManyFailedAttempts ? [429, refusal.retryAfter] : [503, 1];
  return { status, headers: new Map([['retry-after', String(wait)]]) };
}

watched.statement.start.subscribe(() => {
  const facts = currentRequest.getStore();
  if (facts) facts.statements = (facts.statements ?? 0) + 1;
});
