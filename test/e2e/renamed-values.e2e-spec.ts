import { DataSource, type QueryRunner } from 'typeorm';
import {
  RenameAccessKeyRotations1795540000000,
  RenameStoredValues1795530000000,
} from '../../src/database/migrations/index.js';
import { Gateway } from '../support/gateway.js';
import { insertRows } from '../support/many-rows.js';
import { numberOf, stepsWith } from '../support/steps.js';

const past = '2026-01-01 00:00:00.000';
const never = '2099-01-01 00:00:00.000'; // background tasks leave the rows alone

const check = (step: string, cause: string | null, more: object = {}) => ({
  step,
  group: null,
  purpose: null,
  verdict: cause ? 'FAILED' : 'PASSED',
  cause,
  message: 'A message with "KEY_UNKNOWN" and BOUNDARY in it.',
  remedy: cause && 'Do something.',
  missingActions: [],
  awsErrorCode: null,
  ...more,
});
const oldReport = {
  verdict: 'FAILED',
  checkedAt: '2026-01-01T00:00:00.000Z',
  manifestVersion: 1,
  checks: [
    check('KEY_FORMAT', null),
    check('IDENTITY', 'KEY_UNKNOWN'),
    check('PRINCIPAL', 'NOT_A_USER'),
    check('CONSOLE_ROLE', 'NO_SUCH_ENTITY'),
    ...['NO_TRUST', 'TRUSTS_EVERYBODY', 'WITHOUT_MFA', 'VENDOR_UNKNOWN'].map((cause) =>
      check('CONSOLE_ROLE_TRUST', cause),
    ),
    ...['ANY_EXTERNAL_ID', 'NO_GATEWAY_IDENTITY'].map((cause) => check('ACCESS_ROLE_EXTERNAL_ID', cause)),
    ...['BOUNDARY', 'FOREIGN_ANSWER', 'SANDBOX_OFF', 'STEP_BEFORE', 'TEMPORARY_KEY'].map((cause) =>
      check('PERMISSIONS', cause, { group: 'ROTATE_ITS_KEY', purpose: 'The gateway replaces the access key.' }),
    ),
  ],
  suggestedPolicy: null,
  awsCalls: 7,
  roleSessionName: null,
};
/** Current names of the causes in `oldReport`. */
const causes = [
  null,
  'ACCESS_KEY_UNKNOWN',
  'NOT_IAM_USER',
  'NO_SUCH_ENTITY',
  'NOT_TRUSTED',
  'TRUSTS_ALL_ACCOUNTS',
  'MFA_NOT_REQUIRED',
  'VENDOR_ACCOUNT_UNKNOWN',
  'EXTERNAL_ID_NOT_REQUIRED',
  'GATEWAY_IDENTITY_MISSING',
  'PERMISSIONS_BOUNDARY',
  'UNEXPECTED_RESPONSE',
  'SANDBOX_DISABLED',
  'PREVIOUS_STEP',
  'TEMPORARY_ACCESS_KEY',
];
/** Former names of error codes, and current ones. */
const codes = {
  AWS_TEMPORARY_KEY: 'AWS_TEMPORARY_ACCESS_KEY',
  AWS_SECRET_WRONG: 'AWS_SECRET_ACCESS_KEY_WRONG',
  AWS_ROOT_KEY: 'AWS_ROOT_ACCESS_KEY',
  AWS_NOT_A_USER: 'AWS_NOT_IAM_USER',
  AWS_ACCESS_ROLE_OPEN: 'AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID',
  AWS_ROLE_ASKS_EXTERNAL_ID: 'AWS_ROLE_REQUIRES_EXTERNAL_ID',
  AWS_ANSWER_UNUSABLE: 'AWS_RESPONSE_INVALID',
  GATEWAY_HAS_NO_IDENTITY: 'GATEWAY_IDENTITY_MISSING',
  AWS_KEY_LIMIT: 'AWS_ACCESS_KEY_LIMIT',
  AWS_ORPHAN_AMBIGUOUS: 'AWS_ORPHANED_ACCESS_KEY_AMBIGUOUS',
  SANDBOX_OFF: 'SANDBOX_DISABLED',
  AWS_THROTTLED: 'AWS_THROTTLED',
};
const oldEvents = ['KEY_ROTATION_STARTED', 'KEY_ROTATION_KEY_CREATED', 'API_KEY_CREATED', 'key_rotation_of_others'];

const accountQuery = `query ($id: ID!) { cloudAccount(id: $id) {
  health { codes permissionsStatus report { awsCallCount checks { step group cause remediation message } } }
  credentialsRejection { code remediation }
  rotation { step lastError { code } }
  drift { codes }
} }`;
const findingsQuery = `query ($id: ID!) { driftFindings(filter: { cloudAccountId: $id }) { nodes { kind resolution note } } }`;

describe('Rows with former names of values', () => {
  let gateway: Gateway;
  let runner: QueryRunner;
  let accounts: string[];
  const { createQuickAccount, createSubscription } = stepsWith(() => gateway);
  const sql = (statement: string, parameters?: unknown[]) => gateway.sql(statement, parameters);

  beforeAll(async () => {
    gateway = await Gateway.start();
    runner = gateway.get(DataSource).createQueryRunner();
    accounts = [];
    for (const code of Object.keys(codes)) accounts.push(await accountWith(code));
    await insertRows(sql, 'event', oldEvents.length, (place) => ({
      ...{ tenant_id: 2, subject_type: 'Test', subject_id: 1, sequence: place + 1, type: oldEvents[place]! },
      ...{ actor_kind: 'OPERATOR', actor_name: 'x', data: '{}', happened_at: past },
    }));
  });
  afterAll(async () => {
    await runner.release();
    await gateway.stop();
  });

  /** Account with rows of an older version. The error code is in every column that can have one. */
  async function accountWith(code: string): Promise<string> {
    const { id } = await createQuickAccount();
    const account = { tenant_id: 2, cloud_account_id: numberOf(id) };
    const actor = { actor_kind: 'API_KEY', actor_id: 2, actor_name: 'First key' };
    const subscription = numberOf((await createSubscription(id)).id);
    const last = { last_error_code: code, last_error_message: `Once ${code}.` };

    await sql('DELETE FROM cloud_account_health WHERE cloud_account_id = ?', [account.cloud_account_id]);
    await insertRows(sql, 'cloud_account_health', 1, () => ({
      ...account,
      ...{ state: 'BROKEN', since: past, last_checked_at: past, last_success_at: past, consecutive_failures: 2 },
      ...{ codes: JSON.stringify([code, 'AWS_THROTTLED']), report: JSON.stringify(oldReport), reported_at: past },
      ...{ next_full_at: never, next_attempt_at: never },
    }));
    await insertRows(sql, 'credential_trial', 1, () => ({
      ...{ ...account, ...actor, ...last, candidate_version: 2, access_key_id: 'AKIASANDBOXWORKSZZZZ' },
      ...{ console_role_name: 'console-role', allow_missing_permissions: 0, attempt: 2 },
      ...{ started_at: past, gives_up_at: past, ended_at: past },
    }));
    await insertRows(sql, 'key_rotation', 1, () => ({
      ...{ ...account, aws_user_id: 'AIDAEXAMPLE', state: 'RUNNING', step: 'PROVE', step_since: past, attempt: 1 },
      ...{ failures: 1, old_key_id: 'AKIASANDBOXWORKSZZZY', is_cancelled: 0, is_superseded: 0 },
      ...{
        last_fault: JSON.stringify({ code, message: `It was "${code}".`, awsErrorCode: null }),
        next_attempt_at: never,
      },
      ...{ started_by_kind: 'API_KEY', started_by_id: 2, started_by_name: 'First key', started_at: past },
    }));
    await insertRows(sql, 'drift_watch', 1, () => ({
      ...{ ...account, codes: JSON.stringify([code]), consecutive_failures: 1, next_attempt_at: never },
    }));
    await insertRows(sql, 'provisioned_resource', 1, () => ({
      ...{
        ...account,
        subscription_id: subscription,
        arn: `arn:aws:ec2:us-east-1:1:volume/${account.cloud_account_id}`,
      },
      ...{ kind: 'VOLUME', region: 'us-east-1', attributes: '{}', created_at: past, updated_at: past },
    }));
    const [{ resource }] = await sql('SELECT MAX(id) AS resource FROM provisioned_resource');
    const finding = {
      ...account,
      subscription_id: subscription,
      resource_id: Number(resource),
      expected: '[]',
      found: '[]',
    };
    const findings = [
      { kind: 'RESOURCE_GONE', note: 'BY_HAND', resolved_at: past, resolution: 'BY_HAND' },
      { kind: 'RESOURCE_GONE', note: 'RESOURCE_GONE', resolved_at: past, resolution: 'NOT_EXPECTED' },
      { kind: 'RESOURCE_GONE', note: null, resolved_at: null, resolution: null },
      { kind: 'TAG_REMOVED', note: null, resolved_at: past, resolution: 'REPAIRED' },
    ];
    await insertRows(sql, 'drift_finding', findings.length, (place) => ({
      ...{ ...finding, ...findings[place], since: past, changed_at: past },
    }));
    return id;
  }

  const rows = async () =>
    Object.fromEntries(
      await Promise.all(
        ['cloud_account_health', 'credential_trial', 'key_rotation', 'drift_watch', 'drift_finding', 'event'].map(
          async (table) => [table, await sql(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)],
        ),
      ),
    );

  it('have the new names after the migrations, and the former ones after their reversal', async () => {
    const migrations = [new RenameStoredValues1795530000000(), new RenameAccessKeyRotations1795540000000()];
    const before = await rows();

    for (const migration of migrations) await migration.up(runner);

    for (const [i, code] of Object.values(codes).entries()) {
      const id = accounts[i]!;
      const { cloudAccount } = await gateway.ask(accountQuery, { id });
      expect(cloudAccount).toMatchObject({
        health: { codes: [code, 'AWS_THROTTLED'], permissionsStatus: 'MISSING', report: { awsCallCount: 7 } },
        credentialsRejection: { code, remediation: expect.any(String) },
        rotation: { step: 'VERIFY_NEW', lastError: { code } },
        drift: { codes: [code] },
      });
      const { checks } = cloudAccount.health.report;
      expect(checks.map(({ cause }: any) => cause)).toEqual(causes);
      expect(checks[0]).toEqual({ step: 'ACCESS_KEY_FORMAT', group: null, cause: null, remediation: null, message: oldReport.checks[0]!.message }); // prettier-ignore
      expect(checks.at(-1)).toMatchObject({ group: 'ROTATE_ACCESS_KEY', remediation: 'Do something.' });
      const { driftFindings } = await gateway.ask(findingsQuery, { id });
      const found = driftFindings.nodes.map(({ kind, resolution, note }: any) => `${kind} ${resolution} ${note}`);
      expect(found.sort()).toEqual([
        'RESOURCE_DELETED MANUAL BY_HAND',
        'RESOURCE_DELETED RESOURCE_REMOVED RESOURCE_GONE',
        'RESOURCE_DELETED null null',
        'TAG_REMOVED REPAIRED null',
      ]);
    }
    const types = await sql("SELECT type FROM event WHERE subject_type = 'Test' ORDER BY sequence");
    expect(types.map(({ type }: { type: string }) => type)).toEqual(['ACCESS_KEY_ROTATION_STARTED', 'ACCESS_KEY_ROTATION_KEY_CREATED', 'API_KEY_CREATED', 'key_rotation_of_others']); // prettier-ignore
    await gateway.ask('{ viewer { role } }');

    for (const migration of migrations.toReversed()) await migration.down(runner);

    expect(await rows()).toEqual(before);
  });
});
