import { database, Gateway } from '../support/gateway.js';
import { allStatementsOf } from '../support/statements.js';
import { createSubscription, deleteSubscription, stepsWith } from '../support/steps.js';

describe('Changes of a subscription', () => {
  let gateway: Gateway;
  let cloudAccountId: string;
  const steps = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    cloudAccountId = (await steps.createQuickAccount()).id;
  });
  afterAll(() => gateway.stop());

  /** Without those of authentication. */
  const changes = async (query: string, input: object) => {
    let payload: any;
    const statements = await allStatementsOf(gateway, async () => {
      ({ payload } = await gateway.ask(query.replace(/\{\s*(create|delete)/, '{ payload: $1'), { input }));
    });
    return { payload, statements: statements.filter((statement) => !/FROM api_key|UPDATE .api_key/.test(statement)) };
  };

  it('send at most fifteen statements for its creation and its end', async () => {
    const fields = (query: string) => query.replace(/subscription \{.*?\}( \})?/s, 'subscription { id }');
    const input = { cloudAccountId, name: 'Orders', region: 'us-east-1' };
    const created = await changes(fields(createSubscription), input);
    const { id } = created.payload.subscription;
    const ended = await changes(fields(deleteSubscription), { id });

    expect([...created.statements, ...ended.statements].length).toBeLessThanOrEqual(15);
    expect(created.statements.length).toBeGreaterThan(5);
    expect([...created.statements, ...ended.statements].join()).not.toMatch(/report|ISOLATION/);
  });

  it('store only what has changed', async () => {
    const { id } = await steps.createSubscription(cloudAccountId);
    const { statements } = await changes(deleteSubscription, { id });
    const update = statements.find((statement) => statement.startsWith('UPDATE'))!;

    const columns = [...update.slice(0, update.indexOf('WHERE')).matchAll(/[`"](\w+)[`"] = \?/g)].map(
      ([, name]) => name,
    );
    expect(columns).toEqual(expect.arrayContaining(['status', 'version', 'ended_at', 'end_reason']));
    expect(columns).not.toEqual(expect.arrayContaining(['name']));
    const [row] = await gateway.sql('SELECT name, region, tags, status FROM subscription ORDER BY id DESC LIMIT 1');
    expect(row).toMatchObject({ name: 'Orders', region: 'us-east-1', tags: '[]', status: 'DELETED' });
  });

  it('have events that are numbered without gaps, also if several begin at the same time', async () => {
    const { id } = await steps.createSubscription(cloudAccountId);
    await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        gateway.ask(
          'mutation ($input: UpdateSubscriptionInput!) { updateSubscription(input: $input) { userErrors { code } } }',
          { input: { id, expectedVersion: 1, name: `Name ${i}` } },
        ),
      ),
    );
    await steps.endSubscription(id);

    const rows = await gateway.sql(
      "SELECT sequence FROM event WHERE subject_type = 'CloudSubscription' AND subject_id = (SELECT MAX(id) FROM subscription) ORDER BY sequence",
    );
    expect(rows.map(({ sequence }: any) => Number(sequence))).toEqual([1, 2, 3]);
  });

  if (database === 'MariaDB')
    it('run at READ COMMITTED', async () => {
      const [{ level }] = await gateway.sql('SELECT @@SESSION.tx_isolation AS level');
      expect(level).toBe('READ-COMMITTED');
    });
});
