import { CloudAccountHealthReconciler, TrialPace } from '#libs/cloud-accounts';
import { Gateway } from '../support/gateway.js';
import {
  createCloudAccount,
  newAccount,
  numberOf,
  quickAccount,
  sandboxAccountId,
  sandboxKey,
  sandboxRole,
  stepsWith,
  updateCloudAccount,
} from '../support/steps.js';
import { until } from '../support/until.js';

const longAgo = '2026-01-01 00:00:00.000';
const unexpected = { code: 'AWS_ACCOUNT_UNEXPECTED', path: ['input', 'expectedAwsAccountId'] };

describe('the identity of credentials', () => {
  let gateway: Gateway;
  const { createAccount, createQuickAccount, issueExternalId, nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({}, { pace: 0.2 });
    Object.assign(gateway.get(TrialPace), { patience: 300, firstRetry: 300 });
  });
  afterAll(() => gateway.stop());

  const read = async (id: string, fields: string) =>
    (await gateway.ask(`query ($id: ID!) { cloudAccount(id: $id) { ${fields} } }`, { id })).cloudAccount;

  describe('is compared with the expected AWS account', () => {
    const elsewhere = '123456789012';
    const create = async (input: object) => (await gateway.ask(createCloudAccount, { input })).createCloudAccount;
    const update = async (id: string, input: object) => {
      const { version: expectedVersion } = await read(id, 'version');
      const answer = await gateway.ask(updateCloudAccount, { input: { id, expectedVersion, ...input } });
      return answer.updateCloudAccount;
    };

    it('when an account is created', async () => {
      const which = nextUser();
      const { userErrors } = await create(quickAccount(which, { expectedAwsAccountId: elsewhere }));
      expect(userErrors).toMatchObject([unexpected]);
      expect(userErrors[0].message).toContain(elsewhere);
      expect(userErrors[0].message).toContain(sandboxAccountId(which));

      const fine = await create(quickAccount(which, { expectedAwsAccountId: sandboxAccountId(which) }));
      expect(fine.userErrors).toEqual([]);
    });

    it('when an account is created with a role, without a call to AWS', async () => {
      const { handle, externalId } = await issueExternalId();
      const which = nextUser();
      const credentials = sandboxRole(which, `access-role-${externalId}`, handle);
      const { userErrors } = await create(newAccount(which, { credentials, expectedAwsAccountId: elsewhere }));
      expect(userErrors).toMatchObject([unexpected]);
    });

    it('when AWS recognizes the access key later', async () => {
      const [wrong, right] = [nextUser(), nextUser()];
      const later = (which: string, expectedAwsAccountId: string) =>
        createAccount({ which, credentials: sandboxKey('LATER', which), expectedAwsAccountId });
      const ids = [(await later(wrong, elsewhere)).id, (await later(right, sandboxAccountId(right))).id];
      const state = 'status credentialsRejection { code }';
      for (const id of ids)
        await until('it is not PROPAGATING', async () => (await read(id, state)).status !== 'PROPAGATING');

      expect(await read(ids[0], state)).toEqual({
        status: 'ERROR',
        credentialsRejection: { code: 'AWS_ACCOUNT_UNEXPECTED' },
      });
      expect(await read(ids[1], state)).toEqual({ status: 'ACTIVE', credentialsRejection: null });
    });

    it('when an account is updated, with new or current credentials', async () => {
      const [which, other] = [nextUser(), nextUser()];
      const { id } = await createQuickAccount({ credentials: sandboxKey('NSIMU', which) });
      const credentials = sandboxKey('NSIMU', other);

      const own = { expectedAwsAccountId: sandboxAccountId(which) };
      expect((await update(id, { ...own, credentials })).userErrors).toMatchObject([unexpected]);
      expect((await update(id, { expectedAwsAccountId: elsewhere, name: 'X' })).userErrors).toMatchObject([unexpected]);
      expect(await read(id, 'version awsAccountId')).toEqual({ version: 1, awsAccountId: sandboxAccountId(which) });
      expect((await update(id, { ...own, name: `Expected ${which}` })).userErrors).toEqual([]);
      const moved = await update(id, { credentials, expectedAwsAccountId: sandboxAccountId(other) });
      expect(moved.userErrors).toEqual([]);
    });

    it('when credentials are tested', async () => {
      const which = nextUser();
      const mutation = `mutation ($input: TestAwsCredentialsInput!) {
        testAwsCredentials(input: $input) { report { verdict awsCallCount checks { step verdict cause remediation } } userErrors { code } } }`;
      const credentials = sandboxKey('NSIMU', which);
      const input = { credentials, consoleRoleName: 'console-role', expectedAwsAccountId: elsewhere };
      const { report } = (await gateway.ask(mutation, { input })).testAwsCredentials;

      expect(report).toMatchObject({ verdict: 'FAILED', awsCallCount: 1 });
      expect(report.checks.find(({ verdict }: any) => verdict === 'FAILED')).toMatchObject({
        step: 'IDENTITY',
        cause: 'ACCOUNT_UNEXPECTED',
        remediation: expect.stringContaining('expectedAwsAccountId'),
      });
    });

    it('and must have 12 digits', async () => {
      const { userErrors } = await create(quickAccount(nextUser(), { expectedAwsAccountId: '12345' }));
      expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'expectedAwsAccountId'] }]);
    });
  });

  describe('is the current name of the user', () => {
    /** Sets another name or another ID of the user, as of the creation of the account. */
    const wasOnce = (id: string, column: 'aws_user_arn' | 'aws_user_id', value: string) =>
      gateway.sql(`UPDATE cloud_account SET ${column} = ? WHERE id = ?`, [value, numberOf(id)]);
    const arn = async (id: string) => (await read(id, 'awsUserArn version')).awsUserArn;
    const waysToVerify: Record<string, (id: string) => Promise<unknown>> = {
      verifyCloudAccount: (id) =>
        gateway.ask(
          'mutation ($input: VerifyCloudAccountInput!) { verifyCloudAccount(input: $input) { userErrors { code } } }',
          { input: { id } },
        ),
      'the hourly check': async (id) => {
        const due = 'UPDATE cloud_account_health SET next_attempt_at = ? WHERE cloud_account_id = ?';
        await gateway.sql(due, [longAgo, numberOf(id)]);
        gateway.get(CloudAccountHealthReconciler).nudge();
        const isOver =
          'SELECT 1 FROM cloud_account_health WHERE cloud_account_id = ? AND lease_owner IS NULL AND next_attempt_at > ?';
        await until('the check is over', async () => (await gateway.sql(isOver, [numberOf(id), longAgo])).length > 0);
      },
    };

    it.each(Object.keys(waysToVerify))('after %s', async (way) => {
      const { id, awsUserArn, version } = await createQuickAccount();
      await wasOnce(id, 'aws_user_arn', 'arn:aws:iam::900000000001:user/old-name');
      await waysToVerify[way]!(id);

      expect(await arn(id)).toBe(awsUserArn);
      expect((await read(id, 'version')).version).toBe(version);
      const preview = `query ($id: ID!) { cloudAccountDeletionPreview(id: $id) { remainingInAws { commands } } }`;
      const answer = JSON.stringify(await gateway.ask(preview, { id }));
      expect(answer).toContain(awsUserArn.split('/').at(-1));
      expect(answer).not.toContain('old-name');
    });

    it.each(Object.keys(waysToVerify))('is not the name of another user, after %s', async (way) => {
      const { id } = await createQuickAccount();
      await wasOnce(id, 'aws_user_arn', 'arn:aws:iam::900000000001:user/old-name');
      await wasOnce(id, 'aws_user_id', `AIDAANOTHER${numberOf(id)}`);
      await waysToVerify[way]!(id);

      expect(await arn(id)).toBe('arn:aws:iam::900000000001:user/old-name');
    });
  });
});
