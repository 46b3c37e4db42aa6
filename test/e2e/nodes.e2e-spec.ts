import { Gateway } from '../support/gateway.js';
import { globalId, hostedAccount, stepsWith } from '../support/steps.js';

const base64url = (text: string) => Buffer.from(text).toString('base64url');

describe('nodes', () => {
  let gateway: Gateway;
  const { createAccount, createSubscription, deleteAccount } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const node = async (id: string, key?: string) =>
    (
      await gateway.ask(
        'query ($id: ID!) { node(id: $id) { __typename id ... on CloudAccount { name } ... on CloudSubscription { region } } }',
        { id },
        key,
      )
    ).node;
  const nodes = async (ids: string[]) =>
    (await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids })).nodes;

  it('are found by their IDs, for every type', async () => {
    const account = await createAccount();
    const subscription = await createSubscription(account.id);

    expect(await node(account.id)).toEqual({ __typename: 'CloudAccount', id: account.id, name: account.name });
    expect(await node(subscription.id)).toEqual({
      __typename: 'CloudSubscription',
      id: subscription.id,
      region: 'us-east-1',
    });
    expect(await node(hostedAccount)).toEqual({ __typename: 'CloudAccount', id: hostedAccount, name: 'Hosted' });
  });

  describe('are null for', () => {
    it.each([
      ['an unknown id', globalId('CloudAccount', 999_999)],
      ['a type that has no nodes', base64url('Tenant:1')],
      ['a property every object has', base64url('constructor:1')],
      ['a number beyond the database', base64url('CloudAccount:99999999999')],
      ['a number beyond int32', base64url('CloudAccount:2147483648')],
      ['zero', base64url('CloudAccount:0')],
      ['a negative number', base64url('CloudAccount:-1')],
      ['a fraction', base64url('CloudAccount:1.0')],
      ['a number with a zero before it', base64url('CloudAccount:01')],
      ['a number in hexadecimal', base64url('CloudAccount:0x1')],
      ['an id with padding', `${hostedAccount}==`],
      ['an id with a space', ` ${hostedAccount}`],
      ['an id with something behind it', base64url('CloudAccount:1 OR 1=1')],
      ['the number alone', '1'],
      ['nothing', ''],
      ['NUL', '\u0000'],
    ])('%s', async (_, id) => {
      expect(await node(id)).toBeNull();
      expect((await gateway.ask('query ($id: ID!) { cloudAccount(id: $id) { id } }', { id })).cloudAccount).toBeNull();
    });

    it('an ID of another type', async () => {
      const { id } = await createSubscription(hostedAccount);

      expect((await gateway.ask('query ($id: ID!) { cloudAccount(id: $id) { id } }', { id })).cloudAccount).toBeNull();
    });

    it('objects of another tenant', async () => {
      const account = await createAccount();
      const subscription = await createSubscription(account.id);
      const anotherTenant = await gateway.anotherTenant();

      expect(await node(account.id, anotherTenant)).toBeNull();
      expect(await node(subscription.id, anotherTenant)).toBeNull();
    });
  });

  it('are in the order of their IDs, also repeated ones, and null for each missing one', async () => {
    const account = await createAccount();
    const deleted = await createAccount();
    const subscription = await createSubscription(account.id);
    await deleteAccount(deleted.id);

    expect(await nodes([subscription.id, deleted.id, account.id, '?', hostedAccount, account.id])).toEqual([
      { __typename: 'CloudSubscription', id: subscription.id },
      null,
      { __typename: 'CloudAccount', id: account.id },
      null,
      { __typename: 'CloudAccount', id: hostedAccount },
      { __typename: 'CloudAccount', id: account.id },
    ]);
    expect(await nodes([])).toEqual([]);
  });

  it('are limited to a hundred at once', async () => {
    const ids = Array.from({ length: 101 }, (_, i) => globalId('CloudAccount', i + 1));

    expect(await nodes(ids.slice(1))).toHaveLength(100);

    const { extensions } = await gateway.error('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', faults: [{ path: ['ids'] }] });
  });
});
