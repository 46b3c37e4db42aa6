import type { GraphiQLProps } from 'graphiql';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { placeholders } from './operations/index.js';
import { filled, valuesIn } from './placeholders.js';
import { stored, store } from './store.js';

/**
 * State of the API key and the gateway. MALFORMED to TENANT_SUSPENDED are reasons for which the gateway refuses an API
 * key.
 */
export type Status =
  | 'none'
  | 'asking'
  | 'accepted'
  | 'mayNotIntrospect'
  | 'silent'
  | 'failing'
  | 'MALFORMED'
  | 'UNKNOWN'
  | 'EXPIRED'
  | 'REVOKED'
  | 'TENANT_SUSPENDED';

const refusals: ReadonlySet<unknown> = new Set([
  'MALFORMED',
  'UNKNOWN',
  'EXPIRED',
  'REVOKED',
  'TENANT_SUSPENDED',
] satisfies Status[]);

export const isRefused = (status: Status): boolean => refusals.has(status);

const refusal = (message: string) => ({ errors: [new GraphQLError(message)] });

/** Sends operations of GraphiQL with this API key, with the last seen values in place of the placeholders. */
export function fetcherWith(key: string, report: (next: (status: Status) => Status) => void): GraphiQLProps['fetcher'] {
  const send = async (request: Parameters<GraphiQLProps['fetcher']>[0]): Promise<ExecutionResult> => {
    // GraphiQL knows the name of a tab's operation with a short delay.
    const { query, operationName } = request;
    const named = new RegExp(`\\b(query|mutation)\\s+${operationName}\\b`).test(query) ? operationName : undefined;
    const seen = JSON.parse(store.getItem(stored.values) ?? '{}') as Record<string, unknown>;
    const body = JSON.stringify({ query, operationName: named, variables: filled(request.variables, seen) });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const answer = await fetch('/graphql', { method: 'POST', headers, body })
      .then((response) => response.json() as Promise<ExecutionResult>)
      .catch(() => {
        // Nothing answers, or another program does.
        report(() => 'silent');
        throw new Error('The gateway does not answer. Check that it is running.');
      });
    store.setItem(stored.values, JSON.stringify({ ...seen, ...valuesIn(answer.data, placeholders) }));
    return answer;
  };

  return async (request) => {
    if (!key) return refusal('Enter an API key first, at the top of the page.');
    try {
      const answer = await send(request);
      report((status) => statusAfter(request.operationName === 'IntrospectionQuery', answer, status));
      return answer;
    } catch (error) {
      // GraphiQL would show the stack of a thrown error.
      return refusal((error as Error).message);
    }
  };
}

function statusAfter(isIntrospection: boolean, { data, errors }: ExecutionResult, status: Status): Status {
  const refused = errors?.find(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
  if (refused)
    return isRefused(refused.extensions.reason as Status) ? (refused.extensions.reason as Status) : 'UNKNOWN';
  if (isIntrospection && !data)
    return errors?.some(({ extensions }) => extensions?.code === 'FORBIDDEN') ? 'mayNotIntrospect' : 'failing';
  return isIntrospection || (data && (status === 'silent' || status === 'failing')) ? 'accepted' : status;
}
