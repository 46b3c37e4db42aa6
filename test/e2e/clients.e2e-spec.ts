import { apolloClient } from '../clients/apollo.js';
import type { ClientUnderTest } from '../clients/client-under-test.js';
import { graphqlRequestClient } from '../clients/graphql-request.js';
import { relayClient } from '../clients/relay.js';
import { urqlClient } from '../clients/urql.js';
import { Gateway } from '../support/gateway.js';
import { quickAccount, suffix } from '../support/steps.js';

type Connect = (url: string, key: string) => ClientUnderTest | Promise<ClientUnderTest>;
const clients: [string, Connect][] = [
  ['Apollo Client', apolloClient],
  ['urql', urqlClient],
  ['graphql-request', (url, key) => graphqlRequestClient(url, key, 'POST')],
  ['graphql-request, queries by GET', (url, key) => graphqlRequestClient(url, key, 'GET')],
  ['Relay', relayClient],
];

describe('A client with default settings', () => {
  let gateway: Gateway;
  let awsAccounts = 0;
  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(() => gateway.stop());

  it.each(clients)('creates, lists, updates, clears, gets a refusal, and deletes: %s', async (_, connect) => {
    const client = await connect(`${gateway.url}/graphql`, await gateway.anotherTenant());
    const create = async (name: string) => {
      const input = quickAccount(suffix(++awsAccounts), { name, allowMissingPermissions: true });
      const { cloudAccount, userErrors } = (await client.ask('create', { input })).createCloudAccount;
      expect(userErrors).toEqual([]);
      return cloudAccount;
    };
    const accounts = [await create('One'), await create('Three'), await create('Two')];

    const { cloudAccounts } = await client.ask('list', { first: 10 });
    const [hosted, ...listed] = cloudAccounts.edges.map((edge: any) => edge.node);
    expect([hosted.name, listed]).toEqual(['Hosted', accounts]);
    expect(await client.namesByPages(2)).toEqual(['Hosted', 'One', 'Three', 'Two']);

    const [{ id, version }] = accounts;
    const update = async (input: object) =>
      (await client.ask('update', { input: { id, ...input } })).updateCloudAccount;
    const updated = await update({ expectedVersion: version, name: 'Four', nodeRoleName: 'nodes' });
    expect(updated).toMatchObject({ userErrors: [], cloudAccount: { id, name: 'Four', nodeRoleName: 'nodes' } });
    const cleared = await update({ expectedVersion: updated.cloudAccount.version, nodeRoleName: null });
    expect(cleared).toMatchObject({ userErrors: [], cloudAccount: { id, name: 'Four', nodeRoleName: null } });

    expect(await update({ expectedVersion: version, name: 'Five' })).toMatchObject({
      cloudAccount: null,
      userErrors: [{ __typename: 'VersionConflictError', code: 'VERSION_CONFLICT', message: expect.any(String) }],
    });

    const { deleteCloudAccount } = await client.ask('remove', { input: { id } });
    expect(deleteCloudAccount).toMatchObject({ deletedCloudAccountId: id, userErrors: [] });
    await client.close?.();
  });
});
