import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { namesByCursor, type ClientUnderTest } from './client-under-test.js';
import { isMutation, operations } from './operations.js';

/** urql 6. It sends short queries by GET. */
export function urqlClient(url: string, key: string): ClientUnderTest {
  const client = new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: { authorization: `Bearer ${key}` } },
  });
  const ask: ClientUnderTest['ask'] = async (operation, variables) => {
    const send = isMutation(operation) ? 'mutation' : 'query';
    const { data, error } = await client[send](operations[operation], variables);
    if (error) throw error;
    return data;
  };
  return { ask, namesByPages: (first) => namesByCursor(ask, first) };
}
