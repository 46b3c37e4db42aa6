import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { CostBudgetSpent, type CostControl, type CostState } from '../../fairness/cost-budgets.js';
import { TooManyExpensiveOperations } from '../../fairness/running-cost.js';
import { currentRequest, type RequestContext } from '../request-context.js';

/** Cost of a document that is refused before its cost is computed. */
const costOfInvalid = 10;

/**
 * Charges the computed cost of each operation to the budgets of its caller, and adds `extensions.cost` to each response. Must
 * come after the other checks, and after `documentCost`, which computes the cost.
 */
export function costBudget(control: CostControl): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, contextValue }) => {
        const facts = currentRequest.getStore();
        if (!operation || facts?.cost === undefined) return;
        try {
          await control.admit(contextValue.viewer, facts);
        } catch (error) {
          throw rateLimited(error) ?? error;
        }
      },
      willSendResponse: async ({ response: { body }, contextValue }) => {
        const facts = currentRequest.getStore();
        if (!facts || body.kind !== 'single') return;
        facts.budget ??= await control.budgets.charge(contextValue.viewer, costOfInvalid);
        body.singleResult.extensions = {
          ...body.singleResult.extensions,
          cost: costExtension(facts.budget, facts.cost),
        };
      },
    }),
  };
}

/** HTTP status and headers of a refused request. */
export interface RefusalOverHttp {
  readonly status: number;
  readonly headers: Map<string, string>;
}

/** GraphQL error with `extensions.http` for a request that must wait. Null for other errors. */
export function rateLimited(error: unknown): GraphQLError | null {
  const isOfBudget = error instanceof CostBudgetSpent;
  if (!isOfBudget && !(error instanceof TooManyExpensiveOperations)) return null;
  const facts = currentRequest.getStore();
  if (isOfBudget && facts) facts.budget = error.state;
  const http: RefusalOverHttp = { status: 429, headers: new Map([['retry-after', String(error.retryAfter)]]) };
  return new GraphQLError(error.message, { originalError: error, extensions: { code: error.code, http } });
}

/** Members in the documented order. */
function costExtension({ requested, maximum, remaining, restoreRate }: CostState, cost = requested): CostState {
  return { requested: cost, maximum, remaining, restoreRate };
}

/**
 * Apollo Server resolves operations in all plugins at the same time. These do it one after the other, so that an operation that
 * one of them refuses is neither charged nor executed.
 */
export function checksInOrder(...plugins: ApolloServerPlugin<RequestContext>[]): ApolloServerPlugin<RequestContext>[] {
  const first: ApolloServerPlugin<RequestContext> = {
    requestDidStart: async (request) => {
      const listeners: (GraphQLRequestListener<RequestContext> | void)[] = [];
      for (const plugin of plugins) listeners.push(await plugin.requestDidStart?.(request));
      return {
        didResolveOperation: async (resolved) => {
          for (const listener of listeners) await listener?.didResolveOperation?.(resolved);
        },
        willSendResponse: async (response) => {
          for (const listener of listeners) await listener?.willSendResponse?.(response);
        },
      };
    },
  };
  const others = plugins.map((plugin) => ({ ...plugin, requestDidStart: undefined }));
  return [first, ...(others as ApolloServerPlugin<RequestContext>[])];
}
