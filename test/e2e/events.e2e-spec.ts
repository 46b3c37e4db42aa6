import { ApiKeyService } from '#libs/access';
import { CloudAccountDeletionService, HostedAccountsService } from '#libs/cloud-accounts';
import { operator } from '#libs/events';
import { Gateway } from '../support/gateway.js';
import { deleteCloudAccount, globalId, numberOf, revokeApiKey, sandboxKey, stepsWith } from '../support/steps.js';

describe('every change', () => {
  let gateway: Gateway;
  const steps = stepsWith(() => gateway);
  const { createAccount, createKey, createSubscription, deleteAccount, endSubscription, nextUser, updateAccount } =
    steps;

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const events = async (type: string, id: number) => {
    const rows = await gateway.sql('SELECT * FROM event WHERE subject_type = ? AND subject_id = ? ORDER BY sequence', [
      type,
      id,
    ]);
    return rows.map((row: any) => ({ ...row, data: JSON.parse(row.data) }));
  };
  const count = async () => Number((await gateway.sql('SELECT COUNT(*) AS n FROM event'))[0].n);

  it('to an account is recorded in order, with its actor', async () => {
    const which = nextUser();
    const account = await createAccount({ which, name: 'Told of' });
    const manager = await createKey({ name: 'Somebody', role: 'MANAGER' });
    const input = { id: account.id, expectedVersion: 1, name: 'Renamed', credentials: sandboxKey('AGAIN', which) };
    await updateAccount(input, manager.secret);
    await deleteAccount(account.id);

    const rows = await events('CloudAccount', numberOf(account.id));
    expect(rows).toMatchObject([
      {
        sequence: 1,
        type: 'CLOUD_ACCOUNT_CREATED',
        tenant_id: 2,
        actor_kind: 'API_KEY',
        actor_name: 'First key',
        data: { name: 'Told of', provider: 'AWS', ownership: 'CUSTOMER', awsAccountId: account.awsAccountId },
      },
      {
        sequence: 2,
        type: 'CLOUD_ACCOUNT_UPDATED',
        actor_id: numberOf(manager.id),
        actor_name: 'Somebody',
        data: { name: 'Renamed', changed: ['name', 'credentials'], version: 2 },
      },
      { sequence: 3, type: 'CLOUD_ACCOUNT_DELETED', actor_name: 'First key' },
    ]);
    expect(JSON.stringify(rows)).not.toContain(sandboxKey('AGAIN', which).awsAccessKey.secretAccessKey);
  });

  it('to a subscription', async () => {
    const account = await createAccount();
    const subscription = await createSubscription(account.id);
    await endSubscription(subscription.id);

    expect(await events('CloudSubscription', numberOf(subscription.id))).toMatchObject([
      { type: 'SUBSCRIPTION_CREATED', data: { cloudAccountId: numberOf(account.id), region: 'us-east-1' } },
      { type: 'SUBSCRIPTION_ENDED', sequence: 2 },
    ]);
  });

  it('to an API key', async () => {
    const key = await createKey({ allowedCidrs: ['10.0.0.0/8'], canIntrospect: true });
    await steps.revokeKey(key.id);

    const rows = await events('ApiKey', numberOf(key.id));
    expect(rows).toMatchObject([
      {
        type: 'API_KEY_CREATED',
        data: {
          name: 'Spare',
          role: 'VIEWER',
          allowedCidrs: ['10.0.0.0/8'],
          canIntrospect: true,
          expiresAt: key.expiresAt,
        },
      },
      { type: 'API_KEY_REVOKED' },
    ]);
    expect(JSON.stringify(rows)).not.toContain(key.secret.slice(17));
  });

  it('to the first tenant, whose creation has the gateway as its actor', async () => {
    expect(await events('Tenant', 2)).toMatchObject([
      { type: 'TENANT_OPENED', actor_kind: 'GATEWAY', actor_id: null, data: { name: 'First tenant' } },
    ]);
    const [{ id }] = await gateway.sql('SELECT MIN(id) AS id FROM api_key');
    expect(await events('ApiKey', id)).toMatchObject([{ type: 'API_KEY_CREATED', actor_kind: 'GATEWAY' }]);
  });

  it('to a hosted account, which is deleted with its last subscription after it is retired', async () => {
    const [accounts, deletion] = [gateway.get(HostedAccountsService), gateway.get(CloudAccountDeletionService)];
    const { id } = await accounts.add(operator, { name: 'Azure', provider: 'AZURE', region: 'westeurope' });
    const other = await gateway.anotherTenant();
    const hosted = globalId('CloudAccount', id);
    const begin = async (key?: string) =>
      (
        await gateway.ask(
          `mutation { createSubscription(input: { cloudAccountId: "${hosted}", name: "In Azure", region: "northeurope" })
             { subscription { id } userErrors { code } } }`,
          {},
          key,
        )
      ).createSubscription;
    const [mine, theirs] = [await begin(), await begin(other)];

    expect(await deletion.retireHosted(operator, id)).toBe(false);
    expect((await begin()).userErrors).toEqual([{ code: 'CLOUD_ACCOUNT_DELETION_SCHEDULED' }]);
    expect(await deletion.retireHosted(operator, id)).toBe(false);
    await endSubscription(mine.subscription.id);
    expect((await gateway.ask(`{ cloudAccount(id: "${hosted}") { status } }`, {}, other)).cloudAccount.status).toBe(
      'DELETING_WHEN_UNUSED',
    );
    await endSubscription(theirs.subscription.id, other);

    expect(await gateway.ask(`{ cloudAccount(id: "${hosted}") { status } }`)).toEqual({ cloudAccount: null });
    expect(await events('CloudAccount', id)).toMatchObject([
      { type: 'CLOUD_ACCOUNT_CREATED', actor_kind: 'OPERATOR', tenant_id: 1, data: { provider: 'AZURE' } },
      { type: 'CLOUD_ACCOUNT_RETIRED', actor_kind: 'OPERATOR' },
      { type: 'CLOUD_ACCOUNT_DELETED', actor_kind: 'API_KEY', tenant_id: 1 },
    ]);
  });

  it('is recorded, but not what was refused or read', async () => {
    const account = await createAccount();
    await createSubscription(account.id);
    const before = await count();

    await gateway.ask(deleteCloudAccount, { input: { id: account.id } });
    await gateway.ask(revokeApiKey, { input: { id: 'x' } });
    await gateway.ask('{ viewer { role } cloudAccounts { nodes { id } } }');
    await updateAccount({ id: account.id, expectedVersion: 1, name: account.name });
    await expect(gateway.get(ApiKeyService).revokeInAllTenants(operator, 999)).rejects.toThrow(
      'There is no such usable API key',
    );

    expect(await count()).toBe(before);
  });

  it('to an API key is recorded once, even with concurrent revocations', async () => {
    for (let round = 0; round < 5; round++) {
      const key = await createKey();
      const revocations = Array.from({ length: 4 }, () =>
        gateway.get(ApiKeyService).revokeInAllTenants(operator, numberOf(key.id)),
      );
      const outcomes = await Promise.allSettled(revocations);

      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await events('ApiKey', numberOf(key.id))).toMatchObject([
        { type: 'API_KEY_CREATED' },
        { type: 'API_KEY_REVOKED' },
      ]);
    }
  });

  it('is numbered without gaps for each subject, even with concurrent actors', async () => {
    const account = await createAccount();
    const { version } = account;
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        gateway.send(
          'mutation ($i: UpdateCloudAccountInput!) { updateCloudAccount(input: $i) { userErrors { code } } }',
          {
            i: { id: account.id, expectedVersion: version, name: `Wanted ${i}` },
          },
        ),
      ),
    );

    const rows = await events('CloudAccount', numberOf(account.id));
    expect(rows.map(({ sequence }: any) => sequence)).toEqual([1, 2]);
    const all = await gateway.sql(
      'SELECT subject_type, subject_id, COUNT(*) AS n, MAX(sequence) AS last FROM event GROUP BY subject_type, subject_id',
    );
    for (const { n, last } of all) expect(Number(n)).toBe(last);
  });
});
