import { GraphQLScalarType } from 'graphql';
import { account, accountCount, accountCursor, accounts, tenantName, type AccountRow } from '../data/accounts.js';
import type { Viewer } from '../data/api-keys.js';
import { globalId, idOf, iso } from '../data/ids.js';
import {
  createSubscription,
  deleteSubscription,
  Refused,
  type ChangedSubscription,
  type NewSubscription,
} from '../data/subscription-changes.js';
import { subscription, subscriptionCursor, subscriptions, type SubscriptionRow } from '../data/subscriptions.js';

export interface Context {
  readonly viewer: Viewer;
}

/** All but what needs loaders: the subscriptions of an account, their number, and the account of a subscription. */
export const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (moment) => iso(moment as Date | string) }),

  CloudAccount: {
    id: ({ id }: AccountRow) => globalId('CloudAccount', id),
    isSandbox: ({ isSandbox }: AccountRow) => isSandbox === 1,
  },

  CloudSubscription: {
    id: ({ id }: SubscriptionRow) => globalId('CloudSubscription', id),
    isActive: ({ status }: SubscriptionRow) => status !== 'DELETED',
  },

  CloudAccountConnection: {
    totalCount: (_page: unknown, _arguments: unknown, { viewer }: Context) => accountCount(viewer),
  },

  Viewer: {
    tenant: async (viewer: Viewer) => ({ name: await tenantName(viewer) }),
  },

  Query: {
    viewer: (_root: unknown, _arguments: unknown, { viewer }: Context) => viewer,

    cloudAccount: (_root: unknown, { id }: { id: string }, { viewer }: Context) =>
      account(viewer, idOf('CloudAccount', id), 'all'),

    cloudAccounts: async (_root: unknown, { first }: { first: number }, { viewer }: Context) =>
      connection(await accounts(viewer, first, 'all'), first, accountCursor),

    cloudSubscription: (_root: unknown, { id }: { id: string }, { viewer }: Context) =>
      subscription(viewer, idOf('CloudSubscription', id), 'all'),

    cloudSubscriptions: async (_root: unknown, { first }: { first: number }, { viewer }: Context) =>
      connection(await subscriptions(viewer, first, 'all'), first, subscriptionCursor),
  },

  Mutation: {
    createSubscription: (_root: unknown, { input }: { input: NewSubscription }, { viewer }: Context) =>
      payload(createSubscription(viewer, input)),

    deleteSubscription: (_root: unknown, { input }: { input: { id: string } }, { viewer }: Context) =>
      payload(deleteSubscription(viewer, input)),
  },
};

/** Of a list of which one row too many was read. */
function connection<Row>(rows: Row[], first: number, cursorOf: (row: Row) => string) {
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  return { nodes, pageInfo: { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null } };
}

async function payload(change: Promise<ChangedSubscription>) {
  try {
    return { subscription: await change, userErrors: [] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { subscription: null, userErrors: [{ code: error.message }] };
  }
}
