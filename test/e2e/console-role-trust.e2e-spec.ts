import { sandboxVendorAccountId as vendor, type VerificationReport } from '#libs/aws-credentials';
import type { PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { Gateway } from '../support/gateway.js';
import { createCloudAccount, newAccount, sandboxKey, stepsWith } from '../support/steps.js';

const testAwsCredentials = `mutation ($input: TestAwsCredentialsInput!) {
  testAwsCredentials(input: $input) { report { verdict checks { step group verdict cause message remediation } } userErrors { code } }
}`;

const root = `arn:aws:iam::${vendor}:root`;
const other = '222222222222';
const mfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const allow = (AWS: string, Condition: object = mfa, Action = 'sts:AssumeRole') => ({
  ...{ Effect: 'Allow', Principal: AWS === '*' ? AWS : { AWS }, Action, Condition },
});
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement }) as PolicyDocument;

type Row = [name: string, trust: PolicyDocument, cause: string | null, says: string];

const passing: Row[] = [
  ['an MFA age', policy(allow(root, { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } })), null, 'statement 1'],
  ['an MFA age that is present', policy(allow(root, { Null: { 'aws:MultiFactorAuthAge': 'false' } })), null, 'statement 1'],
  ['a wildcard in the action', policy(allow(root, mfa, 'sts:AssumeRole*')), null, 'statement 1'],
  ['everybody of one account', policy(allow('*', { ...mfa, StringEquals: { 'aws:PrincipalAccount': vendor } })), null, 'aws:PrincipalAccount'],
]; // prettier-ignore
const failing: Row[] = [
  ['a Deny', policy(allow(root), { Effect: 'Deny', Principal: { AWS: root }, Action: 'sts:AssumeRole', Sid: 'Closed' }), 'EXPLICIT_DENY', 'statement `Closed`'],
  ['a condition on another account', policy(allow(root, { ...mfa, StringEquals: { 'aws:PrincipalAccount': other } })), 'NOT_TRUSTED', 'statement 1 (aws:PrincipalAccount)'],
  ['a deleted role', policy(allow('AROAIOSFODNN7EXAMPLE1')), 'PRINCIPAL_DELETED', 'no longer exists: AROAIOSFODNN7EXAMPLE1'],
  ['MFA that long-term keys escape', policy(allow(root, { BoolIfExists: mfa.Bool })), 'MFA_NOT_REQUIRED', 'statement 1'],
]; // prettier-ignore
const open: Row[] = [
  ['an address', policy(allow(root, { ...mfa, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })), 'CONDITION_UNKNOWN', 'statement 1 (aws:SourceIp)'],
  ['one role', policy(allow(`arn:aws:iam::${vendor}:role/people`)), 'CONDITION_UNKNOWN', 'statement 1 (aws:PrincipalArn)'],
]; // prettier-ignore

describe('a console role whose trust policy has', () => {
  let gateway: Gateway;
  const { nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(() => gateway.stop());

  /** Sandbox account whose console role has this trust policy. */
  function accountTrusting(trust: PolicyDocument): string {
    const which = nextUser();
    gateway.aws.setTrust(sandboxKey('WORKS', which).awsAccessKey.accessKeyId, 'people', trust);
    return which;
  }

  it.each([
    ...passing.map((row) => ['PASSED', ...row] as const),
    ...failing.map((row) => ['FAILED', ...row] as const),
    ...open.map((row) => ['INCONCLUSIVE', ...row] as const),
  ])('%s: %s', async (verdict, _, trust, cause, says) => {
    const input = { credentials: sandboxKey('WORKS', accountTrusting(trust)), consoleRoleName: 'people' };
    const { testAwsCredentials: payload } = await gateway.ask(testAwsCredentials, { input });
    const { checks, verdict: ofAll } = payload.report as VerificationReport;

    const check = checks.find(({ step }) => step === 'CONSOLE_ROLE_TRUST')!;
    expect(check).toMatchObject({ verdict, cause });
    expect(check.message).toContain(says);
    expect(check.remediation === null).toBe(verdict === 'PASSED');
    // Permissions are checked with any trust policy.
    const permissions = checks.filter(({ step }) => step === 'PERMISSIONS').map((one) => one.verdict);
    expect(permissions).toContain('PASSED');
    expect(ofAll).toBe(verdict);
  });

  it.each(open)('%s, which it depends on, becomes an active account', async (_, trust) => {
    const input = newAccount(accountTrusting(trust), { consoleRoleName: 'people' });
    const { createCloudAccount: payload } = await gateway.ask(createCloudAccount, { input });

    expect(payload.userErrors).toEqual([]);
    expect(payload.cloudAccount.status).toBe('ACTIVE');
  });

  it.each(failing)(
    '%s, which excludes staff or allows others, is refused with the name',
    async (_, trust, cause, says) => {
      const input = newAccount(accountTrusting(trust), { consoleRoleName: 'people' });
      const { createCloudAccount: payload } = await gateway.ask(createCloudAccount, { input });

      const code = cause === 'MFA_NOT_REQUIRED' ? 'AWS_ROLE_WITHOUT_MFA' : 'AWS_ROLE_TRUSTS_OTHERS';
      expect(payload.userErrors).toMatchObject([{ code, path: ['input', 'consoleRoleName'] }]);
      expect(payload.userErrors[0].message).toContain(says);
    },
  );
});
