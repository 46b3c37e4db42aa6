import { Gateway } from '../support/gateway.js';
import { globalId, hostedAccount, numberOf, stepsWith } from '../support/steps.js';

const list = `query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: CloudAccountOrder, $filter: CloudAccountFilter) {
  cloudAccounts(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
    totalCount nodes { id name } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
}`;

const orders = [
  { field: 'NAME', direction: 'ASC' },
  { field: 'NAME', direction: 'DESC' },
  { field: 'CREATED_AT', direction: 'ASC' },
  { field: 'CREATED_AT', direction: 'DESC' },
];

describe('the list of cloud accounts', () => {
  let gateway: Gateway;
  const { createQuickAccount, createSubscription } = stepsWith(() => gateway);
  const ids: string[] = [];

  beforeAll(async () => {
    gateway = await Gateway.start();
    // 25 accounts, whose names are not in the order of the IDs and differ in case. Groups of five have the same time.
    for (let i = 0; i < 25; i++) {
      const { id } = await createQuickAccount({ name: `${i % 2 ? 'account' : 'ACCOUNT'} ${String((i * 7) % 25)}` });
      ids.push(id);
      const moment = `2026-01-02 03:04:0${i % 5}.123`;
      await gateway.sql('UPDATE cloud_account SET created_at = ? WHERE id = ?', [moment, numberOf(id)]);
    }
  });
  afterAll(() => gateway.stop());

  const page = async (variables: object) => (await gateway.ask(list, variables)).cloudAccounts;
  const idsOf = ({ nodes }: any) => nodes.map(({ id }: any) => id);

  it("has one's own accounts and the hosted one", async () => {
    const { nodes, totalCount } = await page({});

    expect(nodes).toHaveLength(26);
    expect(totalCount).toBe(26);
    expect(new Set(nodes.map(({ id }: any) => id))).toEqual(new Set([...ids, hostedAccount]));
  });

  it('is sorted by name without case by default', async () => {
    const names = (await page({})).nodes.map(({ name }: any) => name.toLowerCase());

    expect(names).toEqual([...names].sort());
    expect(idsOf(await page({}))).toEqual(idsOf(await page({ orderBy: orders[0] })));
  });

  it('is sorted by time of creation, and then by ID', async () => {
    const created = await gateway.sql('SELECT id FROM cloud_account ORDER BY created_at, id');
    const expected = created.map(({ id }: any) => globalId('CloudAccount', id));

    expect(idsOf(await page({ orderBy: orders[2] }))).toEqual(expected);
    expect(idsOf(await page({ orderBy: orders[3] }))).toEqual(expected.reverse());
  });

  describe.each(orders)('by $field $direction', (orderBy) => {
    it.each([1, 4, 7, 13, 25, 26, 100])('pages forward in steps of %i over the same list', async (first) => {
      const whole = await page({ orderBy });
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const one: any = await page({ orderBy, first, after });
        expect(one.pageInfo.hasPreviousPage).toBe(after !== null);
        expect(one.totalCount).toBe(26);
        seen.push(...idsOf(one));
        if (!one.pageInfo.hasNextPage) break;
        expect(one.nodes).toHaveLength(first);
        after = one.pageInfo.endCursor;
      }

      expect(seen).toEqual(idsOf(whole));
    });

    it.each([1, 4, 13, 26])('pages backward in steps of %i over the same list', async (last) => {
      const whole = await page({ orderBy });
      const seen: string[] = [];
      let before: string | null = null;
      for (;;) {
        const one: any = await page({ orderBy, last, before });
        expect(one.pageInfo.hasNextPage).toBe(before !== null);
        seen.unshift(...idsOf(one));
        if (!one.pageInfo.hasPreviousPage) break;
        expect(one.nodes).toHaveLength(last);
        before = one.pageInfo.startCursor;
      }

      expect(seen).toEqual(idsOf(whole));
    });

    it('continues after or before the item of any cursor', async () => {
      const whole = await page({ orderBy });
      for (const [i, { cursor }] of whole.edges.entries()) {
        expect(idsOf(await page({ orderBy, after: cursor }))).toEqual(idsOf(whole).slice(i + 1));
        expect(idsOf(await page({ orderBy, last: 100, before: cursor }))).toEqual(idsOf(whole).slice(0, i));
      }
    });

    it('returns the items between two cursors', async () => {
      const whole = await page({ orderBy });
      const between = { after: whole.edges[4].cursor, before: whole.edges[20].cursor };

      expect(idsOf(await page({ orderBy, first: 100, ...between }))).toEqual(idsOf(whole).slice(5, 20));
      expect(idsOf(await page({ orderBy, first: 3, ...between }))).toEqual(idsOf(whole).slice(5, 8));
      expect(idsOf(await page({ orderBy, last: 3, ...between }))).toEqual(idsOf(whole).slice(17, 20));
    });
  });

  it('is stable for a reader when the account of a cursor was deleted', async () => {
    const whole = await page({});
    const [{ cursor }] = whole.edges;
    const gone = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    gone[4] = 999_999; // the same name with another ID: as if that account had been deleted
    const after = Buffer.from(JSON.stringify(gone)).toString('base64url');

    expect(idsOf(await page({ after }))).toEqual(idsOf(whole).slice(1));
  });

  describe('filtered', () => {
    it.each<[object, number]>([
      [{}, 26],
      [{ ownership: 'HOSTED' }, 1],
      [{ ownership: 'CUSTOMER' }, 25],
      [{ isSandbox: true }, 25],
      [{ isSandbox: false }, 1],
      [{ provider: ['AWS'] }, 26],
      [{ provider: ['GCP', 'AZURE'] }, 0],
      [{ provider: [] }, 0],
      [{ status: ['ACTIVE'] }, 26],
      [{ status: ['ERROR', 'PROPAGATING'] }, 0],
      [{ status: [] }, 0],
      [{ ownership: null, isSandbox: null, provider: null, status: null }, 26],
      [{ ownership: 'HOSTED', isSandbox: true }, 0],
    ])('by %j has %i', async (filter, count) => {
      const { nodes, totalCount } = await page({ filter, first: 100 });

      expect(nodes).toHaveLength(count);
      expect(totalCount).toBe(count);
    });

    it('by one value twenty times is by that value, and by more values than that is refused', async () => {
      const filter = (values: number) => ({ provider: Array(values).fill('AWS') });

      expect((await page({ filter: filter(20) })).totalCount).toBe(26);
      const { message, extensions } = await gateway.error(list, { filter: filter(21) });
      expect([extensions.code, extensions.faults[0].path]).toEqual(['BAD_USER_INPUT', ['filter', 'provider']]);
      expect(message).toContain('at most 20 items');
    });

    it('without a filter is the whole list, also without an order', async () => {
      expect((await page({ filter: null, orderBy: null })).totalCount).toBe(26);
    });
  });

  describe('refuses', () => {
    const fault = async (variables: object) => {
      const { extensions } = await gateway.error(list, variables);
      return [extensions.code, ...extensions.faults.map(({ path }: any) => path.join('.'))];
    };

    it.each([
      ['first: 0', { first: 0 }, ['first']],
      ['first: -1', { first: -1 }, ['first']],
      ['first: 101', { first: 101 }, ['first']],
      ['last: 0', { last: 0 }, ['last']],
      ['last: 101', { last: 101 }, ['last']],
      ['first and last', { first: 1, last: 1 }, ['last']],
      ['everything at once', { first: 0, last: 101, after: 'x', before: 'y' }, ['first', 'last', 'last', 'after', 'before']], // prettier-ignore
    ])('%s', async (_, variables, paths) => {
      expect(await fault(variables)).toEqual(['BAD_USER_INPUT', ...paths]);
    });

    it('a cursor of another order', async () => {
      const { pageInfo } = await page({ first: 1, orderBy: orders[0] });

      for (const orderBy of orders.slice(1))
        expect(await fault({ orderBy, after: pageInfo.endCursor })).toEqual(['BAD_USER_INPUT', 'after']);
    });

    it('a cursor of another list', async () => {
      await createSubscription(ids[0]!);
      const { cloudSubscriptions } = await gateway.ask('{ cloudSubscriptions { edges { cursor } } }');
      const orderBy = orders[3];

      expect(await fault({ orderBy, after: cloudSubscriptions.edges[0].cursor })).toEqual(['BAD_USER_INPUT', 'after']);
    });

    it.each([
      ['nothing', ''],
      ['garbage', 'garbage'],
      ['a text', Buffer.from('"text"').toString('base64url')],
      ['null', Buffer.from('null').toString('base64url')],
      ['an object', Buffer.from('{"list":"cloudAccounts"}').toString('base64url')],
      ...[
        ['cloudAccounts', 'NAME', 'ASC', 'a'],
        ['cloudAccounts', 'NAME', 'ASC', 1, 1],
        ['cloudAccounts', 'NAME', 'ASC', 'a', '1'],
        ['cloudAccounts', 'NAME', 'ASC', 'a', 1.5],
        ['cloudAccounts', 'NAME', 'ASC', 'a', -1],
        ['cloudAccounts', 'NAME', 'ASC', 'a', 2 ** 31],
        ['cloudAccounts', 'NAME', 'ASC', 'a', 1, 1],
        ['cloudAccounts', 'NAME', 'ASC', 'a'.repeat(193), 1],
        ['cloudAccounts', 'NAME', 'ASC', '\ud800', 1],
        ['cloudAccounts', 'NAME', 'ASC', { $ne: '' }, 1],
        ['cloudAccounts', 'NAME', 'ASC', ['a'], 1],
      ].map((parts) => [JSON.stringify(parts), Buffer.from(JSON.stringify(parts)).toString('base64url')]),
    ])('a cursor made of %s', async (_, after) => {
      expect(await fault({ after })).toEqual(['BAD_USER_INPUT', 'after']);
    });
  });

  it('answers a made-up cursor with possible values', async () => {
    const after = Buffer.from(JSON.stringify(['cloudAccounts', 'NAME', 'ASC', "' or 1=1 --", 1])).toString('base64url');

    const { totalCount } = await page({ after, orderBy: { field: 'NAME', direction: 'ASC' } });

    expect(totalCount).toBe(26);
  });
});
