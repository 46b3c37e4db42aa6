import { Gateway } from '../support/gateway.js';
import { statementsOf } from '../support/statements.js';
import { numberOf, stepsWith } from '../support/steps.js';

describe('the subscriptions of cloud accounts', () => {
  let gateway: Gateway;
  const { createAccount, createQuickAccount, createSubscription, endSubscription } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const ofAccount = async (id: string, fields: string) =>
    (await gateway.ask(`query ($id: ID!) { cloudAccount(id: $id) { ${fields} } }`, { id })).cloudAccount;

  it('can be selected in several ways in one query', async () => {
    const account = await createAccount();
    const all: string[] = [];
    for (let i = 0; i < 5; i++) all.push((await createSubscription(account.id)).id);
    await endSubscription(all[1]!);
    // Two of them at the same time.
    await gateway.sql('UPDATE subscription SET created_at = ? WHERE id IN (?, ?)', [
      '2026-01-01 00:00:00.000',
      numberOf(all[3]!),
      numberOf(all[2]!),
    ]);
    const oldestFirst = [all[2], all[3], all[0], all[1], all[4]];
    const nodes = '{ totalCount nodes { id } }';

    const answer = await ofAccount(
      account.id,
      `newest: subscriptions(first: 2) ${nodes}
       oldest: subscriptions(first: 2, orderBy: { field: CREATED_AT, direction: ASC }) ${nodes}
       lastOfOldest: subscriptions(last: 3, orderBy: { field: CREATED_AT, direction: ASC }) ${nodes}
       active: subscriptions(filter: { isActive: true }) ${nodes}
       ended: subscriptions(filter: { isActive: false }) ${nodes}
       pending: subscriptions(filter: { status: [PENDING] }) ${nodes}
       none: subscriptions(filter: { status: [] }) ${nodes}
       noFilter: subscriptions(filter: null, orderBy: null) ${nodes}`,
    );

    const found = (name: string) => answer[name].nodes.map(({ id }: any) => id);
    expect(found('newest')).toEqual([...oldestFirst].reverse().slice(0, 2));
    expect(found('oldest')).toEqual(oldestFirst.slice(0, 2));
    expect(found('lastOfOldest')).toEqual(oldestFirst.slice(2));
    expect(found('active')).toEqual([...oldestFirst].reverse().filter((id) => id !== all[1]));
    expect(found('ended')).toEqual([all[1]]);
    expect(found('pending')).toHaveLength(4);
    expect(found('none')).toEqual([]);
    expect(found('noFilter')).toEqual([...oldestFirst].reverse());
    expect(Object.fromEntries(Object.entries<any>(answer).map(([name, { totalCount }]) => [name, totalCount]))).toEqual(
      { newest: 5, oldest: 5, lastOfOldest: 5, active: 4, ended: 1, pending: 4, none: 0, noFilter: 5 },
    );
  });

  it('page through the list of each account, and a cursor is valid for one account only', async () => {
    const [one, other] = [await createAccount(), await createAccount()];
    for (const { id } of [one, other]) for (let i = 0; i < 7; i++) await createSubscription(id);
    const query = `query ($id: ID!, $after: String) {
      cloudAccount(id: $id) { subscriptions(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }`;
    const whole = (await ofAccount(one.id, 'subscriptions { nodes { id } }')).subscriptions.nodes;

    const seen: unknown[] = [];
    let after: string | null = null;
    do {
      const { subscriptions }: any = (await gateway.ask(query, { id: one.id, after })).cloudAccount;
      seen.push(...subscriptions.nodes);
      after = subscriptions.pageInfo.hasNextPage ? subscriptions.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(whole);

    const first = (await gateway.ask(query, { id: one.id })).cloudAccount.subscriptions.pageInfo;
    const { extensions } = await gateway.error(query, { id: other.id, after: first.endCursor });
    expect(extensions.code).toBe('BAD_USER_INPUT');
  });

  it('are the same for many accounts at once as for each alone', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 4; i++) {
      const { id } = await createAccount();
      ids.push(id);
      for (let n = 0; n < i * 2; n++) await createSubscription(id);
    }
    const fields = `id subscriptions(last: 3, filter: { isActive: true }) {
      totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;

    const { nodes } = await gateway.ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CloudAccount { ${fields} } } }`,
      {
        ids,
      },
    );

    for (const [i, id] of ids.entries()) expect(nodes[i]).toEqual(await ofAccount(id, fields));
    expect(nodes.map(({ subscriptions }: any) => subscriptions.totalCount)).toEqual([0, 2, 4, 6]);
  });

  describe('need', () => {
    const asked = async (fields: string, first: number) => {
      const statements = await statementsOf(gateway, async () => {
        const { cloudAccounts } = await gateway.ask(`{ cloudAccounts(first: ${first}) ${fields} }`);
        expect(cloudAccounts.nodes).toHaveLength(first);
      });
      return statements.length;
    };

    it('as few statements for a page of fifty accounts as for one of two', async () => {
      for (let i = 0; i < 50; i++) await createSubscription((await createQuickAccount({ name: `${i} cost` })).id);
      const fields = '{ nodes { id credentials { accessKeyId } subscriptions(first: 5) { totalCount nodes { id } } } }';
      const andBack = '{ totalCount nodes { subscriptions { nodes { cloudAccount { credentials { version } } } } } }';

      // The accounts, their access keys, the subscriptions, and their number.
      expect(await asked(fields, 2)).toBe(4);
      expect(await asked(fields, 50)).toBe(4);
      // One more, because together the lists can have too many rows for one statement.
      expect(await asked(andBack, 50)).toBe((await asked(andBack, 2)) + 1);
    });

    it('no count unless totalCount is asked for', async () => {
      const statements = await statementsOf(gateway, () =>
        gateway.ask('{ cloudAccounts { nodes { id subscriptions { nodes { id } } } } }'),
      );

      expect(statements.length).toBeGreaterThan(1);
      expect(statements.filter((sql) => /COUNT\(/i.test(sql))).toEqual([]);
    });

    it('nothing more for twenty-five aliases of the same node', async () => {
      const { id } = await createAccount();
      const aliases = Array.from({ length: 25 }, (_, i) => `n${i}: node(id: "${id}") { id }`).join(' ');

      expect(await statementsOf(gateway, () => gateway.ask(`{ ${aliases} }`))).toHaveLength(1);
    });
  });
});
