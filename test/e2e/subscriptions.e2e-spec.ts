import { Gateway } from '../support/gateway.js';
import { insertSubscriptions } from '../support/many-rows.js';
import {
  createSubscription as createMutation,
  deleteSubscription as deleteMutation,
  globalId,
  hostedAccount,
  numberOf,
  stepsWith,
} from '../support/steps.js';

describe('a subscription', () => {
  let gateway: Gateway;
  const steps = stepsWith(() => gateway);
  const { createAccount, createSubscription, deleteAccount, endSubscription, refusals, rowsStored } = steps;

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const read = async (id: string) =>
    (
      await gateway.ask(
        `query ($id: ID!) { node(id: $id) { ... on CloudSubscription {
          id name region status isActive version createdAt updatedAt endedAt cloudAccount { id name } } } }`,
        { id },
      )
    ).node;

  describe('is created', () => {
    it.each([
      ['a customer’s account', async () => (await createAccount()).id],
      ['the hosted account', async () => hostedAccount],
    ])('in %s, and is active immediately', async (_, account) => {
      const cloudAccountId = await account();

      const { id } = await createSubscription(cloudAccountId);

      const subscription = await read(id);
      expect(subscription).toMatchObject({
        name: 'Orders',
        region: 'us-east-1',
        status: 'PENDING',
        isActive: true,
        version: 1,
        endedAt: null,
        updatedAt: subscription.createdAt,
        cloudAccount: { id: cloudAccountId },
      });
    });

    it('in any region of the partition of its account', async () => {
      const { id: cloudAccountId } = await createAccount({ region: 'cn-north-1' });
      const input = { cloudAccountId, name: ' 订单 ', region: 'cn-northwest-1' };

      expect((await gateway.ask(createMutation, { input })).createSubscription).toMatchObject({
        subscription: { name: '订单', region: 'cn-northwest-1' },
        userErrors: [],
      });
    });

    it('with a name that another one has', async () => {
      const { id } = await createAccount();
      await createSubscription(id);

      expect((await createSubscription(id)).name).toBe('Orders');
    });

    const input = { name: 'Orders', region: 'us-east-1' };

    it.each<[string, () => Promise<object>, string[]]>([
      [
        'in an account that is not there',
        async () => ({ ...input, cloudAccountId: globalId('CloudAccount', 999_999) }),
        ['NOT_FOUND input.cloudAccountId'],
      ],
      [
        'in something that is no account',
        async () => ({ ...input, cloudAccountId: (await createSubscription(hostedAccount)).id }),
        ['NOT_FOUND input.cloudAccountId'],
      ],
      [
        'in a region AWS does not have',
        async () => ({ ...input, cloudAccountId: hostedAccount, region: 'us-east-99' }),
        ['UNKNOWN_REGION input.region'],
      ],
      [
        'in a region of another partition',
        async () => ({ ...input, cloudAccountId: (await createAccount()).id, region: 'us-gov-west-1' }),
        ['REGION_IN_ANOTHER_PARTITION input.region'],
      ],
      [
        'from a partition apart in the common one',
        async () => ({ ...input, cloudAccountId: (await createAccount({ region: 'cn-north-1' })).id }),
        ['REGION_IN_ANOTHER_PARTITION input.region'],
      ],
      [
        'with nothing right',
        async () => ({ cloudAccountId: '?', name: '', region: '' }),
        ['INVALID_INPUT input.name', 'UNKNOWN_REGION input.region'],
      ],
    ])('not %s', async (_, make, expected) => {
      const wrong = await make();
      const before = await rowsStored();

      expect(await refusals(createMutation, wrong)).toEqual(expected);
      expect(await rowsStored()).toEqual(before);
    });

    it.each([
      ['PROPAGATING', 'CLOUD_ACCOUNT_NOT_ACTIVE'],
      ['MISSING_PERMISSIONS', 'CLOUD_ACCOUNT_NOT_ACTIVE'],
      ['ERROR', 'CLOUD_ACCOUNT_NOT_ACTIVE'],
      ['DELETING_WHEN_UNUSED', 'CLOUD_ACCOUNT_DELETION_SCHEDULED'],
    ])('not while its account is %s', async (status, code) => {
      const { id: cloudAccountId } = await createAccount();
      await gateway.sql('UPDATE cloud_account SET status = ? WHERE id = ?', [status, numberOf(cloudAccountId)]);

      expect(await refusals(createMutation, { ...input, cloudAccountId })).toEqual([`${code} input.cloudAccountId`]);
    });
  });

  describe('ends', () => {
    it('permanently', async () => {
      const { id } = await createSubscription(hostedAccount);

      const ended = await endSubscription(id);

      expect(ended).toEqual({ id, status: 'DELETED', isActive: false, endedAt: expect.any(String), version: 2 });
      expect(await read(id)).toMatchObject({ status: 'DELETED', endedAt: ended.endedAt, updatedAt: ended.endedAt });
    });

    it('once', async () => {
      const { id } = await createSubscription(hostedAccount);
      const { endedAt } = await endSubscription(id);

      expect(await refusals(deleteMutation, { id })).toEqual(['SUBSCRIPTION_ALREADY_ENDED input.id']);
      expect(await read(id)).toMatchObject({ version: 2, endedAt });
    });

    it('once, with ten concurrent requests', async () => {
      const { id } = await createSubscription(hostedAccount);

      const all = await Promise.all(Array.from({ length: 10 }, () => refusals(deleteMutation, { id })));

      expect(all.filter((refused) => refused.length === 0)).toHaveLength(1);
      expect(all.flat()).toEqual(Array(9).fill('SUBSCRIPTION_ALREADY_ENDED input.id'));
      expect((await read(id)).version).toBe(2);
    });

    it('not for an outdated version', async () => {
      const { id } = await createSubscription(hostedAccount);

      expect(await refusals(deleteMutation, { id, expectedVersion: 2 })).toEqual([
        'VERSION_CONFLICT input.expectedVersion',
      ]);
      expect((await read(id)).isActive).toBe(true);
      expect(await refusals(deleteMutation, { id, expectedVersion: 1 })).toEqual([]);
    });

    it('and still exists when its account does not', async () => {
      const { id: accountId } = await createAccount();
      const { id } = await createSubscription(accountId);
      await endSubscription(id);
      await deleteAccount(accountId);

      expect(await read(id)).toMatchObject({ id, status: 'DELETED', cloudAccount: null });
    });
  });

  it('is created or its account is deleted, when both are requested concurrently', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await createAccount();
      const begin = { cloudAccountId: id, name: 'Racer', region: 'us-east-1' };

      const [begun, gone] = await Promise.all([
        refusals(createMutation, begin),
        deleteAccount(id).then(
          () => true,
          () => false,
        ),
      ]);

      expect(begun).toEqual(gone ? ['NOT_FOUND input.cloudAccountId'] : []);
    }
  });

  describe('is found', () => {
    const one = async (id: string, key?: string) =>
      (await gateway.ask('query ($id: ID!) { cloudSubscription(id: $id) { id name isActive } }', { id }, key))
        .cloudSubscription;

    it('by its ID, ended or not', async () => {
      const { id } = await createSubscription(hostedAccount);
      expect(await one(id)).toEqual({ id, name: 'Orders', isActive: true });

      await endSubscription(id);
      expect(await one(id)).toEqual({ id, name: 'Orders', isActive: false });
    });

    it.each([
      ['of another tenant', async () => (await createSubscription(hostedAccount, await gateway.anotherTenant())).id],
      ['that never was', async () => globalId('CloudSubscription', 999_999)],
      ['of an account', async () => hostedAccount],
      ['that is none', async () => '?'],
    ])('but not by an ID %s', async (_, id) => {
      expect(await one(await id())).toBeNull();
    });
  });

  describe('is listed', () => {
    it('with all of the tenant, newest first, and with a filter', async () => {
      const key = await gateway.anotherTenant();
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) ids.push((await createSubscription(hostedAccount, key)).id);
      await endSubscription(ids[0]!, key);
      await gateway.sql('UPDATE subscription SET status = ? WHERE id = ?', ['ERROR', numberOf(ids[1]!)]);
      // All at the same time, so that the IDs determine the order.
      await gateway.sql('UPDATE subscription SET created_at = ? WHERE id >= ?', [
        '2026-05-05 05:05:05.555',
        numberOf(ids[0]!),
      ]);
      const list = async (args: string) => {
        const { cloudSubscriptions } = await gateway.ask(
          `{ cloudSubscriptions(${args}) { totalCount nodes { id createdAt } } }`,
          {},
          key,
        );
        expect(cloudSubscriptions.totalCount).toBe(cloudSubscriptions.nodes.length);
        return cloudSubscriptions.nodes.map(({ id }: any) => ids.indexOf(id));
      };

      expect(await list('first: 100')).toEqual([3, 2, 1, 0]);
      expect(await list('orderBy: { field: CREATED_AT, direction: ASC }')).toEqual([0, 1, 2, 3]);
      expect(await list('orderBy: { field: CREATED_AT }')).toEqual([0, 1, 2, 3]);
      expect(await list('filter: { isActive: true }')).toEqual([3, 2, 1]);
      expect(await list('filter: { isActive: false }')).toEqual([0]);
      expect(await list('filter: { status: [ERROR, DELETED] }')).toEqual([1, 0]);
      expect(await list('filter: { isActive: true, status: [DELETED] }')).toEqual([]);
      expect(await list('filter: { status: [] }')).toEqual([]);
      expect(await list('filter: { status: null }')).toEqual([3, 2, 1, 0]);
      expect(await list('filter: null, orderBy: null')).toEqual([3, 2, 1, 0]);
    });

    describe('in pages of what a filter leaves', () => {
      const statuses = ['ACTIVE', 'PENDING', 'DELETED', 'ERROR'];
      let account: string;
      let rows: { id: number; status: string; created_at: unknown }[];

      beforeAll(async () => {
        account = (await createAccount()).id;
        const cloudAccountId = () => numberOf(account);
        for (let i = 0; i < 24; i++)
          await insertSubscriptions(
            (...statement) => gateway.sql(...statement),
            1,
            () => '10.0.0.0/16',
            {
              ...{ cloudAccountId, status: statuses[((i * 7) % 5) % 4]! },
            },
          );
        await gateway.sql("UPDATE subscription SET created_at = '2026-06-06 06:06:06.000' WHERE cloud_account_id = ? AND id % 3 = 0", [cloudAccountId()]); // prettier-ignore
        rows = await gateway.sql('SELECT id, status, created_at FROM subscription WHERE cloud_account_id = ? ORDER BY created_at, id', [cloudAccountId()]); // prettier-ignore
      });

      const fits: Record<string, (status: string) => boolean> = {
        '{ isActive: true }': (status) => status !== 'DELETED',
        '{ isActive: false }': (status) => status === 'DELETED',
        '{ status: [ERROR, DELETED, ERROR] }': (status) => ['ERROR', 'DELETED'].includes(status),
        '{ status: [CHANGE_PENDING, ACTIVE, PENDING] }': (status) => ['ACTIVE', 'PENDING'].includes(status),
      };

      it.each(
        Object.keys(fits).flatMap((filter) =>
          [1, 3, 100].flatMap((size) => ['first', 'last'].map((end) => [filter, end, size] as const)),
        ),
      )(
        // prettier-ignore
        '%s, %s %i at a time',
        async (filter, end, size) => {
          const query = `query ($id: ID!, $cursor: String) { cloudAccount(id: $id) { subscriptions(
            filter: ${filter}, orderBy: { field: CREATED_AT }, ${end}: ${size}, ${end === 'first' ? 'after' : 'before'}: $cursor
          ) { totalCount nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`;
          const expected = rows.filter(({ status }) => fits[filter]!(status)).map(({ id }) => id);
          const seen: number[] = [];
          for (let cursor: string | null = null, isFirst = true, hasMore = true; hasMore; isFirst = false) {
            const { subscriptions }: any = (await gateway.ask(query, { id: account, cursor })).cloudAccount;
            const ids = subscriptions.nodes.map(({ id }: any) => numberOf(id));
            const { startCursor, endCursor, hasNextPage, hasPreviousPage } = subscriptions.pageInfo;
            expect(subscriptions.totalCount).toBe(expected.length);
            expect(end === 'first' ? hasPreviousPage : hasNextPage).toBe(!isFirst);
            if (end === 'first') seen.push(...ids);
            else seen.unshift(...ids);
            [cursor, hasMore] = end === 'first' ? [endCursor, hasNextPage] : [startCursor, hasPreviousPage];
          }
          expect(seen).toEqual(expected);
        },
      );
    });
  });
});
