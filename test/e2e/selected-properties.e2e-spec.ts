import { Gateway } from '../support/gateway.js';
import { statementsOf } from '../support/statements.js';
import { stepsWith } from '../support/steps.js';

describe('Fields of a page', () => {
  let gateway: Gateway;
  let account: { id: string };
  const { createQuickAccount, createSubscription, endSubscription } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({ FAST_PATH: 'on' });
    account = await createQuickAccount();
    await createSubscription(account.id);
    await endSubscription((await createSubscription(account.id)).id);
  });
  afterAll(() => gateway.stop());

  it('are the same, whichever others are selected beside them', async () => {
    const all = `id name region plan deploymentCidr vpcId status isActive version createdAt updatedAt endedAt endReason
      provisionedResourcesWarning failure { kind } tags { key } cloudAccount { name } viewerCanDelete { isAllowed }`;
    const selections = all.match(/\w+( \{.*?\})?/g)!;
    const names = selections.map((selection) => selection.split(' ')[0]!);
    const ofAll = await gateway.ask(`{ cloudSubscriptions { nodes { ${all} } } }`);

    expect(names).toHaveLength(18);
    for (const [i, selection] of selections.entries()) {
      const { page, ofAccount, one } = await gateway.ask(
        `query ($account: ID!, $id: ID!) {
          page: cloudSubscriptions { nodes { ${selection} } }
          ofAccount: cloudAccount(id: $account) { subscriptions { edges { node { ...F } } } }
          one: cloudSubscription(id: $id) { ...F }
        } fragment F on CloudSubscription { ${selection} }`,
        { account: account.id, id: ofAll.cloudSubscriptions.nodes[0].id },
      );
      const expected = ofAll.cloudSubscriptions.nodes.map((node: any) => ({ [names[i]!]: node[names[i]!] }));
      expect(page.nodes).toEqual(expected);
      expect(ofAccount.subscriptions.edges.map(({ node }: any) => node)).toEqual(expected);
      expect(one).toEqual(expected[0]);
    }
  });

  it('are those of their own selection, also for two pages with the same arguments', async () => {
    const { cloudAccount } = await gateway.ask(
      `query ($id: ID!) { cloudAccount(id: $id) {
        a: subscriptions(first: 2) { nodes { name } }
        b: subscriptions(first: 2) { nodes { status isActive } pageInfo { endCursor } }
        c: subscriptions(first: 2) { totalCount }
      } }`,
      { id: account.id },
    );

    expect(cloudAccount.a.nodes).toEqual([{ name: 'Orders' }, { name: 'Orders' }]);
    expect(cloudAccount.b.nodes).toEqual([
      { status: 'DELETED', isActive: false },
      { status: 'PENDING', isActive: true },
    ]);
    expect(cloudAccount.b.pageInfo.endCursor).toEqual(expect.any(String));
    expect(cloudAccount.c.totalCount).toBe(2);
  });

  it('read only their columns', async () => {
    const statements = await statementsOf(gateway, () =>
      gateway.ask('{ cloudAccounts { nodes { name subscriptions { nodes { id status } } } } }'),
    );

    expect(statements).toHaveLength(2);
    expect(statements[0]).toContain('t.name AS');
    expect(statements[1]).toContain('t.status AS');
    for (const statement of statements) expect(statement).not.toMatch(/t\.(aws_user_arn|region|failure_message) AS/);
  });
});
