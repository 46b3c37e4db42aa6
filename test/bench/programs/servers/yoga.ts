// GraphQL Yoga on node:http, with DataLoader.
import { createServer, type IncomingMessage } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { settings } from './data/settings.js';
import { contextOf, resolvers } from './graphql/data-loaders.js';
import { typeDefs } from './graphql/schema.js';

const yoga = createYoga<{ req: IncomingMessage }>({
  schema: createSchema({ typeDefs, resolvers }) as never,
  context: ({ req }) => contextOf(req.headers.authorization),
  logging: false,
  graphiql: false,
  landingPage: false,
  cors: false,
});
createServer((request, response) => void yoga(request, response)).listen(settings.port, '127.0.0.1');
