import { TrialPace } from '#libs/cloud-accounts';
import { sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import { Gateway } from '../support/gateway.js';
import {
  createCloudAccount,
  createSubscription,
  globalId,
  hostedAccount,
  newAccount,
  numberOf,
  sandboxKey,
  stepsWith,
  updateCloudAccount,
} from '../support/steps.js';
import { until } from '../support/until.js';

const state = `id status version awsAccountId awsUserId consoleRoleName consoleRoleArn
  credentials { accessKeyId version lastVerifiedAt }
  pendingCredentials { accessKeyId consoleRoleName setBy attempt startedAt nextAttemptAt expiresAt lastErrorCode }
  credentialsRejection { accessKeyId code message remediation awsErrorCode attempt rejectedAt }
  viewerCanCancelPendingCredentials { isAllowed code }`;

const cancelPendingCredentials = `mutation ($input: CancelPendingCredentialsInput!) {
  cancelPendingCredentials(input: $input) { cloudAccount { ${state} } userErrors { code path } }
}`;

/** AWS recognizes the LATER access keys of this sandbox after 1.6 s, and the gateway waits a quarter of a second. */
describe('credentials that AWS does not recognize yet', () => {
  let gateway: Gateway;
  const { createAccount, deleteAccount, nextUser, refusals, updateAccount } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({}, { pace: 0.2 });
    Object.assign(gateway.get(TrialPace), { patience: 300, firstRetry: 300 });
  });
  afterAll(() => gateway.stop());

  const later = (which = nextUser()) => ({ credentials: sandboxKey('LATER', which) });
  const never = (which = nextUser()) => ({ credentials: sandboxKey('NOONE', which) });
  const read = async (id: string) =>
    (await gateway.ask(`query ($id: ID!) { cloudAccount(id: $id) { ${state} } }`, { id })).cloudAccount;
  const keysOf = (id: string) =>
    gateway.sql('SELECT slot, version FROM aws_access_key WHERE cloud_account_id = ? ORDER BY slot', [numberOf(id)]);
  const eventsOf = async (id: string) =>
    (
      await gateway.sql('SELECT type FROM event WHERE subject_id = ? AND subject_type = ? ORDER BY sequence', [
        numberOf(id),
        'CloudAccount',
      ])
    ).map(({ type }: { type: string }) => type);
  const settled = async (id: string) => {
    await until('nothing is pending', async () => (await read(id)).pendingCredentials === null);
    return read(id);
  };
  /** Lets two minutes pass. */
  const timeIsUpFor = (id: string) =>
    gateway.sql(
      "UPDATE credential_trial SET gives_up_at = '2026-01-01 00:00:00.000', next_attempt_at = '2026-01-01 00:00:00.000' WHERE cloud_account_id = ?",
      [numberOf(id)],
    );

  it('make an account PROPAGATING, which becomes ACTIVE later', async () => {
    const which = nextUser();
    const { id } = await createAccount(later(which));
    const waiting = await read(id);

    expect(waiting).toMatchObject({
      status: 'PROPAGATING',
      version: 1,
      awsAccountId: null,
      awsUserId: null,
      consoleRoleName: 'console-role',
      consoleRoleArn: null,
      credentials: null,
      credentialsRejection: null,
      viewerCanCancelPendingCredentials: { isAllowed: true, code: null },
      pendingCredentials: {
        accessKeyId: `AKIA…${which}`,
        consoleRoleName: 'console-role',
        setBy: 'First key',
        lastErrorCode: 'AWS_ACCESS_KEY_UNKNOWN',
      },
    });
    const { startedAt, nextAttemptAt, expiresAt } = waiting.pendingCredentials;
    expect(Date.parse(expiresAt) - Date.parse(startedAt)).toBe(120_000);
    expect(Date.parse(nextAttemptAt)).toBeGreaterThan(Date.parse(startedAt));
    expect(await keysOf(id)).toEqual([{ slot: 'CANDIDATE', version: 1 }]);
    const subscription = { cloudAccountId: id, name: 'Too early', region: 'us-east-1' };
    expect(await refusals(createSubscription, subscription)).toEqual(['CLOUD_ACCOUNT_NOT_ACTIVE input.cloudAccountId']);

    expect(await settled(id)).toMatchObject({
      status: 'ACTIVE',
      version: 1,
      awsUserId: `AIDASANDBOXUSERID${which}`,
      consoleRoleArn: expect.stringContaining(':role/console-role'),
      credentials: { accessKeyId: `AKIA…${which}`, version: 1 },
      credentialsRejection: null,
      viewerCanCancelPendingCredentials: { isAllowed: false, code: 'NO_PENDING_CREDENTIALS' },
    });
    expect(await keysOf(id)).toEqual([{ slot: 'CURRENT', version: 1 }]);
    expect(await eventsOf(id)).toEqual(['CLOUD_ACCOUNT_CREATED', 'CREDENTIALS_PROPAGATING', 'CREDENTIALS_PROVEN']);
    expect(await refusals(createSubscription, subscription)).toEqual([]);
    // The promoted access key is the one that can be decrypted.
    await updateAccount({ id, expectedVersion: 1, consoleRoleName: 'second-console-role' });
  });

  it('are never readable while they are tried', async () => {
    const answer = await gateway.send(createCloudAccount, { input: newAccount(nextUser(), never()) });
    const tables = ['aws_access_key', 'credential_trial', 'cloud_account', 'event'];
    const rows = await Promise.all(tables.map((table) => gateway.sql(`SELECT * FROM ${table}`)));
    const text = JSON.stringify(rows, (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    );

    expect(answer.body.data.createCloudAccount.cloudAccount.status).toBe('PROPAGATING');
    expect(answer.text + text).not.toContain(sandboxSecret);
  });

  it('are rejected when they expire: the account is in ERROR, the access key is deleted, and others fix it', async () => {
    const { id } = await createAccount(never());
    await timeIsUpFor(id);

    expect(await settled(id)).toMatchObject({
      status: 'ERROR',
      version: 1,
      credentials: null,
      credentialsRejection: {
        code: 'AWS_ACCESS_KEY_UNKNOWN',
        awsErrorCode: 'InvalidClientTokenId',
        message: 'AWS does not recognize this access key.',
        remediation: expect.stringMatching(/^Check the access key ID/),
      },
    });
    expect(await keysOf(id)).toEqual([]);
    expect((await eventsOf(id)).at(-1)).toBe('CREDENTIALS_REJECTED');

    const change = { id, expectedVersion: 1, consoleRoleName: 'second-console-role' };
    expect(await refusals(updateCloudAccount, change)).toEqual(['CLOUD_ACCOUNT_WITHOUT_CREDENTIALS input.id']);
    const { status, version } = await updateAccount({ ...change, credentials: sandboxKey('WORKS', nextUser()) });
    expect({ status, version }).toEqual({ status: 'ACTIVE', version: 2 });
    expect(await read(id)).toMatchObject({ consoleRoleName: 'second-console-role', credentialsRejection: null });
  });

  it('are rejected when another account has their user by then', async () => {
    const which = nextUser();
    const { id } = await createAccount(later(which));
    await createAccount({ which, name: `Faster ${which}` });

    expect(await settled(id)).toMatchObject({
      status: 'ERROR',
      awsUserId: null,
      credentialsRejection: { code: 'AWS_USER_ALREADY_CONNECTED', awsErrorCode: null },
    });
    expect(await keysOf(id)).toEqual([]);
  });

  it('are rejected when they lack permissions, or accepted if that was allowed', async () => {
    const withheld = async (allowMissingPermissions: boolean) => {
      const which = nextUser();
      const { id } = await createAccount({ ...later(which), allowMissingPermissions });
      gateway.aws.setUserPolicies(`AKIASANDBOXLATER${which}`, [
        { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['iam:*', 'sts:*'], Resource: '*' }] },
      ]);
      return settled(id);
    };
    const [refused, taken] = await Promise.all([withheld(false), withheld(true)]);

    expect(refused).toMatchObject({ status: 'ERROR', credentialsRejection: { code: 'MISSING_PERMISSIONS' } });
    expect(taken).toMatchObject({ status: 'MISSING_PERMISSIONS', credentialsRejection: null });
    expect(taken.credentials).not.toBeNull();
  });

  describe('of an account that has others', () => {
    it('keep those in use, and replace them when AWS recognizes them', async () => {
      const [first, second] = [nextUser(), nextUser()];
      const { id } = await createAccount({ which: first });

      const updated = await updateAccount({ id, expectedVersion: 1, name: `Renamed ${first}`, ...later(second) });
      expect(updated).toMatchObject({
        status: 'ACTIVE',
        version: 2,
        name: `Renamed ${first}`,
        credentials: { version: 1 },
      });
      expect((await read(id)).pendingCredentials.accessKeyId).toBe(`AKIA…${second}`);
      expect(await keysOf(id)).toEqual([
        { slot: 'CANDIDATE', version: 2 },
        { slot: 'CURRENT', version: 1 },
      ]);

      expect(await settled(id)).toMatchObject({
        status: 'ACTIVE',
        version: 2,
        awsUserId: `AIDASANDBOXUSERID${second}`,
        credentials: { accessKeyId: `AKIA…${second}`, version: 2 },
      });
      expect(await keysOf(id)).toEqual([{ slot: 'CURRENT', version: 2 }]);
    });

    it('keep those in use when they are rejected', async () => {
      const { id, credentials } = await createAccount();
      await updateAccount({ id, expectedVersion: 1, ...never() });
      await timeIsUpFor(id);

      expect(await settled(id)).toMatchObject({
        status: 'ACTIVE',
        version: 2,
        credentials: { version: 1, accessKeyId: credentials.accessKeyId },
        credentialsRejection: { code: 'AWS_ACCESS_KEY_UNKNOWN' },
      });
      await updateAccount({ id, expectedVersion: 2, consoleRoleName: 'second-console-role' });
    });

    it('are not accepted from another AWS account when a subscription was created in the meantime', async () => {
      const { id, awsAccountId } = await createAccount();
      await updateAccount({ id, expectedVersion: 1, ...later() });
      expect(await refusals(createSubscription, { cloudAccountId: id, name: 'x', region: 'us-east-1' })).toEqual([]);

      expect(await settled(id)).toMatchObject({
        status: 'ACTIVE',
        awsAccountId,
        credentialsRejection: { code: 'AWS_ACCOUNT_CHANGE_IN_USE' },
      });
    });

    it('are replaced by newer ones, and then have no effect', async () => {
      const [gone, newest] = [nextUser(), nextUser()];
      const { id } = await createAccount();
      await updateAccount({ id, expectedVersion: 1, ...later(gone) });
      await updateAccount({ id, expectedVersion: 2, ...later(newest) });

      expect(await settled(id)).toMatchObject({
        version: 3,
        awsUserId: `AIDASANDBOXUSERID${newest}`,
        credentials: { version: 3 },
      });
    });
  });

  describe('can be cancelled', () => {
    const cancel = async (input: object) =>
      (await gateway.ask(cancelPendingCredentials, { input })).cancelPendingCredentials;

    it('which makes an account without others ERROR', async () => {
      const { id } = await createAccount(never());

      const { cloudAccount, userErrors } = await cancel({ id, expectedVersion: 1 });

      expect(userErrors).toEqual([]);
      expect(cloudAccount).toMatchObject({
        status: 'ERROR',
        version: 2,
        pendingCredentials: null,
        credentialsRejection: null,
      });
      expect(await keysOf(id)).toEqual([]);
      expect((await eventsOf(id)).at(-1)).toBe('CREDENTIALS_CANCELLED');
    });

    it('which leaves any other account unchanged', async () => {
      const { id } = await createAccount();
      await updateAccount({ id, expectedVersion: 1, ...never() });

      const { cloudAccount } = await cancel({ id, expectedVersion: 2 });

      expect(cloudAccount).toMatchObject({ status: 'ACTIVE', version: 3, credentials: { version: 1 } });
      expect(await keysOf(id)).toEqual([{ slot: 'CURRENT', version: 1 }]);
    });

    it('unless there are none, or the account was changed, is hosted or does not exist', async () => {
      const { id } = await createAccount();
      const codes = async (input: object) => (await cancel(input)).userErrors.map(({ code }: any) => code);

      expect(await codes({ id, expectedVersion: 1 })).toEqual(['NO_PENDING_CREDENTIALS']);
      expect(await codes({ id, expectedVersion: 2 })).toEqual(['VERSION_CONFLICT']);
      expect(await codes({ id: hostedAccount, expectedVersion: 1 })).toEqual(['CLOUD_ACCOUNT_IS_HOSTED']);
      expect(await codes({ id: globalId('CloudAccount', 2_000_000), expectedVersion: 1 })).toEqual(['NOT_FOUND']);
    });
  });

  it('are deleted with their account', async () => {
    const { id } = await createAccount(never());
    await deleteAccount(id);

    expect(await keysOf(id)).toEqual([]);
    expect(await gateway.sql('SELECT * FROM credential_trial WHERE cloud_account_id = ?', [numberOf(id)])).toEqual([]);
  });

  it('are remembered for a repeated request, which shows the current account', async () => {
    const input = newAccount(nextUser(), { ...later(), idempotencyKey: 'propagating-1' });
    const create = async () => (await gateway.ask(createCloudAccount, { input })).createCloudAccount.cloudAccount;
    const { id, status } = await create();
    expect(status).toBe('PROPAGATING');
    await settled(id);

    expect(await create()).toMatchObject({ id, status: 'ACTIVE' });
    await deleteAccount(id);
    expect(await create()).toMatchObject({ id, status: 'PROPAGATING' });
  });
});

describe('a request with credentials that AWS does not recognize', () => {
  let gateway: Gateway;
  const { nextUser } = stepsWith(() => gateway);
  beforeAll(async () => (gateway = await Gateway.start({}, { pace: 0.25 })));
  afterAll(() => gateway.stop());

  it('waits five seconds at most, and answers earlier when AWS recognizes them', async () => {
    const create = async (family: string) => {
      const which = nextUser();
      const started = performance.now();
      const input = newAccount(which, { credentials: sandboxKey(family, which) });
      const { createCloudAccount: payload } = await gateway.ask(createCloudAccount, { input });
      return { status: payload.cloudAccount.status, took: performance.now() - started };
    };
    const [soon, never] = await Promise.all([create('LATER'), create('NOONE')]);

    expect(soon.status).toBe('ACTIVE');
    expect(soon.took).toBeGreaterThan(2000);
    expect(soon.took).toBeLessThan(20_000);
    expect(never.status).toBe('PROPAGATING');
    expect(never.took).toBeGreaterThan(2000); // the last pause is skipped when it would end too late
    expect(never.took).toBeLessThan(20_000); // it is tried for two minutes
  });
});
