import { Gateway } from '../support/gateway.js';
import { statementsOf } from '../support/statements.js';
import { hostedAccount, numberOf, sandboxAccountId, stepsWith } from '../support/steps.js';

const blockers = `kind name status requiredAction subscription { id name status }`;
const preview = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  cloudAccountDeletionPreview(id: $id) {
    isDeletable hiddenBlockerCount cloudAccount { id viewerCanDelete { isAllowed } }
    blockers(first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { ${blockers} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
    remainingInAws { iamEntityList commands iamEntities { kind name arn isNameKnown command } resources { totalCount nodes { arn } } }
  }
}`;
const refusal = `mutation ($input: DeleteCloudAccountInput!, $first: Int, $after: String) {
  deleteCloudAccount(input: $input) { userErrors { ... on CloudAccountInUseError { message hiddenBlockerCount
    blockers(first: $first, after: $after) { totalCount nodes { ${blockers} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }
}`;

describe('cloudAccountDeletionPreview', () => {
  let gateway: Gateway;
  const { createAccount, createSubscription, endSubscription } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const previewOf = async (id: string, page: object = {}, key?: string) =>
    (await gateway.ask(preview, { id, ...page }, key)).cloudAccountDeletionPreview;
  const refusalOf = async (id: string, page: object = {}) =>
    (await gateway.ask(refusal, { input: { id }, ...page })).deleteCloudAccount.userErrors[0];
  /** Without the gateway: a thousand requests would take too long. */
  const subscribeInBulk = async (id: string, count: number, tenant = 2) => {
    const row = `(${tenant}, ${numberOf(id)}, 'Bulk', 'us-east-1', 'ACTIVE', 1, '2026-01-01 00:00:00.000', '2026-01-01 00:00:00.000')`;
    await gateway.sql(
      `INSERT INTO subscription (tenant_id, cloud_account_id, name, region, status, version, created_at, updated_at)
       VALUES ${Array.from({ length: count }, () => row).join(', ')}`,
    );
  };

  it('shows that an account without subscriptions can be deleted', async () => {
    const { id } = await createAccount();
    await endSubscription((await createSubscription(id)).id);

    expect(await previewOf(id)).toMatchObject({
      isDeletable: true,
      hiddenBlockerCount: 0,
      cloudAccount: { id, viewerCanDelete: { isAllowed: true } },
      blockers: { totalCount: 0, nodes: [] },
    });
  });

  it('names all blockers and their required actions, as the refusal does', async () => {
    const { id } = await createAccount();
    const subscription = await createSubscription(id);

    const seen = await previewOf(id);

    expect(seen).toMatchObject({ isDeletable: false, cloudAccount: { viewerCanDelete: { isAllowed: false } } });
    expect(seen.blockers).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          kind: 'SUBSCRIPTION',
          name: 'Orders',
          status: 'PENDING',
          requiredAction: 'End it with `deleteSubscription`.',
          subscription: { id: subscription.id },
        },
      ],
    });
    expect((await refusalOf(id)).blockers).toEqual(seen.blockers);
  });

  it.each(['PENDING', 'ACTIVE', 'CHANGE_PENDING', 'DELETING', 'ERROR', 'DELETED'])(
    'counts a subscription that is %s like the rule',
    async (status) => {
      const { id } = await createAccount();
      await createSubscription(id);
      await gateway.sql('UPDATE subscription SET status = ? WHERE cloud_account_id = ?', [status, numberOf(id)]);

      const { isDeletable, blockers } = await previewOf(id);

      expect(isDeletable).toBe(status === 'DELETED');
      expect(blockers.nodes.map((blocker: any) => blocker.status)).toEqual(status === 'DELETED' ? [] : [status]);
      expect((await refusalOf(id))?.blockers.nodes.length ?? 0).toBe(status === 'DELETED' ? 0 : 1);
    },
  );

  it('pages through a thousand blockers, like the refusal: no duplicates, none missing', async () => {
    const { id } = await createAccount();
    await subscribeInBulk(id, 1000);

    for (const ask of [previewOf, refusalOf]) {
      const found: string[] = [];
      let after: string | null = null;
      for (let pages = 0; pages < 10; pages++) {
        const { blockers, hiddenBlockerCount }: any = await ask(id, { first: 100, after });
        found.push(...blockers.nodes.map(({ subscription }: any) => subscription.id));
        expect([blockers.totalCount, hiddenBlockerCount]).toEqual([1000, 0]);
        expect(blockers.pageInfo).toMatchObject({ hasNextPage: pages < 9, hasPreviousPage: pages > 0 });
        after = blockers.pageInfo.endCursor;
      }
      expect(new Set(found).size).toBe(1000);
      expect(found.map(numberOf)).toEqual(found.map(numberOf).toSorted((a, b) => a - b));
    }
    const backwards = await previewOf(id, { last: 2 });
    expect(backwards.blockers.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect((await refusalOf(id)).message).toBe('The cloud account has 1000 active subscriptions.');
  });

  it('continues with a cursor of the refusal', async () => {
    const { id } = await createAccount();
    for (let i = 0; i < 3; i++) await createSubscription(id);

    const { blockers: first } = await refusalOf(id, { first: 2 });
    const { blockers: rest } = await previewOf(id, { after: first.pageInfo.endCursor });
    const { blockers: all } = await previewOf(id);

    expect([...first.nodes, ...rest.nodes]).toEqual(all.nodes);
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
  });

  it('counts blockers of others on a hosted account for the operator only, without names', async () => {
    const stranger = await gateway.anotherTenant();
    const mine = await createSubscription(hostedAccount);
    for (let i = 0; i < 2; i++) await createSubscription(hostedAccount, stranger);

    const seen = await previewOf(hostedAccount);

    expect(seen).toMatchObject({ isDeletable: false, hiddenBlockerCount: 0, remainingInAws: null });
    expect(seen.blockers).toMatchObject({ totalCount: 1, nodes: [{ subscription: { id: mine.id } }] });
    const operators = await previewOf(hostedAccount, {}, await gateway.newKey({}, 1));
    expect(operators).toMatchObject({ hiddenBlockerCount: 3, blockers: { totalCount: 0, nodes: [] } });
  });

  it('lists what remains in AWS, and how to remove it', async () => {
    const account = await createAccount({ which: 'QQ01', nodeRoleName: "nodes'of+ours".replaceAll("'", '-') });

    const { remainingInAws } = await previewOf(account.id);

    const arn = (rest: string) => `arn:aws:iam::${sandboxAccountId('QQ01')}:${rest}`;
    expect(remainingInAws.iamEntities).toContainEqual({
      kind: 'ROLE',
      name: 'console-role',
      arn: arn('role/console-role'),
      isNameKnown: true,
      command: expect.stringContaining('aws iam delete-role --role-name console-role'),
    });
    expect(remainingInAws.iamEntities).toContainEqual(
      expect.objectContaining({ kind: 'USER', arn: account.awsUserArn, isNameKnown: true }),
    );
    expect(remainingInAws.iamEntities).toContainEqual(
      expect.objectContaining({ kind: 'ROLE', name: 'nodes-of+ours', isNameKnown: true }),
    );
    expect(remainingInAws.iamEntities).toContainEqual(expect.objectContaining({ kind: 'POLICY', isNameKnown: false }));
    const kinds = remainingInAws.iamEntities.map(({ kind }: any) => kind);
    expect(kinds.indexOf('ACCESS_KEY')).toBeLessThan(kinds.indexOf('USER'));
    expect(kinds.indexOf('ROLE')).toBeLessThan(kinds.indexOf('POLICY'));
    expect(remainingInAws.iamEntityList).toContain(`role: ${arn('role/console-role')}\n`);
    expect(remainingInAws.commands).toContain("--role-name 'nodes-of+ours'");
    expect(remainingInAws.resources).toEqual({ totalCount: 0, nodes: [] });
  });

  it('counts what remains only when that is selected', async () => {
    const { id } = await createAccount();
    const counts = async (fields: string) => {
      const query = `query ($id: ID!) { cloudAccountDeletionPreview(id: $id) { remainingInAws { resources { ${fields} } } } }`;
      const statements = await statementsOf(gateway, () => gateway.ask(query, { id }));
      return statements.filter((sql) => /COUNT\(.*provisioned_resource/s.test(sql)).length;
    };

    expect(await counts('nodes { arn }')).toBe(0);
    expect(await counts('totalCount')).toBe(1);
  });
});
