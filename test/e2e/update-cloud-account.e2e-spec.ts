import { jest } from '@jest/globals';
import { AwsIam } from '#libs/aws-credentials';
import { Gateway } from '../support/gateway.js';
import {
  hostedAccount,
  numberOf,
  sandboxKey,
  sandboxRole,
  stepsWith,
  suffix,
  updateCloudAccount,
} from '../support/steps.js';

describe('updateCloudAccount', () => {
  let gateway: Gateway;
  const steps = stepsWith(() => gateway);
  const { createAccount, createSubscription, deleteAccount, endSubscription } = steps;
  const { nextUser, readAccount, refusals, updateAccount } = steps;

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  /** Everything about the account, including its stored access key. */
  const everythingOf = async (id: string) => ({
    account: await gateway.sql('SELECT * FROM cloud_account WHERE id = ?', [numberOf(id)]),
    keys: await gateway.sql('SELECT * FROM aws_access_key WHERE cloud_account_id = ?', [numberOf(id)]),
  });

  describe('renames', () => {
    it('the account, and changes nothing else', async () => {
      const account = await createAccount();

      const renamed = await updateAccount({ id: account.id, expectedVersion: 1, name: ' Renamed ' });

      expect(renamed).toMatchObject({ name: 'Renamed', version: 2, createdAt: account.createdAt });
      expect(renamed.credentials).toEqual({
        accessKeyId: account.credentials.accessKeyId,
        version: 1,
        fingerprint: account.credentials.fingerprint,
      });
      expect(await readAccount(account.id)).toEqual(renamed);
    });

    it('to the same name in another case', async () => {
      const { id } = await createAccount({ name: 'Case' });

      expect((await updateAccount({ id, expectedVersion: 1, name: 'CASE' })).name).toBe('CASE');
    });

    it('not to an existing name in any case', async () => {
      await createAccount({ name: 'In use' });
      const { id } = await createAccount();
      const before = await everythingOf(id);

      expect(await refusals(updateCloudAccount, { id, expectedVersion: 1, name: 'IN USE' })).toEqual([
        'CLOUD_ACCOUNT_NAME_TAKEN input.name',
      ]);
      expect(await everythingOf(id)).toEqual(before);
    });

    it('not to an invalid name', async () => {
      const { id } = await createAccount();

      expect(await refusals(updateCloudAccount, { id, expectedVersion: 1, name: '  ' })).toEqual([
        'INVALID_INPUT input.name',
      ]);
    });
  });

  describe('replaces the access key', () => {
    it("by the user's other key", async () => {
      const which = nextUser();
      const account = await createAccount({ which });

      const updated = await updateAccount({
        id: account.id,
        expectedVersion: 1,
        credentials: sandboxKey('AGAIN', which),
      });

      expect(updated).toMatchObject({ version: 2, awsUserId: account.awsUserId, credentials: { version: 2 } });
      expect(updated.credentials.fingerprint).not.toBe(account.credentials.fingerprint);
    });

    it('and back, with the first fingerprint again', async () => {
      const which = nextUser();
      const { id, credentials } = await createAccount({ which });
      await updateAccount({ id, expectedVersion: 1, credentials: sandboxKey('AGAIN', which) });

      const back = await updateAccount({ id, expectedVersion: 2, credentials: sandboxKey('WORKS', which) });

      expect(back.credentials).toEqual({ ...pick(credentials), version: 3 });
    });

    it('with that of another user of the same AWS account, even with an active subscription', async () => {
      const { id, awsAccountId } = await createAccount({ which: suffix(901, 1) });
      await createSubscription(id);

      const updated = await updateAccount({
        id,
        expectedVersion: 1,
        credentials: sandboxKey('WORKS', suffix(901, 2)),
      });

      expect(updated).toMatchObject({ awsAccountId, awsUserArn: `arn:aws:iam::${awsAccountId}:user/gateway-02` });
    });

    it('with that of another AWS account while no subscription is active', async () => {
      const account = await createAccount();
      const updated = await updateAccount({
        id: account.id,
        expectedVersion: 1,
        credentials: sandboxKey('WORKS', nextUser()),
      });

      expect(updated.awsAccountId).not.toBe(account.awsAccountId);
      expect(updated.consoleRoleArn).toContain(updated.awsAccountId);
    });

    it('not with that of another AWS account while a subscription is active, but after it has ended', async () => {
      const { id } = await createAccount();
      const subscription = await createSubscription(id);
      const change = { id, expectedVersion: 1, credentials: sandboxKey('WORKS', nextUser()) };
      const before = await everythingOf(id);

      expect(await refusals(updateCloudAccount, change)).toEqual(['AWS_ACCOUNT_CHANGE_IN_USE input.credentials']);
      expect(await everythingOf(id)).toEqual(before);

      await endSubscription(subscription.id);
      expect((await updateAccount(change)).version).toBe(2);
    });

    it('not with that of a user that is connected elsewhere', async () => {
      const which = nextUser();
      await createAccount({ which });
      const { id } = await createAccount();
      const before = await everythingOf(id);

      expect(
        await refusals(updateCloudAccount, { id, expectedVersion: 1, credentials: sandboxKey('AGAIN', which) }),
      ).toEqual(['AWS_USER_ALREADY_CONNECTED input.credentials']);
      expect(await everythingOf(id)).toEqual(before);
    });

    it('and frees the previous user of the account', async () => {
      const which = nextUser();
      const { id } = await createAccount({ which });
      await updateAccount({ id, expectedVersion: 1, credentials: sandboxKey('WORKS', nextUser()) });

      expect((await createAccount({ which, name: 'Heir' })).awsUserId).toBe(`AIDASANDBOXUSERID${which}`);
    });
  });

  describe('keeps the old credentials, which still work, when the new ones', () => {
    it.each([
      ['are refused by AWS', sandboxKey('WRONG', 'A2U1'), 'AWS_SECRET_ACCESS_KEY_WRONG'],
      ["are the root user's", sandboxKey('ROOTS', 'A2U1'), 'AWS_ROOT_ACCESS_KEY'],
      ['have no console role', sandboxKey('NROLE', 'A2U1'), 'AWS_ROLE_NOT_FOUND'],
      ['cannot be proven in time', sandboxKey('HANGS', 'A2U1'), 'AWS_UNREACHABLE'],
      ['are no credentials', { awsAccessKey: { accessKeyId: 'x', secretAccessKey: 'y'.repeat(40) } }, 'INVALID_INPUT'],
    ])('%s', async (_, credentials, code) => {
      const { id } = await createAccount();
      const before = await everythingOf(id);

      const [refusal] = await refusals(updateCloudAccount, { id, expectedVersion: 1, name: 'Not this', credentials });

      expect(refusal).toMatch(new RegExp(`^${code}( |$)`));
      expect(await everythingOf(id)).toEqual(before);
      // Without a new access key, the stored one is decrypted and sent to AWS.
      expect(
        (await updateAccount({ id, expectedVersion: 1, consoleRoleName: 'second-console-role' })).credentials.version,
      ).toBe(1);
    });
  });

  describe('replaces the console role alone', () => {
    it('and verifies it with the stored access key', async () => {
      const account = await createAccount();

      const updated = await updateAccount({
        id: account.id,
        expectedVersion: 1,
        consoleRoleName: 'second-console-role',
      });

      expect(updated).toMatchObject({
        consoleRoleName: 'second-console-role',
        consoleRoleArn: `arn:aws:iam::${account.awsAccountId}:role/second-console-role`,
        version: 2,
        credentials: { version: 1, fingerprint: account.credentials.fingerprint },
      });
    });

    it('unless AWS has no such role: then nothing changes', async () => {
      const { id } = await createAccount();
      const before = await everythingOf(id);

      expect(await refusals(updateCloudAccount, { id, expectedVersion: 1, consoleRoleName: 'third-role' })).toEqual([
        'AWS_ROLE_NOT_FOUND input.consoleRoleName',
      ]);
      expect(await everythingOf(id)).toEqual(before);
    });
  });

  describe('increments the version', () => {
    it('once for a change of everything', async () => {
      const { id } = await createAccount();

      const updated = await updateAccount({
        id,
        expectedVersion: 1,
        name: 'All new',
        credentials: sandboxKey('WORKS', nextUser()),
        consoleRoleName: 'second-console-role',
      });

      expect(updated).toMatchObject({ name: 'All new', consoleRoleName: 'second-console-role', version: 2 });
      expect(updated.credentials.version).toBe(2);
    });

    it('not for the stored access key, without a call to AWS', async () => {
      const which = nextUser();
      const account = await createAccount({ which });
      const before = await everythingOf(account.id);
      const identityOf = jest.spyOn(gateway.get(AwsIam), 'identityOf');
      const same = { id: account.id, expectedVersion: 1, credentials: sandboxKey('WORKS', which) };

      expect(await updateAccount(same)).toMatchObject({ version: 1, updatedAt: account.updatedAt });
      const { name, consoleRoleName } = account;
      expect(await updateAccount({ ...same, name, consoleRoleName })).toMatchObject({ version: 1 });
      expect(await everythingOf(account.id)).toEqual(before);

      // Another change does not affect the access key.
      const renamed = await updateAccount({ ...same, name: 'Renamed beside its key' });
      expect(renamed).toMatchObject({ version: 2, credentials: { version: 1 } });
      expect(identityOf).not.toHaveBeenCalled();

      await updateAccount({ ...same, expectedVersion: 2, credentials: sandboxKey('AGAIN', which) });
      expect(identityOf).toHaveBeenCalledTimes(1);
      identityOf.mockRestore();
    });

    it('and refuses a wrong version even if nothing would change', async () => {
      const which = nextUser();
      const { id } = await createAccount({ which });

      const same = { id, expectedVersion: 7, credentials: sandboxKey('WORKS', which) };
      expect(await refusals(updateCloudAccount, same)).toEqual(['VERSION_CONFLICT input.expectedVersion']);
    });

    it('not when no field is given', async () => {
      const account = await createAccount();

      const same = await updateAccount({ id: account.id, expectedVersion: 1 });

      expect(same).toMatchObject({ version: 1, updatedAt: account.updatedAt });
    });

    it('not when fields that cannot be cleared are null, and names all of them', async () => {
      const { id } = await createAccount();
      const change = { id, expectedVersion: 1, name: null, credentials: null, consoleRoleName: null };
      const before = await everythingOf(id);

      expect((await refusals(updateCloudAccount, change)).sort()).toEqual([
        'INVALID_INPUT input.consoleRoleName',
        'INVALID_INPUT input.credentials',
        'INVALID_INPUT input.name',
      ]);
      expect(await everythingOf(id)).toEqual(before);
    });

    it('and refuses a change from an outdated version, with the current one', async () => {
      const { id } = await createAccount();
      await updateAccount({ id, expectedVersion: 1, name: 'First' });

      const { updateCloudAccount: payload } = await gateway.ask(
        `mutation ($input: UpdateCloudAccountInput!) { updateCloudAccount(input: $input) {
          cloudAccount { id } userErrors { __typename code path ... on VersionConflictError { currentVersion } } } }`,
        { input: { id, expectedVersion: 1, name: 'Second' } },
      );

      expect(payload).toEqual({
        cloudAccount: null,
        userErrors: [
          {
            __typename: 'VersionConflictError',
            code: 'VERSION_CONFLICT',
            path: ['input', 'expectedVersion'],
            currentVersion: 2,
          },
        ],
      });
      expect((await readAccount(id)).name).toBe('First');
    });

    it.each([
      ['rename it', () => ({})],
      ['replace its key', () => ({ credentials: sandboxKey('WORKS', nextUser()) })],
    ])('so that exactly one of ten concurrent callers who %s succeeds', async (_, change) => {
      const { id } = await createAccount();

      const all = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          refusals(updateCloudAccount, { id, expectedVersion: 1, name: `Writer ${i} of ${id}`, ...change() }),
        ),
      );

      expect(all.filter((refused) => refused.length === 0)).toHaveLength(1);
      expect(all.flat()).toEqual(Array(9).fill('VERSION_CONFLICT input.expectedVersion'));
      const winner = all.findIndex((refused) => refused.length === 0);
      expect(await readAccount(id)).toMatchObject({ version: 2, name: `Writer ${winner} of ${id}` });
    });
  });

  describe('moves the account to another region', () => {
    it('when its credentials are accepted there', async () => {
      const { id } = await createAccount();

      const moved = await updateAccount({ id, expectedVersion: 1, region: 'eu-west-1' });
      expect(moved).toMatchObject({ region: 'eu-west-1', version: 2 });
      expect(moved.awsUserArn).toMatch(/^arn:aws:/);
      const inChina = await updateAccount({ id, expectedVersion: 2, region: 'cn-north-1' });
      expect(inChina).toMatchObject({ region: 'cn-north-1', version: 3 });
      expect(inChina.awsUserArn).toMatch(/^arn:aws-cn:/);
      expect(inChina.consoleRoleArn).toMatch(/^arn:aws-cn:/);
    });

    it('together with its credentials', async () => {
      const { id } = await createAccount();
      const credentials = sandboxKey('WORKS', nextUser());

      const moved = await updateAccount({ id, expectedVersion: 1, region: 'us-gov-west-1', credentials });
      expect(moved).toMatchObject({ region: 'us-gov-west-1', credentials: { version: 2 } });
      expect(moved.awsUserArn).toMatch(/^arn:aws-us-gov:/);
    });

    it('only while nothing is built there', async () => {
      const { id } = await createAccount();
      const subscription = await createSubscription(id);
      const before = await everythingOf(id);
      const change = { id, expectedVersion: 1, region: 'eu-west-1' };

      expect(await refusals(updateCloudAccount, change)).toEqual(['REGION_CHANGE_IN_USE input.region']);
      expect(await everythingOf(id)).toEqual(before);
      // The current region of the account is no change.
      expect(await refusals(updateCloudAccount, { ...change, region: 'us-east-1', name: `Same ${id}` })).toEqual([]);
      await endSubscription(subscription.id);
      expect(await refusals(updateCloudAccount, { ...change, expectedVersion: 2 })).toEqual([]);
    });

    it('that exists', async () => {
      const { id } = await createAccount();

      expect(await refusals(updateCloudAccount, { id, expectedVersion: 1, region: 'nowhere-1' })).toEqual([
        'UNKNOWN_REGION input.region',
      ]);
    });

    it('of the partition of its access role', async () => {
      const { handle, externalId } = await steps.issueExternalId();
      const which = nextUser();
      const credentials = sandboxRole(which, `access-role-${externalId}`, handle);
      const { id } = await createAccount({ which, credentials });

      expect(await refusals(updateCloudAccount, { id, expectedVersion: 1, region: 'cn-north-1' })).toEqual([
        'REGION_IN_ANOTHER_PARTITION input.region',
      ]);
      expect(await updateAccount({ id, expectedVersion: 1, region: 'eu-west-1' })).toMatchObject({ version: 2 });
    });
  });

  it('is refused for the hosted account', async () => {
    expect(await refusals(updateCloudAccount, { id: hostedAccount, expectedVersion: 1, name: 'Mine' })).toEqual([
      'CLOUD_ACCOUNT_IS_HOSTED input.id',
    ]);
  });

  it('is refused for an account that was deleted in the meantime', async () => {
    const { id } = await createAccount();
    // The account is deleted before, during or after the change, but never half of each.
    const change = { id, expectedVersion: 1, credentials: sandboxKey('WORKS', nextUser()) };
    const [refused] = await Promise.all([refusals(updateCloudAccount, change), deleteAccount(id).catch(() => null)]);

    expect([[], ['NOT_FOUND input.id']]).toContainEqual(refused);
    expect(await refusals(updateCloudAccount, { ...change, expectedVersion: 2 })).toEqual(['NOT_FOUND input.id']);
  });
});

const pick = ({ accessKeyId, fingerprint }: any) => ({ accessKeyId, fingerprint });
