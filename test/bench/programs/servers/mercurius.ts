// Mercurius with graphql-jit and its own loaders.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { accountsById, type AccountRow } from './data/accounts.js';
import { authenticate, type Viewer } from './data/api-keys.js';
import { settings } from './data/settings.js';
import { countsOf, newestOf, type SubscriptionRow } from './data/subscriptions.js';
import { resolvers, type Context } from './graphql/resolvers.js';
import { typeDefs } from './graphql/schema.js';

/** What Mercurius gives a loader: the fields of one kind that one answer needs. */
interface Query<Parent, Arguments = object> {
  readonly obj: Parent;
  readonly params: Arguments;
}

interface NestedPage {
  readonly accountId: number;
  readonly first: number;
}

const app = Fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    ...resolvers,
    CloudAccount: {
      ...resolvers.CloudAccount,
      subscriptions: ({ id }: AccountRow, { first }: { first: number }) => ({ accountId: id, first }),
    },
  } as never,
  loaders: {
    CloudSubscription: {
      cloudAccount: {
        loader: async (queries: Query<SubscriptionRow>[], { viewer }: Context) =>
          accountsById(viewer, unique(queries.map(({ obj }) => obj.accountId))).then((found) =>
            queries.map(({ obj }) => found.find((row) => row?.id === obj.accountId) ?? null),
          ),
        opts: { cache: false },
      },
    },
    CloudSubscriptionConnection: {
      nodes: {
        loader: async (queries: Query<NestedPage & { nodes?: SubscriptionRow[] }>[], { viewer }: Context) =>
          queries[0]!.obj.nodes
            ? queries.map(({ obj }) => obj.nodes)
            : newestOf(
                viewer,
                queries.map(({ obj }) => obj.accountId),
                queries[0]!.obj.first,
              ),
        opts: { cache: false },
      },
      totalCount: {
        loader: async (queries: Query<NestedPage>[], { viewer }: Context) =>
          countsOf(
            viewer,
            queries.map(({ obj }) => obj.accountId),
          ),
        opts: { cache: false },
      },
    },
  } as never,
  jit: 1,
  graphiql: false,
  context: async (request): Promise<{ viewer: Viewer }> => ({
    viewer: await authenticate(request.headers.authorization),
  }),
});
await app.listen({ port: settings.port, host: '127.0.0.1' });

function unique(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}
