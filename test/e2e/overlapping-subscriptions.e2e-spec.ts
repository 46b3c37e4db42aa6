import { database, Gateway } from '../support/gateway.js';
import { analyze, insertSubscriptions } from '../support/many-rows.js';
import { statementsOf } from '../support/statements.js';
import { globalId, stepsWith } from '../support/steps.js';

const query = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { cloudSubscription(id: $id) {
  overlappingSubscriptions(first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id deploymentCidr } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;

describe('overlapping subscriptions', () => {
  let gateway: Gateway;
  const { endSubscription } = stepsWith(() => gateway);
  const sql = (statement: string, parameters?: unknown[]) => gateway.sql(statement, parameters);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.sql('DELETE FROM subscription'));

  const overlapsOf = async (id: string, page: object = {}) =>
    (await gateway.ask(query, { id, ...page })).cloudSubscription.overlappingSubscriptions;

  const insert = async (...cidrs: string[]): Promise<string[]> => {
    const [{ last }] = await sql('SELECT COALESCE(MAX(id), 0) AS last FROM subscription');
    await insertSubscriptions(sql, cidrs.length, (place) => cidrs[place]!, { status: 'PENDING' });
    const rows = await sql('SELECT id FROM subscription WHERE id > ? ORDER BY id', [last]);
    return rows.map(({ id }: any) => globalId('CloudSubscription', id));
  };

  it('are those inside and around, sorted by address', async () => {
    const cidrs = ['10.0.0.0/16', '10.0.4.0/24', '10.0.0.0/22', '10.0.1.0/24', '10.0.1.128/25', '10.1.0.0/16'];
    const [wide, beside, around, one, inside] = await insert(...cidrs);

    const found = async (id?: string) => (await overlapsOf(id!)).nodes.map(({ id }: any) => id);
    expect(await found(one)).toEqual([wide, around, inside]);
    expect(await found(wide)).toEqual([around, one, inside, beside]);
    expect(await found(beside)).toEqual([wide]);
    await endSubscription(around!);
    expect(await found(one)).toEqual([wide, inside]);
    expect(await found(around)).toEqual([wide, one, inside]);
  });

  it('are in pages, from either end, without duplicates', async () => {
    const ids = await insert('10.0.0.0/16', ...Array<string>(7).fill('10.0.3.0/24'), '10.0.3.16/28', '10.9.0.0/16');
    const [first, me] = ids;
    const others = [first, ...ids.slice(2, 9)];

    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: any = await overlapsOf(me!, { first: 3, after });
      expect(page.totalCount).toBe(8);
      seen.push(...page.nodes.map(({ id }: any) => id));
      ({ hasNextPage: more, endCursor: after } = page.pageInfo);
    }
    expect(seen).toEqual(others);
    const last = await overlapsOf(me!, { last: 3 });
    expect(last.nodes.map(({ id }: any) => id)).toEqual(others.slice(-3));
    const before = await overlapsOf(me!, { last: 3, before: last.pageInfo.startCursor });
    expect(before.nodes.map(({ id }: any) => id)).toEqual(others.slice(-6, -3));
    const { body } = await gateway.send(query, { id: first, first: 3, after: last.pageInfo.startCursor });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it('of a whole page need as many statements as of one subscription', async () => {
    await insert(...Array.from({ length: 60 }, (_, i) => `10.0.${i}.0/24`), '10.0.0.0/16', '10.0.0.0/18');
    const page = (first: number) =>
      `{ cloudSubscriptions(first: ${first}) { nodes { overlappingSubscriptions(first: 2) { totalCount nodes { id } } } } }`;
    const alone = await statementsOf(gateway, () => gateway.ask(page(2)));
    const all = await statementsOf(gateway, () => gateway.ask(page(60)));

    expect(alone.length).toBeGreaterThan(0);
    expect(all.length).toBeLessThanOrEqual(alone.length + 2);
  });

  it('of a page are the same as for each subscription alone', async () => {
    const cidrs = Array.from({ length: 40 }, (_, i) => [`10.${i % 3}.0.0/16`, `10.${i % 3}.${i}.0/24`][i % 2]!);
    const ids = await insert(...cidrs, '10.2.1.0/28', '10.2.0.0/17');
    const fields = 'overlappingSubscriptions(first: 5) { totalCount pageInfo { hasNextPage } nodes { id } }';
    const { nodes } = await gateway.ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CloudSubscription { id ${fields} last: overlappingSubscriptions(last: 2) { nodes { id } } } } }`, { ids }); // prettier-ignore

    for (const { id, last, overlappingSubscriptions: found } of nodes) {
      const alone = await overlapsOf(id, { first: 100 });
      expect(alone.totalCount).toBe(alone.nodes.length);
      expect(found.totalCount).toBe(alone.totalCount);
      expect(found.nodes.map(({ id }: any) => id)).toEqual(alone.nodes.slice(0, 5).map(({ id }: any) => id));
      expect(found.pageInfo.hasNextPage).toBe(alone.totalCount > 5);
      expect(last.nodes.map(({ id }: any) => id)).toEqual(alone.nodes.slice(-2).map(({ id }: any) => id));
    }
  });

  it('of 30,000 subscriptions, 200 of which share each block, cost no more than the shown ones', async () => {
    await insertSubscriptions(sql, 30_000, (place) => `10.${100 + (place % 150)}.0.0/16`);
    await analyze(sql, database, 'subscription');
    const [{ id }] = await sql('SELECT MAX(id) AS id FROM subscription');
    const me = globalId('CloudSubscription', Number(id));
    const page = '{ cloudSubscriptions(first: 100) { nodes { overlappingSubscriptions(first: 5) { nodes { id } } } } }';

    const cpuOf = async (work: () => Promise<unknown>) => {
      await work(); // the first run compiles it
      const costs: number[] = [];
      for (let i = 0; i < 3; i++) {
        const before = process.cpuUsage();
        await work();
        const { user, system } = process.cpuUsage(before);
        costs.push((user + system) / 1000);
      }
      return Math.min(...costs);
    };
    expect((await overlapsOf(me, { first: 10 })).totalCount).toBe(199);
    expect(await cpuOf(() => overlapsOf(me, { first: 10 }))).toBeLessThan(60);
    expect(await cpuOf(() => gateway.ask(page))).toBeLessThan(250);
  }, 60_000);
});
