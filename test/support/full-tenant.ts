import { analyze, insertRows, insertSubscriptions, type Sql } from './many-rows.js';
import { globalId } from './steps.js';

const now = '2026-11-01 00:00:00.000';
const tenant = { tenant_id: 2 };
const firstAccount = 5001;

/**
 * Fills the first tenant with many objects of each kind of list, with lists and texts of the maximum length, for the
 * costliest documents.
 */
export async function fillTenant(
  sql: Sql,
  kind: string,
  { accounts = 150, subscriptions = 30_000, resourcesWithHistory = 100, findings = 200 } = {},
): Promise<Record<string, string[]>> {
  const account = (place: number): number => firstAccount + (place % accounts);
  await insertRows(sql, 'cloud_account', accounts, (place) => ({
    ...{ id: account(place), ...tenant, name: `Account ${place}`, name_key: `account ${place}`, provider: 'AWS' },
    ...{ region: 'us-east-1', ownership: 'CUSTOMER', status: 'ACTIVE', is_sandbox: 1, version: 1 },
    ...{ aws_account_id: String(100_000_000_000 + place), aws_user_id: `AIDA${place}`, console_role_name: 'console' },
    aws_user_arn: `arn:aws:iam::${100_000_000_000 + place}:user/gateway`,
    console_role_arn: `arn:aws:iam::${100_000_000_000 + place}:role/console`,
    ...{ created_at: now, updated_at: now },
  }));
  await insertSubscriptions(sql, subscriptions, () => '10.0.0.0/16', { cloudAccountId: account, tags: 40 });
  const [{ first }] = await sql('SELECT MIN(id) AS first FROM subscription');
  const subscription = (place: number) => Number(first) + (place % 1000);
  await insertRows(sql, 'provisioning_work', 1000, (place) => ({
    ...{ subscription_id: subscription(place), kind: 'CHANGE', created_at: now, claims: 0, progress: 0 },
    next_attempt_at: '2027-11-01 00:00:00.000',
  }));
  const report = {
    ...{ verdict: 'PASSED', checkedAt: '2026-11-01T00:00:00.000Z', awsCallCount: 12, manifestVersion: 1 },
    ...{ suggestedPolicy: null, roleSessionName: null },
    checks: Array.from({ length: 25 }, (_, i) => ({
      ...{
        step: 'PERMISSIONS',
        group: `group ${i}`,
        purpose: 'For a purpose.',
        verdict: 'FAILED',
        message: 'A message.',
      },
      ...{ cause: 'IDENTITY_POLICY', remediation: 'Do this.', awsErrorCode: null },
      missingActions: Array.from({ length: 60 }, (_, n) => `ec2:Action${n}`),
    })),
  };
  await insertRows(sql, 'cloud_account_health', accounts, (place) => ({
    ...{ cloud_account_id: account(place), ...tenant, state: 'HEALTHY', since: now, last_checked_at: now },
    ...{ last_success_at: now, consecutive_failures: 0, codes: '[]', report: JSON.stringify(report), reported_at: now },
    ...{ next_full_at: '2027-11-01 00:00:00.000', next_attempt_at: '2027-11-01 00:00:00.000' },
  }));
  await insertRows(sql, 'credential_use', 100 * accounts, (place) => ({
    ...{ ...tenant, cloud_account_id: account(place), used_at: now, actor_kind: 'GATEWAY', actor_name: 'gateway' },
    ...{ purpose: 'VERIFICATION', operation_id: `operation ${place}`, result: 'OPENED' },
  }));
  await insertRows(sql, 'drift_watch', accounts, (place) => ({
    ...{ cloud_account_id: account(place), ...tenant, codes: '[]', consecutive_failures: 0 },
    next_attempt_at: '2027-11-01 00:00:00.000',
  }));
  const lines = Array.from({ length: 1000 }, (_, i) => `ingress tcp ${i}-${i} 10.0.0.0/16`);
  const attributes = JSON.stringify({ rules: lines });
  await insertRows(sql, 'provisioned_resource', 3000, (place) => ({
    ...{ ...tenant, cloud_account_id: account(place), subscription_id: subscription(Math.floor(place / 100)) },
    ...{ arn: `arn:aws:ec2:us-east-1:123456789012:security-group/sg-${place}`, region: 'us-east-1', attributes },
    ...{ kind: 'SECURITY_GROUP', created_at: now, updated_at: now, orphaned_at: now },
  }));
  const [{ resource }] = await sql('SELECT MIN(id) AS resource FROM provisioned_resource');
  await insertRows(sql, 'resource_change', 50 * resourcesWithHistory, (place) => ({
    ...{ resource_id: Number(resource) + (place % resourcesWithHistory), kind: 'CHANGED', attributes, at: now },
  }));
  await insertRows(sql, 'drift_finding', findings, (place) => ({
    ...{ ...tenant, cloud_account_id: account(place), subscription_id: subscription(place) },
    ...{ resource_id: Number(resource) + place, kind: 'RULES_CHANGED', since: now, changed_at: now },
    ...{ expected: JSON.stringify(lines), found: JSON.stringify(lines) },
  }));
  const [{ finding }] = await sql('SELECT MIN(id) AS finding FROM drift_finding');
  await insertRows(sql, 'deleted_cloud_account', accounts, (place) => ({
    ...{
      id: account(place) - 2000,
      ...tenant,
      name: 'Gone',
      provider: 'AWS',
      region: 'us-east-1',
      ownership: 'CUSTOMER',
    },
    ...{
      created_at: now,
      kind: 'WHEN_UNUSED',
      requested_at: now,
      requested_by_kind: 'API_KEY',
      requested_by_name: 'key',
    },
    ...{ abandoned_subscriptions: 0, orphaned_resources: 0, deleted_at: now },
  }));
  await insertRows(sql, 'external_id', accounts, (place) => ({
    ...{ ...tenant, handle: `handle-${place}`, external_id: `external-${place}`, created_at: now },
  }));
  await analyze(
    sql,
    kind,
    'subscription',
    'cloud_account',
    'credential_use',
    'provisioned_resource',
    'resource_change',
  );
  const many = (type: Parameters<typeof globalId>[0], id: (place: number) => number, count: number) =>
    Array.from({ length: count }, (_, place) => globalId(type, id(place)));
  return {
    CloudAccount: many('CloudAccount', account, 100),
    CloudSubscription: many('CloudSubscription', subscription, 100),
    DriftFinding: many('DriftFinding', (place) => Number(finding) + place, 100),
  };
}
