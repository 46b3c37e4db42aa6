import { ScheduledDeletionReconciler, UsageAuditService } from '#libs/cloud-accounts';
import { database, Gateway } from '../support/gateway.js';
import { insertSubscriptions, type Sql } from '../support/many-rows.js';
import { hostedAccount, numberOf, stepsWith } from '../support/steps.js';

const audit = `query ($id: ID!) { usageAudit(id: $id) {
  auditedAt isDeletable explanation hiddenBlockerCount cloudAccount { id } usage { status isActive count }
  blockers { totalCount nodes { subscription { id } } } findings { kind subject message remediation } hasMoreFindings } }`;
const onMariaDb = database === 'MariaDB' ? it : it.skip;

describe('usageAudit', () => {
  let gateway: Gateway;
  const { createAccount, createSubscription, endSubscription, readAccount } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const auditOf = async (id: string, key?: string) => (await gateway.ask(audit, { id }, key)).usageAudit;
  const findingsOf = async (id: string) =>
    (await auditOf(id)).findings.map(({ kind, subject }: any) => [kind, subject]);
  const doctor = async () =>
    (await gateway.get(UsageAuditService).findings()).map(({ kind, subject }) => [kind, subject]);
  /** Changes that no statement of the gateway makes. */
  const behindItsBack = async (...statements: string[]) => {
    // On MariaDB a statement can use any connection of the pool.
    if (database === 'MariaDB') {
      for (const statement of statements) await gateway.sql(`SET STATEMENT foreign_key_checks = 0 FOR ${statement}`);
      return;
    }
    await gateway.sql('PRAGMA foreign_keys = OFF');
    for (const statement of statements) await gateway.sql(statement);
    await gateway.sql('PRAGMA foreign_keys = ON');
  };

  it('shows who uses an account, and why it can or cannot be deleted', async () => {
    const { id } = await createAccount();
    expect(await auditOf(id)).toMatchObject({
      isDeletable: true,
      explanation: 'The cloud account has no blockers and can be deleted.',
      usage: [],
      findings: [],
    });
    const one = await createSubscription(id);
    await endSubscription((await createSubscription(id)).id);

    const { auditedAt, ...seen } = await auditOf(id);

    expect(seen).toEqual({
      isDeletable: false,
      explanation: 'The cloud account has an active subscription.',
      hiddenBlockerCount: 0,
      cloudAccount: { id },
      usage: [
        { status: 'DELETED', isActive: false, count: 1 },
        { status: 'PENDING', isActive: true, count: 1 },
      ],
      blockers: { totalCount: 1, nodes: [{ subscription: { id: one.id } }] },
      findings: [],
      hasMoreFindings: false,
    });
    expect(Math.abs(Date.parse(auditedAt) - Date.now())).toBeLessThan(60_000);
  });

  it('shows nothing of others on a hosted account', async () => {
    const stranger = await gateway.anotherTenant();
    await createSubscription(hostedAccount, stranger);

    const seen = await auditOf(hostedAccount);

    expect(seen).toMatchObject({ isDeletable: false, usage: [], hiddenBlockerCount: 0, blockers: { nodes: [] } });
    expect(seen.explanation).toBe('Hosted accounts cannot be changed or deleted through the API.');
  });

  it('finds the problems of the tenant, however many others have, and says when there are more than it lists', async () => {
    const sql: Sql = (...statement) => gateway.sql(...statement);
    const hosted = { cloudAccountId: () => numberOf(hostedAccount), status: 'PENDING' };
    await gateway.anotherTenant();
    const [{ others }] = await sql('SELECT MAX(id) AS others FROM tenant');
    await insertSubscriptions(sql, 101, () => '10.0.0.0/16', { ...hosted, tenantId: Number(others) });
    await insertSubscriptions(sql, 1, () => '10.0.0.0/16', hosted);
    const [{ mine }] = await sql('SELECT MAX(id) AS mine FROM subscription');

    expect((await auditOf(hostedAccount)).usage).toEqual([{ status: 'PENDING', isActive: true, count: 1 }]);
    expect(await findingsOf(hostedAccount)).toEqual([['SUBSCRIPTION_WITHOUT_WORK', `subscription ${mine}`]]);
    expect((await auditOf(hostedAccount)).hasMoreFindings).toBe(false);

    await insertSubscriptions(sql, 100, () => '10.0.0.0/16', hosted);
    const audit = await auditOf(hostedAccount);
    expect(audit.findings).toHaveLength(100);
    expect(audit.hasMoreFindings).toBe(true);
    await gateway.sql("DELETE FROM subscription WHERE deployment_cidr = '10.0.0.0/16'");
    expect(await doctor()).toEqual([]);
  });

  it('finds an overdue deletion, which the gateway then completes', async () => {
    const { id } = await createAccount();
    await createSubscription(id);
    await gateway.ask(
      'mutation ($input: DeleteCloudAccountInput!) { deleteCloudAccount(input: $input) { userErrors { code } } }',
      { input: { id, mode: 'WHEN_UNUSED' } },
    );
    expect(await findingsOf(id)).toEqual([]);
    await gateway.sql(
      'DELETE FROM provisioning_work WHERE subscription_id IN (SELECT id FROM subscription WHERE cloud_account_id = ?)',
      [numberOf(id)],
    );
    await gateway.sql("UPDATE subscription SET status = 'DELETED' WHERE cloud_account_id = ?", [numberOf(id)]);

    expect(await findingsOf(id)).toEqual([['DELETION_OVERDUE', `account ${numberOf(id)}`]]);
    await gateway.get(ScheduledDeletionReconciler).reconcile();
    expect(await readAccount(id)).toBeNull();
    expect(await doctor()).toEqual([]);
  });

  it('finds an account in use without credentials, and one that exists although it was deleted', async () => {
    const { id } = await createAccount();
    const number = numberOf(id);
    await gateway.sql('DELETE FROM aws_access_key WHERE cloud_account_id = ?', [number]);
    await gateway.sql(
      `INSERT INTO deleted_cloud_account SELECT id, tenant_id, name, provider, region, ownership, NULL, NULL, NULL, created_at,
        'WHEN_UNUSED', NULL, created_at, 'GATEWAY', NULL, 'x', NULL, NULL, NULL, 0, 0, created_at FROM cloud_account WHERE id = ?`,
      [number],
    );

    const found = [
      ['ACCOUNT_WITHOUT_CREDENTIALS', `account ${number}`],
      ['DELETED_ACCOUNT_EXISTS', `account ${number}`],
    ];
    expect(await findingsOf(id)).toEqual(found);
    expect(await doctor()).toEqual(found);
    await gateway.sql('DELETE FROM deleted_cloud_account WHERE id = ?', [number]);
    await gateway.sql('DELETE FROM cloud_account WHERE id = ?', [number]);
  });

  it('finds subscriptions and secrets without an account', async () => {
    const { id } = await createAccount();
    const subscription = await createSubscription(id);
    const [key] = await gateway.sql('SELECT id FROM aws_access_key WHERE cloud_account_id = ?', [numberOf(id)]);
    await behindItsBack(`DELETE FROM cloud_account WHERE id = ${numberOf(id)}`);

    expect(await doctor()).toEqual([
      ['SECRET_WITHOUT_ACCOUNT', `access key ${key.id}`],
      ['SUBSCRIPTION_WITHOUT_ACCOUNT', `subscription ${numberOf(subscription.id)}`],
    ]);
    await behindItsBack(
      `DELETE FROM aws_access_key WHERE id = ${key.id}`,
      `DELETE FROM subscription WHERE id = ${numberOf(subscription.id)}`,
    );
    expect(await doctor()).toEqual([]);
  });

  it('finds a subscription without provisioning work, and work without a subscription that needs it', async () => {
    const { id } = await createAccount();
    const [lost, over] = [await createSubscription(id), await createSubscription(id)];
    await gateway.sql('DELETE FROM provisioning_work WHERE subscription_id = ?', [numberOf(lost.id)]);
    await gateway.sql("UPDATE subscription SET status = 'ACTIVE' WHERE id = ?", [numberOf(over.id)]);

    expect(await findingsOf(id)).toEqual([
      ['SUBSCRIPTION_WITHOUT_WORK', `subscription ${numberOf(lost.id)}`],
      ['WORK_WITHOUT_SUBSCRIPTION', `subscription ${numberOf(over.id)}`],
    ]);
    await gateway.sql('DELETE FROM subscription WHERE cloud_account_id = ?', [numberOf(id)]);
    expect(await doctor()).toEqual([]);
  });

  onMariaDb('finds that the generated column does not match the status', async () => {
    const { id } = await createAccount();
    const [active, ended] = [await createSubscription(id), await createSubscription(id)];
    await endSubscription(ended.id);
    await gateway.sql('ALTER TABLE subscription MODIFY active_cloud_account_id INT NULL');
    await gateway.sql('UPDATE subscription SET active_cloud_account_id = NULL WHERE id = ?', [numberOf(active.id)]);
    await gateway.sql('UPDATE subscription SET active_cloud_account_id = cloud_account_id WHERE id = ?', [
      numberOf(ended.id),
    ]);

    expect(await findingsOf(id)).toEqual([
      ['ACTIVE_COLUMN_MISMATCH', `subscription ${numberOf(active.id)}`],
      ['ACTIVE_COLUMN_MISMATCH', `subscription ${numberOf(ended.id)}`],
    ]);
  });
});
