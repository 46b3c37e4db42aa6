import { GraphQLClient } from 'graphql-request';
import { namesByCursor, type ClientUnderTest } from './client-under-test.js';
import { isMutation, operations } from './operations.js';

/** graphql-request 7. A client has one method for all requests, so mutations have a client of their own. */
export function graphqlRequestClient(url: string, key: string, method: 'GET' | 'POST'): ClientUnderTest {
  const headers = { authorization: `Bearer ${key}` };
  const forQueries = new GraphQLClient(url, { headers, method });
  const forMutations = new GraphQLClient(url, { headers });
  const ask: ClientUnderTest['ask'] = (operation, variables) =>
    (isMutation(operation) ? forMutations : forQueries).request(operations[operation], variables);
  return { ask, namesByPages: (first) => namesByCursor(ask, first) };
}
