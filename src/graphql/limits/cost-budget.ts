import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { CostBudgetSpent, type CostBudgets, type CostState } from '../../fairness/cost-budgets.js';
import { currentRequest, type RequestContext } from '../request-context.js';

/** Cost of a document that is refused before its cost is computed. */
const costOfInvalid = 10;

/**
 * Charges the computed cost of each operation to the budgets of its caller, and adds `extensions.cost` to each response. Must
 * come after `documentCost`, which computes the cost.
 */
export function costBudget(budgets: CostBudgets): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, contextValue }) => {
        const facts = currentRequest.getStore();
        if (!operation || facts?.cost === undefined) return;
        try {
          facts.budget ??= await budgets.spend(contextValue.viewer, facts.cost);
        } catch (error) {
          if (!(error instanceof CostBudgetSpent)) throw error;
          facts.budget = error.state;
          const http = { status: 429, headers: new Map([['retry-after', String(error.retryAfter)]]) };
          throw new GraphQLError(error.message, { originalError: error, extensions: { code: error.code, http } });
        }
      },
      willSendResponse: async ({ response: { body }, contextValue }) => {
        const facts = currentRequest.getStore();
        if (!facts || body.kind !== 'single') return;
        facts.budget ??= await budgets.charge(contextValue.viewer, costOfInvalid);
        body.singleResult.extensions = {
          ...body.singleResult.extensions,
          cost: costExtension(facts.budget, facts.cost),
        };
      },
    }),
  };
}

/** Members in the documented order. */
export function costExtension({ requested, maximum, remaining, restoreRate }: CostState, cost = requested): CostState {
  return { requested: cost, maximum, remaining, restoreRate };
}
