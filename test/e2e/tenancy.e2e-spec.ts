import { Gateway, type Answer } from '../support/gateway.js';
import * as mutations from '../support/steps.js';
import { globalId, hostedAccount, newAccount, numberOf, sandboxKey, stepsWith } from '../support/steps.js';

/** Everything by which a client can distinguish answers: all parts except the request ID. */
const visible = ({ status, text, headers }: Answer) => ({
  status,
  text: text.replace(/"requestId":"[^"]*"/g, '"requestId":"…"'),
  length: headers.get('content-length'),
});

describe('a tenant', () => {
  let gateway: Gateway;
  let other: string;
  const steps = stepsWith(() => gateway);
  const { createAccount, createSubscription, deleteAccount, endSubscription, nextUser, readAccount, refusals } = steps;

  beforeAll(async () => {
    gateway = await Gateway.start();
    other = await gateway.anotherTenant();
  });
  afterAll(() => gateway.stop());

  // tenant-matrix.e2e-spec.ts has the simple case of every operation.
  describe("cannot distinguish another's objects from missing ones:", () => {
    const onAccount = (input: object) => (id: string) => ({ input: { id, ...input } });

    it.each<[string, 'CloudAccount' | 'CloudSubscription', string, (id: string) => object]>([
      [
        'updateCloudAccount with a name',
        'CloudAccount',
        mutations.updateCloudAccount,
        onAccount({ expectedVersion: 1, name: 'Taken over' }),
      ],
      [
        'updateCloudAccount with a version that was never',
        'CloudAccount',
        mutations.updateCloudAccount,
        onAccount({ expectedVersion: 9, name: 'Taken over' }),
      ],
      [
        'updateCloudAccount with a key',
        'CloudAccount',
        mutations.updateCloudAccount,
        onAccount({ expectedVersion: 1, credentials: sandboxKey('WORKS', 'ZZZZ') }),
      ],
      [
        'updateCloudAccount with a role',
        'CloudAccount',
        mutations.updateCloudAccount,
        onAccount({ expectedVersion: 1, consoleRoleName: 'second-console-role' }),
      ],
      [
        'deleteCloudAccount with a version that was never',
        'CloudAccount',
        mutations.deleteCloudAccount,
        onAccount({ expectedVersion: 9 }),
      ],
      [
        'createSubscription',
        'CloudAccount',
        mutations.createSubscription,
        (id) => ({ input: { cloudAccountId: id, name: 'Squatter', region: 'us-east-1' } }),
      ],
      [
        'createSubscription in another partition',
        'CloudAccount',
        mutations.createSubscription,
        (id) => ({ input: { cloudAccountId: id, name: 'Squatter', region: 'cn-north-1' } }),
      ],
      [
        'deleteSubscription with a version that was never',
        'CloudSubscription',
        mutations.deleteSubscription,
        onAccount({ expectedVersion: 9 }),
      ],
    ])('%s', async (_, type, document, variables) => {
      const mine = await createAccount();
      const subscription = await createSubscription(mine.id);
      const deleted = await createAccount({}, other);
      await deleteAccount(deleted.id, other);
      const before = await gateway.sql('SELECT * FROM cloud_account ORDER BY id');
      const subscriptionsBefore = await gateway.sql('SELECT * FROM subscription ORDER BY id');
      const answer = async (id: string) => visible(await gateway.send(document, variables(id), other));

      const foreign = await answer(type === 'CloudAccount' ? mine.id : subscription.id);

      expect(foreign).toEqual(await answer(globalId(type, 2_000_000_000)));
      if (type === 'CloudAccount') expect(foreign).toEqual(await answer(deleted.id));
      expect(foreign.text).not.toContain('"code":"INTERNAL"');
      expect(await gateway.sql('SELECT * FROM cloud_account ORDER BY id')).toEqual(before);
      expect(await gateway.sql('SELECT * FROM subscription ORDER BY id')).toEqual(subscriptionsBefore);
    });
  });

  it('sees its own account and the hosted one in lists', async () => {
    const mine = await createAccount();
    const subscription = await createSubscription(mine.id);
    const key = await gateway.anotherTenant();
    const account = await createAccount({}, key);

    const lists = await gateway.ask(
      '{ cloudAccounts { totalCount nodes { id } } cloudSubscriptions { totalCount nodes { id } } }',
      {},
      key,
    );

    expect(lists.cloudAccounts.totalCount).toBe(2);
    expect(lists.cloudAccounts.nodes).toEqual(expect.arrayContaining([{ id: account.id }, { id: hostedAccount }]));
    expect(lists.cloudSubscriptions).toEqual({ totalCount: 0, nodes: [] });
    expect(JSON.stringify(lists)).not.toContain(subscription.id);
  });

  it('can give its account a name that another tenant uses', async () => {
    const name = 'The same name';
    const mine = await createAccount({ name });
    const theirs = await createAccount({ name }, other);

    expect(theirs.name).toBe(mine.name);
    expect(await refusals(mutations.createCloudAccount, newAccount(nextUser(), { name }), other)).toEqual([
      'CLOUD_ACCOUNT_NAME_TAKEN input.name',
    ]);
  });

  it('has fingerprints that reveal nothing about access keys of others', async () => {
    const which = nextUser();
    const mine = await createAccount({ which });
    await deleteAccount(mine.id);
    const theirs = await createAccount({ which }, other);

    expect(theirs.credentials.fingerprint).not.toBe(mine.credentials.fingerprint);
  });

  describe('on the hosted account', () => {
    const subscriptionsOf = `query ($id: ID!) { cloudAccount(id: $id) { id ownership awsAccountId isSandbox
      credentials { accessKeyId } subscriptions { totalCount nodes { id name } } } }`;
    const hosted = async (key?: string) =>
      (await gateway.ask(subscriptionsOf, { id: hostedAccount }, key)).cloudAccount;

    it('can build, and sees its own subscriptions only', async () => {
      const [one, another] = [await gateway.anotherTenant(), await gateway.anotherTenant()];
      const mine = await createSubscription(hostedAccount, one);
      const theirs = await createSubscription(hostedAccount, another);

      expect(await hosted(one)).toEqual({
        id: hostedAccount,
        ownership: 'HOSTED',
        awsAccountId: null,
        isSandbox: false,
        credentials: null,
        subscriptions: { totalCount: 1, nodes: [{ id: mine.id, name: 'Orders' }] },
      });
      expect((await hosted(another)).subscriptions.nodes).toEqual([{ id: theirs.id, name: 'Orders' }]);
      expect((await hosted(await gateway.anotherTenant())).subscriptions).toEqual({ totalCount: 0, nodes: [] });
    });

    it('sees the same when many accounts are read at once', async () => {
      const [one, another] = [await gateway.anotherTenant(), await gateway.anotherTenant()];
      await createAccount({}, one);
      const mine = await createSubscription(hostedAccount, one);
      await createSubscription(hostedAccount, another);

      const { cloudAccounts } = await gateway.ask(
        '{ cloudAccounts { nodes { id subscriptions(first: 9) { totalCount nodes { id cloudAccount { id } } } } } }',
        {},
        one,
      );

      expect(cloudAccounts.nodes.find(({ id }: any) => id === hostedAccount).subscriptions).toEqual({
        totalCount: 1,
        nodes: [{ id: mine.id, cloudAccount: { id: hostedAccount } }],
      });
    });

    it('can change nothing', async () => {
      const change = { id: hostedAccount, expectedVersion: 1, name: 'Mine' };
      const before = await readAccount(hostedAccount);

      expect(await refusals(mutations.updateCloudAccount, change, other)).toEqual(['CLOUD_ACCOUNT_IS_HOSTED input.id']);
      expect(await refusals(mutations.deleteCloudAccount, { id: hostedAccount }, other)).toEqual([
        'CLOUD_ACCOUNT_IS_HOSTED input.id',
      ]);
      expect(await readAccount(hostedAccount)).toEqual(before);
    });

    it('can end only its own subscriptions', async () => {
      const mine = await createSubscription(hostedAccount);
      const theirs = await createSubscription(hostedAccount, other);

      expect(await refusals(mutations.deleteSubscription, { id: mine.id }, other)).toEqual(['NOT_FOUND input.id']);
      expect((await endSubscription(theirs.id, other)).status).toBe('DELETED');
      const [{ status }] = await gateway.sql('SELECT status FROM subscription WHERE id = ?', [numberOf(mine.id)]);
      expect(status).toBe('PENDING');
    });
  });
});
