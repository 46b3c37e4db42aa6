import DataLoader from 'dataloader';
import { accountsById, type AccountRow } from '../data/accounts.js';
import { authenticate, type Viewer } from '../data/api-keys.js';
import { countsOf, newestOf, type SubscriptionRow } from '../data/subscriptions.js';
import { resolvers as withoutLoaders } from './resolvers.js';

interface LoadingContext {
  readonly viewer: Viewer;
  readonly accounts: DataLoader<number, AccountRow | null>;
  readonly counts: DataLoader<number, number>;
  /** The newest subscriptions of an account, by how many are requested. */
  readonly newest: Map<number, DataLoader<number, SubscriptionRow[]>>;
}

/** The context of a request. @throws Unauthenticated */
export async function contextOf(authorization: string | undefined): Promise<LoadingContext> {
  const viewer = await authenticate(authorization);
  return {
    viewer,
    accounts: new DataLoader((ids) => accountsById(viewer, ids)),
    counts: new DataLoader((ids) => countsOf(viewer, ids)),
    newest: new Map(),
  };
}

export const resolvers = {
  ...withoutLoaders,

  CloudAccount: {
    ...withoutLoaders.CloudAccount,
    subscriptions: ({ id }: AccountRow, { first }: { first: number }) => ({ accountId: id, first }),
  },

  CloudSubscriptionConnection: {
    // A list of the tenant has its nodes already.
    nodes: ({ accountId, first, nodes }: NestedPage, _arguments: unknown, context: LoadingContext) =>
      nodes ?? newestLoader(context, first).load(accountId),
    totalCount: ({ accountId }: NestedPage, _arguments: unknown, { counts }: LoadingContext) => counts.load(accountId),
  },

  CloudSubscription: {
    ...withoutLoaders.CloudSubscription,
    cloudAccount: ({ accountId }: SubscriptionRow, _arguments: unknown, { accounts }: LoadingContext) =>
      accounts.load(accountId),
  },
};

interface NestedPage {
  readonly accountId: number;
  readonly first: number;
  readonly nodes?: SubscriptionRow[];
}

function newestLoader({ viewer, newest }: LoadingContext, first: number) {
  let loader = newest.get(first);
  if (!loader) newest.set(first, (loader = new DataLoader((ids) => newestOf(viewer, ids, first))));
  return loader;
}
