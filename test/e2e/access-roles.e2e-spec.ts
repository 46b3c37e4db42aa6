import type { PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { CloudAccountHealthReconciler } from '#libs/cloud-accounts';
import { TrialPace } from '../../libs/cloud-accounts/src/credential-trials/trial-pace.js';
import { Gateway } from '../support/gateway.js';
import { newAccount, numberOf, sandboxAccountId, sandboxKey, sandboxRole, stepsWith } from '../support/steps.js';
import { until } from '../support/until.js';

const account = `id status version awsAccountId awsUserId awsUserArn isSandbox consoleRoleArn
  credentials { version } accessRole { roleArn externalId issuedAt lastVerifiedAt }
  pendingCredentials { accessKeyId roleArn lastErrorCode }`;
const errors = 'userErrors { __typename code path message retryable ... on CredentialsRejectedError { awsErrorCode } }';
const create = `mutation ($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { cloudAccount { ${account} } ${errors} } }`;
const update = `mutation ($input: UpdateCloudAccountInput!) { updateCloudAccount(input: $input) { cloudAccount { ${account} } ${errors} } }`;
const test = `mutation ($input: TestAwsCredentialsInput!) { testAwsCredentials(input: $input) { report { verdict roleSessionName
  checks { step verdict cause } } ${errors} } }`;
const verify = `mutation ($input: VerifyCloudAccountInput!) { verifyCloudAccount(input: $input) { report { verdict awsCallCount roleSessionName } ${errors} } }`;
const read = `query ($id: ID!) { cloudAccount(id: $id) { ${account} credentialUses(first: 1) { nodes { purpose operationId result } } } }`;
const externalIds = '{ externalIds(first: 100) { nodes { handle assignedAt cloudAccount { id } } } }';

const rolePath = ['input', 'credentials', 'awsAssumeRole', 'roleArn'];
const handlePath = ['input', 'credentials', 'awsAssumeRole', 'externalIdHandle'];
const gatewayArn = 'arn:aws:iam::900000009998:user/gateway-u1';

describe('access roles', () => {
  let gateway: Gateway;
  const { createAccount, deleteAccount, issueExternalId, nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({}, { pace: 0.01 });
    // The gateway retries a role that it cannot assume, as if it was just created: here not for long.
    Object.assign(gateway.get(TrialPace), {
      patience: 300,
      firstPause: 50,
      firstRetry: 100,
      expiresAfter: 1500,
      look: 50,
    });
  });
  afterAll(() => gateway.stop());
  afterEach(() => gateway.aws.forgetFaults());

  const asked = async (mutation: string, input: object, key?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, key))[0];
  const createWith = (which: string, credentials: object, more: object = {}, key?: string) =>
    asked(create, newAccount(which, { name: `Account ${which} ${Math.random()}`, credentials, ...more }), key);
  const done = (payload: any) => {
    expect(payload.userErrors).toEqual([]);
    return payload.cloudAccount;
  };
  const rows = async (id: string) => ({
    keys: await gateway.sql('SELECT slot FROM aws_access_key WHERE cloud_account_id = ?', [numberOf(id)]),
    roles: await gateway.sql('SELECT slot, version FROM aws_access_role WHERE cloud_account_id = ?', [numberOf(id)]),
  });
  const readAccount = async (id: string) => (await gateway.ask(read, { id })).cloudAccount;
  const handleOf = async (handle: string) =>
    (await gateway.ask(externalIds)).externalIds.nodes.find((each: any) => each.handle === handle);

  /** Account with its own access role. */
  async function roleAccount(which = nextUser()) {
    const { handle, externalId } = await issueExternalId();
    const role = sandboxRole(which, `access-role-${externalId}`, handle);
    return { which, handle, externalId, role, account: done(await createWith(which, role)) };
  }

  it('connect an account without an access key', async () => {
    const { which, externalId, handle, role, account } = await roleAccount();

    expect(account).toMatchObject({
      status: 'ACTIVE',
      awsAccountId: sandboxAccountId(which),
      awsUserId: expect.stringMatching(/^AROA/),
      awsUserArn: role.awsAssumeRole.roleArn,
      isSandbox: true,
      credentials: null,
      accessRole: {
        roleArn: role.awsAssumeRole.roleArn,
        externalId,
        issuedAt: expect.any(String),
        lastVerifiedAt: expect.any(String),
      },
      pendingCredentials: null,
    });
    expect(await rows(account.id)).toEqual({ keys: [], roles: [{ slot: 'CURRENT', version: 1 }] });
    expect(await handleOf(handle)).toMatchObject({ assignedAt: expect.any(String), cloudAccount: { id: account.id } });
  });

  it('in China are used there', async () => {
    const which = nextUser();
    const { handle, externalId } = await issueExternalId();
    const role = sandboxRole(which, `access-role-${externalId}`, handle, 'aws-cn');

    expect((await createWith(which, role)).userErrors).toMatchObject([
      { code: 'REGION_IN_ANOTHER_PARTITION', path: ['input', 'region'] },
    ]);
    expect(done(await createWith(which, role, { region: 'cn-north-1' }))).toMatchObject({
      status: 'ACTIVE',
      awsUserArn: role.awsAssumeRole.roleArn,
    });
  });

  describe('are refused, and nothing is stored,', () => {
    const count = async () =>
      (await gateway.sql('SELECT COUNT(*) AS n FROM cloud_account UNION ALL SELECT COUNT(*) FROM aws_access_role')).map(({ n }: any) => Number(n)); // prettier-ignore

    it('when the gateway can assume them with any external ID', async () => {
      const { handle } = await issueExternalId();
      const before = await count();

      const { userErrors } = await createWith('0A00', sandboxRole('0A00', 'access-role-open', handle));

      expect(userErrors).toMatchObject([
        {
          __typename: 'CredentialsRejectedError',
          code: 'AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID',
          path: rolePath,
          awsErrorCode: null,
        },
      ]);
      expect(await count()).toEqual(before);
      expect(await handleOf(handle)).toMatchObject({ assignedAt: null });
    });

    it('when AWS does not answer whether it can', async () => {
      const which = nextUser();
      const { handle, externalId } = await issueExternalId();
      const before = await count();
      gateway.aws.inject({ action: 'AssumeRole', fault: 'slow' });
      gateway.aws.inject({ action: 'AssumeRole', fault: 'hang', times: 2 });

      const { userErrors } = await createWith(which, sandboxRole(which, `access-role-${externalId}`, handle));

      expect(userErrors).toMatchObject([{ code: 'AWS_UNREACHABLE', retryable: true }]);
      expect(await count()).toEqual(before);
    });

    it("with another tenant's external ID, as with one that does not exist", async () => {
      const which = nextUser();
      const { handle, externalId } = await issueExternalId(await gateway.anotherTenant());
      const name = `access-role-${externalId}`;
      const before = await count();

      const theirs = (await createWith(which, sandboxRole(which, name, handle))).userErrors;

      expect(theirs).toMatchObject([{ code: 'NOT_FOUND', path: handlePath }]);
      expect((await createWith(which, sandboxRole(which, name, 'xid_0'))).userErrors).toEqual(theirs);
      const input = { credentials: sandboxRole(which, name, handle), consoleRoleName: 'console-role' };
      expect((await asked(test, input)).userErrors).toEqual(theirs);
      expect(await count()).toEqual(before);
    });

    it('with an external ID of another account', async () => {
      const { handle, externalId } = await roleAccount();
      const which = nextUser();
      const before = await count();

      const { userErrors } = await createWith(which, sandboxRole(which, `access-role-${externalId}`, handle));

      expect(userErrors).toMatchObject([{ code: 'EXTERNAL_ID_IN_USE', path: handlePath }]);
      expect(await count()).toEqual(before);
    });

    it('outside the sandbox, when this gateway has no identity', async () => {
      const { handle } = await issueExternalId();
      const credentials = {
        awsAssumeRole: { roleArn: 'arn:aws:iam::111122223333:role/access', externalIdHandle: handle },
      };

      const { userErrors } = await createWith(nextUser(), credentials);

      expect(userErrors).toMatchObject([{ code: 'GATEWAY_IDENTITY_MISSING', path: null }]);
    });

    it.each([
      'role',
      'arn:aws:iam::123456789012:user/x',
      'arn:aws:iam::123456789012:role/',
      'arn:aws:sts::123456789012:assumed-role/x/y',
    ])('when %s is not a role', async (roleArn) => {
      const { userErrors } = await createWith('0B00', { awsAssumeRole: { roleArn, externalIdHandle: 'x' } });

      expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: rolePath }]);
    });
  });

  it('with the same external ID for two concurrent accounts succeed for one', async () => {
    const { handle, externalId } = await issueExternalId();
    const users = [nextUser(), nextUser(), nextUser()];

    const answers = await Promise.all(
      users.map((which) => createWith(which, sandboxRole(which, `access-role-${externalId}`, handle))),
    );

    expect(answers.map(({ userErrors }) => userErrors[0]?.code ?? 'ok').sort()).toEqual([
      'EXTERNAL_ID_IN_USE',
      'EXTERNAL_ID_IN_USE',
      'ok',
    ]);
  });

  it('belong to one account of any tenant', async () => {
    const { which, externalId } = await roleAccount();
    const stranger = await gateway.anotherTenant();
    const own = await issueExternalId(stranger);
    const trust: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: gatewayArn },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': [externalId, own.externalId] } },
        },
      ],
    };
    const name = `access-role-${externalId}`;
    gateway.aws.setTrust(`AKIASANDBOXWORKS${which}`, name, trust);

    const { userErrors } = await createWith(which, sandboxRole(which, name, own.handle), {}, stranger);

    expect(userErrors).toMatchObject([{ code: 'AWS_ROLE_ALREADY_CONNECTED', path: rolePath }]);
    expect(JSON.stringify(userErrors)).not.toContain(externalId);
  });

  it('replace an access key, which is then deleted, and are replaced by one again', async () => {
    const which = nextUser();
    const { id, version } = await createAccount({ which });
    const { handle, externalId } = await issueExternalId();
    const role = sandboxRole(which, `access-role-${externalId}`, handle);

    const entered = done(await asked(update, { id, expectedVersion: version, credentials: role }));
    expect(entered).toMatchObject({ status: 'ACTIVE', credentials: null, accessRole: { externalId } });
    expect(await rows(id)).toEqual({ keys: [], roles: [{ slot: 'CURRENT', version: 2 }] });

    const again = done(await asked(update, { id, expectedVersion: entered.version, credentials: role }));
    expect(again.version).toBe(entered.version);

    const keyed = done(
      await asked(update, { id, expectedVersion: entered.version, credentials: sandboxKey('WORKS', which) }),
    );
    expect(keyed).toMatchObject({
      credentials: { version: 3 },
      accessRole: null,
      awsUserId: expect.stringMatching(/^AIDA/),
    });
    expect((await rows(id)).roles).toEqual([]);

    const other = await issueExternalId();
    const wrong = sandboxRole(which, `access-role-${other.externalId}`, other.handle);
    expect((await asked(update, { id, expectedVersion: keyed.version, credentials: wrong })).userErrors).toMatchObject([
      { code: 'EXTERNAL_ID_CHANGE_NOT_ALLOWED', path: handlePath },
    ]);
    expect(done(await asked(update, { id, expectedVersion: keyed.version, credentials: role }))).toMatchObject({
      credentials: null,
      accessRole: { externalId },
    });
  });

  it('are deleted with their account, but their external ID is never used again', async () => {
    const { account, handle, which, role } = await roleAccount();

    await deleteAccount(account.id);

    expect(await rows(account.id)).toEqual({ keys: [], roles: [] });
    expect(await handleOf(handle)).toMatchObject({ assignedAt: expect.any(String), cloudAccount: null });
    expect((await createWith(which, role)).userErrors).toMatchObject([{ code: 'EXTERNAL_ID_IN_USE' }]);
  });

  it('are verified with at most twelve calls, with the operation of the recorded use', async () => {
    const { account } = await roleAccount();
    gateway.aws.forgetCalls();

    const { report, userErrors } = await asked(verify, { id: account.id });

    expect(userErrors).toEqual([]);
    expect(report).toMatchObject({ verdict: 'PASSED', awsCallCount: gateway.aws.calls().length });
    expect(report.awsCallCount).toBeLessThanOrEqual(12);
    const { credentialUses } = await readAccount(account.id);
    expect(credentialUses.nodes).toEqual([
      { purpose: 'VERIFICATION', operationId: report.roleSessionName, result: 'DECRYPTED' },
    ]);
    const names = gateway.aws.calls().flatMap(({ requestParameters }) => requestParameters['RoleSessionName'] ?? []);
    expect(new Set(names)).toEqual(new Set([report.roleSessionName]));
  });

  it('are used to verify a changed console role', async () => {
    const { account } = await roleAccount();

    const input = { id: account.id, expectedVersion: account.version, consoleRoleName: 'second-console-role' };
    expect(done(await asked(update, input)).consoleRoleArn).toMatch(/second-console-role$/);
  });

  describe('are checked', () => {
    const longAgo = '2026-01-01 00:00:00.000';
    const healthOf = async (id: string) =>
      (await gateway.ask('query ($id: ID!) { cloudAccount(id: $id) { health { state codes lastCheckedAt } } }', { id }))
        .cloudAccount.health;
    /** Makes the next check due, a full one if `full`. Returns its calls. */
    const check = async (id: string, full: boolean) => {
      const { lastCheckedAt } = await healthOf(id);
      gateway.aws.forgetCalls();
      const due = full ? 'next_full_at = ?, next_attempt_at = ?' : 'next_attempt_at = ?';
      const moments = full ? [longAgo, longAgo] : [longAgo];
      await gateway.sql(`UPDATE cloud_account_health SET ${due} WHERE cloud_account_id = ?`, [
        ...moments,
        numberOf(id),
      ]);
      gateway.get(CloudAccountHealthReconciler).nudge();
      await until('the check is over', async () => (await healthOf(id)).lastCheckedAt !== lastCheckedAt);
      return gateway.aws.calls().map(({ action }) => action);
    };
    const trust = (which: string, name: string, Condition?: Record<string, Record<string, string>>) =>
      gateway.aws.setTrust(`AKIASANDBOXWORKS${which}`, name, {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: gatewayArn },
            Action: 'sts:AssumeRole',
            ...(Condition && { Condition }),
          },
        ],
      });

    it('with two calls each hour', async () => {
      const { account } = await roleAccount();

      expect(await check(account.id, false)).toEqual(['AssumeRole', 'GetRole']);
      expect(await healthOf(account.id)).toMatchObject({ state: 'HEALTHY', codes: [] });
    });

    it('each day with wrong external IDs as well: an opened role is DEGRADED until it is fixed', async () => {
      const { account, which, externalId } = await roleAccount();
      const name = `access-role-${externalId}`;
      trust(which, name);

      expect((await check(account.id, true)).length).toBeLessThanOrEqual(12);
      await check(account.id, true);
      expect(await healthOf(account.id)).toMatchObject({
        state: 'DEGRADED',
        codes: ['AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID'],
      });

      trust(which, name, { StringEquals: { 'sts:ExternalId': externalId } });
      await check(account.id, true);
      expect(await healthOf(account.id)).toMatchObject({ state: 'HEALTHY', codes: [] });
    });

    it('and are BROKEN when the gateway can no longer assume them', async () => {
      const { account, which, externalId } = await roleAccount();
      trust(which, `access-role-${externalId}`, { StringEquals: { 'sts:ExternalId': 'another' } });

      await check(account.id, false);
      await check(account.id, false);

      expect(await healthOf(account.id)).toMatchObject({ state: 'BROKEN', codes: ['AWS_ACCESS_ROLE_DENIED'] });
    });
  });

  describe('that were just created', () => {
    const opening = (which: string, name: string, externalId: string) =>
      gateway.aws.setTrust(`AKIASANDBOXWORKS${which}`, name, {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: gatewayArn },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'sts:ExternalId': externalId } },
          },
        ],
      });

    it('are tried until AWS recognizes them', async () => {
      const which = nextUser();
      const { handle, externalId } = await issueExternalId();
      const role = sandboxRole(which, 'fresh', handle);

      const waiting = done(await createWith(which, role));
      expect(waiting).toMatchObject({
        status: 'PROPAGATING',
        awsAccountId: null,
        accessRole: null,
        pendingCredentials: {
          accessKeyId: null,
          roleArn: role.awsAssumeRole.roleArn,
          lastErrorCode: 'AWS_ACCESS_ROLE_DENIED',
        },
      });
      opening(which, 'fresh', externalId);

      await until('the account is ACTIVE', async () => (await readAccount(waiting.id)).status === 'ACTIVE');
      expect(await readAccount(waiting.id)).toMatchObject({ accessRole: { externalId }, pendingCredentials: null });
      expect(await rows(waiting.id)).toMatchObject({ keys: [], roles: [{ slot: 'CURRENT' }] });
    });

    it('replace an access key when AWS recognizes them, and the access key is in use until then', async () => {
      const which = nextUser();
      const { id, version } = await createAccount({ which });
      const { handle, externalId } = await issueExternalId();

      const waiting = done(
        await asked(update, { id, expectedVersion: version, credentials: sandboxRole(which, 'fresh', handle) }),
      );
      expect(waiting).toMatchObject({ status: 'ACTIVE', credentials: { version: 1 }, accessRole: null });
      opening(which, 'fresh', externalId);

      await until('the role is used', async () => (await readAccount(id)).accessRole !== null);
      expect(await rows(id)).toMatchObject({ keys: [], roles: [{ slot: 'CURRENT' }] });
    });

    it('and can never be assumed end in ERROR', async () => {
      const which = nextUser();
      const { handle } = await issueExternalId();

      const { id } = done(await createWith(which, sandboxRole(which, 'never', handle)));

      await until('the account is in ERROR', async () => (await readAccount(id)).status === 'ERROR');
      expect(await rows(id)).toEqual({ keys: [], roles: [] });
      expect(await handleOf(handle)).toMatchObject({ cloudAccount: { id } });
    });
  });
});
