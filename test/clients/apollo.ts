import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import type { ClientUnderTest } from './client-under-test.js';
import { isMutation, operations } from './operations.js';

/** Apollo Client 4, with the field policy that its documentation recommends for pages. */
export function apolloClient(url: string, key: string): ClientUnderTest {
  const cloudAccounts = relayStylePagination(['filter', 'orderBy']);
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, headers: { authorization: `Bearer ${key}` } }),
    cache: new InMemoryCache({ typePolicies: { Query: { fields: { cloudAccounts } } } }),
  });
  return {
    ask: async (operation, variables) => {
      const document = gql(operations[operation]);
      const { data } = isMutation(operation)
        ? await client.mutate<any>({ mutation: document, variables })
        : await client.query<any>({ query: document, variables });
      return data;
    },
    namesByPages: async (first) => {
      const options = { query: gql(operations.page), variables: { first } };
      const pages = client.watchQuery<any>(options);
      let { data } = await client.query<any>(options);
      while (data.cloudAccounts.pageInfo.hasNextPage)
        ({ data } = await pages.fetchMore({ variables: { after: data.cloudAccounts.pageInfo.endCursor } }));
      return client.readQuery<any>(options).cloudAccounts.edges.map((edge: any) => edge.node.name);
    },
    close: () => client.stop(),
  };
}
