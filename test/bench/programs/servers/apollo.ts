// Apollo Server as its documentation starts it, with DataLoader.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { settings } from './data/settings.js';
import { contextOf, resolvers } from './graphql/data-loaders.js';
import { typeDefs } from './graphql/schema.js';

const server = new ApolloServer({ typeDefs, resolvers });
await startStandaloneServer(server, {
  context: ({ req }) => contextOf(req.headers.authorization),
  listen: { port: settings.port, host: '127.0.0.1' },
});
