import { CloudAccountHealthReconciler, CloudAccountHealthService } from '#libs/cloud-accounts';
import { sandboxConsoleRole, type PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { DataSource } from 'typeorm';
import { WatchHealth1795320000000 } from '../../src/database/migrations/index.js';
import { Gateway } from '../support/gateway.js';
import {
  createSubscription,
  hostedAccount,
  momentOf,
  numberOf,
  sandboxKey,
  stepsWith,
  suffix,
  updateCloudAccount,
} from '../support/steps.js';
import { until } from '../support/until.js';

const healthFields = `health { state permissionsStatus since lastCheckedAt lastSuccessAt consecutiveFailures codes reportedAt
  report { verdict checkedAt manifestVersion checks { step group verdict cause } suggestedPolicy } }`;
const verify = `mutation ($input: VerifyCloudAccountInput!) {
  verifyCloudAccount(input: $input) { cloudAccount { ${healthFields} } userErrors { code } }
}`;
const longAgo = '2026-01-01 00:00:00.000';
const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};

describe('the health of a cloud account', () => {
  let gateway: Gateway;
  const { createAccount, createQuickAccount, deleteAccount, nextUser, readAccount, refusals } = stepsWith(
    () => gateway,
  );

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.aws.forgetFaults());

  const read = async (id: string, fields = healthFields) =>
    (await gateway.ask(`query ($id: ID!) { cloudAccount(id: $id) { ${fields} } }`, { id })).cloudAccount;
  const healthOf = async (id: string) => (await read(id)).health;
  const row = async (id: string) =>
    (await gateway.sql('SELECT * FROM cloud_account_health WHERE cloud_account_id = ?', [numberOf(id)]))[0];
  const set = (id: string, column: string, value: string | null) =>
    gateway.sql(`UPDATE cloud_account_health SET ${column} = ? WHERE cloud_account_id = ?`, [value, numberOf(id)]);
  const roleIs = (id: string, name: string) =>
    gateway.sql('UPDATE cloud_account SET console_role_name = ? WHERE id = ?', [name, numberOf(id)]);
  const keyIs = (id: string, family: string, which: string) =>
    gateway.sql('UPDATE aws_access_key SET access_key_id = ? WHERE cloud_account_id = ?', [
      sandboxKey(family, which).awsAccessKey.accessKeyId,
      numberOf(id),
    ]);
  const events = async (id: string) => {
    const rows = await gateway.sql(
      "SELECT data, actor_kind FROM event WHERE type = 'CLOUD_ACCOUNT_HEALTH_CHANGED' AND subject_id = ? ORDER BY sequence",
      [numberOf(id)],
    );
    return rows.map(({ data }: any) => JSON.parse(data));
  };

  /** Makes the next check due. Returns the health afterwards. */
  const check = async (...ids: string[]) => {
    const checkedAt = async (id: string) => new Date((await row(id)).last_checked_at).getTime();
    const before = await Promise.all(ids.map(checkedAt));
    for (const id of ids) await set(id, 'next_attempt_at', longAgo);
    gateway.get(CloudAccountHealthReconciler).nudge();
    for (const [i, id] of ids.entries())
      await until('the check is over', async () => (await checkedAt(id)) > before[i]!);
    return healthOf(ids[0]!);
  };
  const fullCheck = async (id: string) => {
    await set(id, 'next_full_at', longAgo);
    return check(id);
  };

  it('begins with the account, and with its first report', async () => {
    const account = await createAccount();

    const health = await healthOf(account.id);
    expect(health).toMatchObject({
      state: 'HEALTHY',
      consecutiveFailures: 0,
      codes: [],
      report: { verdict: 'PASSED' },
    });
    expect(health.reportedAt).toBe(health.report.checkedAt);
    expect(health.report.checks.some(({ step, verdict }: any) => step === 'PERMISSIONS' && verdict === 'PASSED')).toBe(
      true,
    );
    expect(health.lastSuccessAt).toBe(health.lastCheckedAt);
    expect(await events(account.id)).toEqual([]);
  });

  it('is UNVERIFIED while the user cannot simulate, is checked again within minutes, and is HEALTHY when it can', async () => {
    const which = nextUser();
    const { accessKeyId } = sandboxKey('WORKS', which).awsAccessKey;
    const statement = { Effect: 'Allow', NotAction: ['iam:SimulatePrincipalPolicy'], Resource: '*' } as const;
    gateway.aws.setUserPolicies(accessKeyId, [{ Version: '2012-10-17', Statement: [statement] }]);

    const { id, status } = await createAccount({ which });

    expect(status).toBe('ACTIVE');
    const health = await healthOf(id);
    expect(health).toMatchObject({
      state: 'UNVERIFIED',
      permissionsStatus: 'UNVERIFIED',
      codes: ['PERMISSIONS_UNVERIFIED'],
      report: { verdict: 'INCONCLUSIVE' },
    });
    const next = momentOf((await row(id)).next_attempt_at);
    expect(next - Date.parse(health.lastCheckedAt)).toBeLessThanOrEqual(2 * 60_000);

    gateway.aws.setUserPolicies(accessKeyId, [everything]);
    expect(await check(id)).toMatchObject({ state: 'HEALTHY', permissionsStatus: 'COMPLETE', codes: [] });
  });

  it('is UNVERIFIED while AWS does not answer the simulation, and keeps an earlier result when that happens later', async () => {
    gateway.aws.inject({ action: 'SimulatePrincipalPolicy', fault: '503', times: 100 });
    const { id } = await createAccount();
    expect(await healthOf(id)).toMatchObject({
      state: 'UNVERIFIED',
      codes: ['PERMISSIONS_UNVERIFIED', 'AWS_UNREACHABLE'],
    });

    gateway.aws.forgetFaults();
    const known = await check(id);
    expect(known).toMatchObject({ state: 'HEALTHY', permissionsStatus: 'COMPLETE' });

    gateway.aws.inject({ action: 'SimulatePrincipalPolicy', fault: '503', times: 100 });
    expect(await fullCheck(id)).toMatchObject({
      state: 'HEALTHY',
      permissionsStatus: 'COMPLETE',
      codes: ['PERMISSIONS_UNVERIFIED', 'AWS_UNREACHABLE'],
      report: known.report,
    });
    gateway.aws.forgetFaults();
  });

  it('needs two calls to AWS each hour, and keeps the report of the day', async () => {
    const which = nextUser();
    const { id } = await createAccount({ which });
    const { report } = await fullCheck(id);
    gateway.aws.forgetCalls();

    const health = await check(id);

    expect(health.report).toEqual(report);
    const { accessKeyId } = sandboxKey('WORKS', which).awsAccessKey;
    const calls = gateway.aws.calls().filter((call) => call.accessKeyId === accessKeyId);
    expect(calls.map(({ action }) => action)).toEqual(['GetCallerIdentity', 'GetRole']);
  });

  it('does not exist for hosted accounts', async () => {
    expect(await read(hostedAccount)).toEqual({ health: null });
  });

  it('is BROKEN at the second check after the role is deleted, and refuses subscriptions until it exists again', async () => {
    const account = await createAccount();
    await fullCheck(account.id);
    await roleIs(account.id, 'gone-role');

    const first = await check(account.id);
    expect(first).toMatchObject({ state: 'HEALTHY', consecutiveFailures: 1, codes: ['AWS_ROLE_NOT_FOUND'] });
    const { next_attempt_at: next, last_checked_at: last } = await row(account.id);
    expect(new Date(next).getTime() - new Date(last).getTime()).toBeLessThan(73_000);
    expect(await events(account.id)).toEqual([]);

    const second = await check(account.id);
    expect(second).toMatchObject({ state: 'BROKEN', consecutiveFailures: 2, since: second.lastCheckedAt });
    expect(second.report.checks).toContainEqual(
      expect.objectContaining({ step: 'CONSOLE_ROLE', verdict: 'FAILED', cause: 'NO_SUCH_ENTITY' }),
    );
    const input = { cloudAccountId: account.id, name: 'Orders', region: 'us-east-1' };
    expect(await refusals(createSubscription, input)).toEqual(['CLOUD_ACCOUNT_BROKEN input.cloudAccountId']);
    const may = 'viewerCanCreateSubscription { isAllowed code }';
    expect((await read(account.id, may)).viewerCanCreateSubscription).toEqual({
      isAllowed: false,
      code: 'CLOUD_ACCOUNT_BROKEN',
    });
    expect(await readAccount(account.id)).toMatchObject({
      status: 'ACTIVE',
      version: account.version,
      updatedAt: account.updatedAt,
    });
    expect((await check(account.id)).state).toBe('BROKEN');

    await roleIs(account.id, sandboxConsoleRole);
    expect(await check(account.id)).toMatchObject({ state: 'HEALTHY', consecutiveFailures: 0, codes: [] });
    expect((await read(account.id, may)).viewerCanCreateSubscription).toEqual({ isAllowed: true, code: null });
    expect(await refusals(createSubscription, input)).toEqual([]);
    expect(await events(account.id)).toEqual([
      { from: 'HEALTHY', to: 'BROKEN', codes: ['AWS_ROLE_NOT_FOUND'] },
      { from: 'BROKEN', to: 'HEALTHY', codes: [] },
    ]);
  });

  it('is DEGRADED when permissions were removed, names them, and still allows subscriptions', async () => {
    const which = nextUser();
    const { id } = await createAccount({ which });
    const { accessKeyId } = sandboxKey('WORKS', which).awsAccessKey;
    gateway.aws.setUserPolicies(accessKeyId, [
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', NotAction: ['ec2:CreateVpc', 'ec2:DeleteVpc'], Resource: '*' },
      },
    ]);

    await fullCheck(id);
    expect(await check(id)).toMatchObject({ state: 'DEGRADED', codes: ['MISSING_PERMISSIONS'] });
    expect((await healthOf(id)).report).toMatchObject({
      verdict: 'FAILED',
      suggestedPolicy: expect.stringContaining('ec2:CreateVpc'),
    });
    const input = { cloudAccountId: id, name: 'Orders', region: 'us-east-1' };
    expect(await refusals(createSubscription, input)).toEqual([]);

    gateway.aws.setUserPolicies(accessKeyId, [everything]);
    expect(await check(id)).toMatchObject({ state: 'HEALTHY', report: { verdict: 'PASSED' } });
    expect((await events(id)).map(({ to }: any) => to)).toEqual(['DEGRADED', 'HEALTHY']);
  });

  it('is DEGRADED when the role trusts another account, as each hourly check finds', async () => {
    const which = nextUser();
    const { id } = await createAccount({ which });
    await fullCheck(id);
    gateway.aws.setTrust(sandboxKey('WORKS', which).awsAccessKey.accessKeyId, sandboxConsoleRole, {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' },
    });

    expect((await check(id)).codes).toEqual(['AWS_ROLE_TRUSTS_OTHERS']);
    expect(await check(id)).toMatchObject({ state: 'DEGRADED', codes: ['AWS_ROLE_TRUSTS_OTHERS'] });
  });

  it('is BROKEN when AWS does not recognize the access key, and HEALTHY with a new one', async () => {
    const which = nextUser();
    const { id } = await createAccount({ which });
    await keyIs(id, 'NOONE', which);
    await check(id);
    expect(await check(id)).toMatchObject({ state: 'BROKEN', codes: ['AWS_ACCESS_KEY_UNKNOWN'] });

    const input = { id, expectedVersion: 1, credentials: sandboxKey('AGAIN', which) };
    expect((await gateway.ask(updateCloudAccount, { input })).updateCloudAccount.userErrors).toEqual([]);

    expect(await healthOf(id)).toMatchObject({ state: 'HEALTHY', consecutiveFailures: 0, codes: [] });
    expect((await events(id)).map(({ to }: any) => to)).toEqual(['BROKEN', 'HEALTHY']);
  });

  it.each([
    ['throttles', 'THROT', 'AWS_THROTTLED'],
    ['is down', 'DOWNS', 'AWS_UNREACHABLE'],
    ['is another server in its place', 'PAGES', 'AWS_RESPONSE_INVALID'],
    ['has another time', 'SKEWS', 'AWS_CLOCK_SKEW'],
  ])('is unchanged when AWS %s, until it is STALE', async (_, family, code) => {
    const which = nextUser();
    const { id } = await createAccount({ which });
    const { lastSuccessAt } = await healthOf(id);
    await keyIs(id, family, which);

    await check(id);
    await check(id);
    const third = await check(id);

    expect(third).toMatchObject({ state: 'HEALTHY', consecutiveFailures: 3, codes: [code], lastSuccessAt });
    const { next_attempt_at: next, last_checked_at: last } = await row(id);
    const wait = new Date(next).getTime() - new Date(last).getTime();
    expect(wait).toBeGreaterThanOrEqual(5000);
    expect(wait).toBeLessThanOrEqual(4 * 60_000);

    await set(id, 'last_success_at', longAgo);
    expect(await healthOf(id)).toMatchObject({ state: 'STALE', since: '2026-01-01T00:00:00.000Z' });
    const input = { cloudAccountId: id, name: 'Orders', region: 'us-east-1' };
    expect(await refusals(createSubscription, input)).toEqual([]);
    expect(await events(id)).toEqual([]);
  });

  it('has the result of `verifyCloudAccount`', async () => {
    const { id } = await createAccount();
    const verified = async () => (await gateway.ask(verify, { input: { id } })).verifyCloudAccount.cloudAccount.health;

    expect(await verified()).toMatchObject({ state: 'HEALTHY', report: { verdict: 'PASSED' } });
    await roleIs(id, 'gone-role');
    expect(await verified()).toMatchObject({ state: 'HEALTHY', codes: ['AWS_ROLE_NOT_FOUND'] });
    expect(await verified()).toMatchObject({ state: 'BROKEN', report: { verdict: 'FAILED' } });
    await roleIs(id, sandboxConsoleRole);
    expect(await verified()).toMatchObject({ state: 'HEALTHY', report: { verdict: 'PASSED' } });
    expect((await events(id)).map(({ to }: any) => to)).toEqual(['BROKEN', 'HEALTHY']);
  });

  it('is checked completely soon after AWS has refused a call, and at most once in five minutes', async () => {
    const { id } = await createAccount();
    const health = gateway.get(CloudAccountHealthService);
    await fullCheck(id);
    const { reportedAt } = await healthOf(id);

    await health.suspect(numberOf(id));
    gateway.get(CloudAccountHealthReconciler).nudge();
    await until('the full check', async () => new Date((await row(id)).reported_at) > new Date(reportedAt));

    await until('the check is over', async () => (await row(id)).lease_owner === null);
    const { next_attempt_at: next } = await row(id);
    for (let i = 0; i < 5; i++) await health.suspect(numberOf(id));
    expect((await row(id)).next_attempt_at).toEqual(next);
    await set(id, 'suspected_at', longAgo);
    await health.suspect(numberOf(id));
    expect((await row(id)).next_attempt_at).not.toEqual(next);
  });

  it('is deleted with its account', async () => {
    const { id } = await createAccount();
    await deleteAccount(id);

    expect(await row(id)).toBeUndefined();
  });

  it('is checked by another process after one has stopped', async () => {
    const account = await createAccount();
    await set(account.id, 'lease_owner', 'somebody dead');
    await set(account.id, 'asking_aws_account_id', account.awsAccountId);
    await set(account.id, 'lease_until', '2999-01-01 00:00:00.000');
    await set(account.id, 'next_attempt_at', longAgo);
    const { lastCheckedAt } = await healthOf(account.id);
    gateway.get(CloudAccountHealthReconciler).nudge();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await healthOf(account.id)).lastCheckedAt).toBe(lastCheckedAt);

    await set(account.id, 'lease_until', longAgo);

    expect((await check(account.id)).lastCheckedAt > lastCheckedAt).toBe(true);
  });

  it('ignores results that are older than the known one', async () => {
    const which = nextUser();
    const { id } = await createAccount({ which });
    await roleIs(id, 'gone-role');
    await check(id);
    // The second check hangs, and the customer fixes everything in the meantime.
    const { accessKeyId } = sandboxKey('WORKS', which).awsAccessKey;
    gateway.aws.inject({ action: 'GetRole', accessKeyId, fault: 'slow' });
    await set(id, 'next_attempt_at', longAgo);
    gateway.get(CloudAccountHealthReconciler).nudge();
    await until('the look begins', async () => (await row(id)).lease_owner !== null);
    await until('the look waits', () => gateway.aws.calls().some((call) => call.fault === 'slow'));
    const input = {
      id,
      expectedVersion: 1,
      credentials: sandboxKey('AGAIN', which),
      consoleRoleName: sandboxConsoleRole,
    };
    expect((await gateway.ask(updateCloudAccount, { input })).updateCloudAccount.userErrors).toEqual([]);
    await until('the look is over', async () => (await row(id)).lease_owner === null);

    expect(await healthOf(id)).toMatchObject({ state: 'HEALTHY', consecutiveFailures: 0, codes: [] });
    expect(await events(id)).toEqual([]);
  });

  it('is assumed for existing accounts, which are checked immediately', async () => {
    const { id } = await createAccount();
    const runner = gateway.get(DataSource).createQueryRunner();
    const migration = new WatchHealth1795320000000();
    await migration.down(runner);
    await migration.up(runner);
    await runner.release();

    expect(await healthOf(id)).toMatchObject({ state: 'UNVERIFIED', consecutiveFailures: 0, report: null });
    gateway.get(CloudAccountHealthReconciler).nudge();
    await until('the first report', async () => (await row(id)).report !== null);
    expect(await read(hostedAccount)).toEqual({ health: null });
  });

  it('of fifty accounts is checked in time while AWS hangs for one', async () => {
    const hanging: string[] = [];
    for (let i = 0; i < 3; i++) {
      const which = suffix(900 + i);
      hanging.push((await createAccount({ which, name: `Hangs ${i}` })).id);
      await keyIs(hanging[i]!, 'HANGS', which);
    }
    const others: string[] = [];
    for (let i = 0; i < 50; i++) others.push((await createQuickAccount()).id);
    const { lastCheckedAt } = await healthOf(hanging[0]!);
    for (const id of hanging) await set(id, 'next_attempt_at', '2025-12-31 00:00:00.000');

    const started = performance.now();
    await check(...others);
    const took = performance.now() - started;

    expect(took).toBeLessThan(40_000); // if the others waited for those that hang: minutes
    await until('AWS was given up', async () => (await healthOf(hanging[0]!)).lastCheckedAt > lastCheckedAt);
    expect(await healthOf(hanging[0]!)).toMatchObject({ state: 'HEALTHY', codes: ['AWS_UNREACHABLE'] });
  });

  it('is checked by at most one process for each AWS account', async () => {
    const account = 950;
    const users = [suffix(account, 1), suffix(account, 2), suffix(account, 3)];
    const ids: string[] = [];
    for (const which of users) ids.push((await createAccount({ which, name: `Neighbour ${which}` })).id);
    const [first, second] = users.map((which) => sandboxKey('WORKS', which).awsAccessKey.accessKeyId);
    await set(ids[0]!, 'next_attempt_at', '2025-12-31 00:00:00.000');
    gateway.aws.inject({ accessKeyId: first!, fault: 'slow' });
    gateway.get(CloudAccountHealthReconciler).nudge();
    await until('the first is asked', () =>
      gateway.aws.calls().some((call) => call.accessKeyId === first && call.fault),
    );
    gateway.aws.forgetCalls();

    await set(ids[1]!, 'next_attempt_at', longAgo);
    gateway.get(CloudAccountHealthReconciler).nudge();
    await until('the second is put off', async () => new Date((await row(ids[1]!)).next_attempt_at) > new Date());

    expect((await row(ids[0]!)).asking_aws_account_id).not.toBeNull();
    expect(gateway.aws.calls().filter((call) => call.accessKeyId === second)).toEqual([]);
    await until('the first is done', async () => (await row(ids[0]!)).lease_owner === null);
    await check(ids[1]!);
  });
});
