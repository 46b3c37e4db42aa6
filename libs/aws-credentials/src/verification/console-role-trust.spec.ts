import type { Statement } from '@cloud-account-gateway/iam-policy';
import { judgeTrust } from './console-role-trust.js';

const vendor = '999900001111';
const root = `arn:aws:iam::${vendor}:root`;
const other = '222222222222';
const deletedRole = 'AROAIOSFODNN7EXAMPLE1';
const now = new Date('2026-11-29T12:00:00Z');

type Part = Statement['Condition'];
const mfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const allow = (Principal: Statement['Principal'], Condition?: Part, more: Partial<Statement> = {}): Statement => ({
  ...{ Effect: 'Allow', Principal: Principal!, Action: 'sts:AssumeRole' },
  ...(Condition && { Condition }),
  ...more,
});
const deny = (Principal: Statement['Principal'], Condition?: Part, more: Partial<Statement> = {}): Statement => ({
  ...allow(Principal, Condition, more),
  Effect: 'Deny',
});
const denyWithoutMfa = (operator: string) =>
  deny('*', { [operator]: { 'aws:MultiFactorAuthPresent': 'false' } }, { Sid: 'MfaOnly' });

const judge = (Statement: Statement | Statement[], partition = 'aws', Version: string | undefined = '2012-10-17') =>
  judgeTrust(
    {
      name: 'console',
      arn: `arn:${partition}:iam::${other}:role/console`,
      trustPolicy: JSON.stringify({ ...(Version && { Version }), Statement }),
    },
    vendor,
    now,
  );

type Row = [name: string, statements: Statement[], verdict: string, cause: string | null, says: RegExp];

/**
 * Based on the IAM user guide: policy evaluation logic, Principal, condition operators, global condition keys,
 * AssumeRole.
 */
const passed: Row[] = [
  ['the policy of iamSetup', [allow({ AWS: root }, mfa)], 'PASSED', null, /only with MFA: statement 1 \(aws:MultiFactorAuthPresent\)/],
  ['the account by its id', [allow({ AWS: vendor }, mfa)], 'PASSED', null, /statement 1/],
  ['a statement with a Sid', [allow({ AWS: root }, mfa, { Sid: 'Vendor' })], 'PASSED', null, /statement `Vendor`/],
  ['a boolean and another case', [allow({ AWS: root }, { Bool: { 'AWS:multifactorauthpresent': [true] } })], 'PASSED', null, /statement 1/],
  ['all actions of STS', [allow({ AWS: root }, mfa, { Action: ['sts:*'] })], 'PASSED', null, /statement 1/],
  ['a wildcard in the action', [allow({ AWS: root }, mfa, { Action: 'sts:AssumeRole*' })], 'PASSED', null, /statement 1/],
  ['an action in lower case', [allow({ AWS: root }, mfa, { Action: 'STS:assumerol?' })], 'PASSED', null, /statement 1/],
  ['the MFA age of the IAM user guide', [allow({ AWS: root }, { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } })], 'PASSED', null, /\(aws:MultiFactorAuthAge\)/],
  ['the MFA age as a number', [allow({ AWS: root }, { NumericLessThanEquals: { 'aws:MultiFactorAuthAge': 43200 } })], 'PASSED', null, /\(aws:MultiFactorAuthAge\)/],
  ['an MFA age that must be present', [allow({ AWS: root }, { Null: { 'aws:MultiFactorAuthAge': 'false' } })], 'PASSED', null, /\(aws:MultiFactorAuthAge\)/],
  ['a Deny of those without MFA', [allow({ AWS: root }), denyWithoutMfa('BoolIfExists')], 'PASSED', null, /statement 1/],
  ['a Deny of those without an MFA age', [allow({ AWS: root }), deny({ AWS: root }, { Null: { 'aws:MultiFactorAuthAge': 'true' } })], 'PASSED', null, /statement 1/],
  ['everybody of one account', [allow('*', { ...mfa, StringEquals: { 'aws:PrincipalAccount': vendor } })], 'PASSED', null, /aws:PrincipalAccount/],
  ['everybody whose ARN is of the account', [allow({ AWS: '*' }, { ...mfa, ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${vendor}:*` } })], 'PASSED', null, /aws:PrincipalArn/],
  ['another account beside it', [allow({ AWS: [`arn:aws:iam::${other}:root`, root] }, mfa)], 'PASSED', null, /statement 1/],
  ['a service beside it', [allow({ Service: 'ec2.amazonaws.com' }), allow({ AWS: root }, mfa)], 'PASSED', null, /statement 2/],
  ['an identity provider beside it', [allow({ AWS: root }, mfa), allow({ Federated: 'accounts.google.com' }, undefined, { Action: 'sts:AssumeRoleWithWebIdentity' })], 'PASSED', null, /statement 1/],
  ['a deleted principal beside it', [allow({ AWS: [deletedRole, root] }, mfa)], 'PASSED', null, /statement 1/],
  ['a Deny of another account', [allow({ AWS: root }, mfa), deny({ AWS: `arn:aws:iam::${other}:root` })], 'PASSED', null, /statement 1/],
  ['a Deny of another action', [allow({ AWS: root }, mfa), deny('*', undefined, { Action: 'sts:TagSession' })], 'PASSED', null, /statement 1/],
  ['a Deny of all but AssumeRole', [allow({ AWS: root }, mfa), deny('*', undefined, { Action: undefined, NotAction: 'sts:AssumeRole' })], 'PASSED', null, /statement 1/],
  ['a Deny of all but the account', [allow({ AWS: root }, mfa), deny('*', { StringNotEquals: { 'aws:PrincipalAccount': [vendor, other] } })], 'PASSED', null, /statement 1/],
  ['an expiry date in the future', [allow({ AWS: root }, { ...mfa, DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } })], 'PASSED', null, /aws:CurrentTime/],
  ['TLS required', [allow({ AWS: root }, mfa), deny('*', { Bool: { 'aws:SecureTransport': 'false' } })], 'PASSED', null, /statement 1/],
  ['an external ID, if one is sent', [allow({ AWS: root }, { ...mfa, StringEqualsIfExists: { 'sts:ExternalId': 'x' } })], 'PASSED', null, /sts:ExternalId/],
  ['session tags of certain names only', [allow({ AWS: root }, { ...mfa, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }, { Action: ['sts:AssumeRole', 'sts:TagSession'] })], 'PASSED', null, /aws:TagKeys/],
  ['a second way in that asks for an external ID', [allow({ AWS: root }, mfa), allow({ AWS: root }, { StringEquals: { 'sts:ExternalId': 'x' } })], 'PASSED', null, /statement 1/],
]; // prettier-ignore

const failed: Row[] = [
  ['a Deny of the account', [allow({ AWS: root }, mfa), deny({ AWS: root })], 'FAILED', 'EXPLICIT_DENY', /denies the AWS account 999900001111: statement 2\./],
  ['a Deny of everybody, first', [deny('*', undefined, { Sid: 'Closed' }), allow({ AWS: root }, mfa)], 'FAILED', 'EXPLICIT_DENY', /statement `Closed`/],
  ['a Deny of all but another account', [allow({ AWS: root }, mfa), deny('*', { StringNotEquals: { 'aws:PrincipalAccount': other } })], 'FAILED', 'EXPLICIT_DENY', /statement 2 \(aws:PrincipalAccount\)/],
  ['a Deny of other principals', [allow({ AWS: root }, mfa), deny(undefined, undefined, { Principal: undefined, NotPrincipal: { AWS: other } })], 'FAILED', 'EXPLICIT_DENY', /statement 2/],
  ['a Deny of all actions', [allow({ AWS: root }, mfa), deny({ AWS: vendor }, undefined, { Action: '*' })], 'FAILED', 'EXPLICIT_DENY', /statement 2/],
  ['a Deny of those with MFA', [allow({ AWS: root }, mfa), deny('*', mfa)], 'FAILED', 'EXPLICIT_DENY', /statement 2 \(aws:MultiFactorAuthPresent\)/],
  ['a condition on another account', [allow({ AWS: root }, { ...mfa, StringEquals: { 'aws:PrincipalAccount': other } })], 'FAILED', 'NOT_TRUSTED', /A condition is not met: statement 1 \(aws:PrincipalAccount\)/],
  ['everybody of another account', [allow('*', { ...mfa, StringEquals: { 'aws:PrincipalAccount': other } })], 'FAILED', 'NOT_TRUSTED', /statement 1 \(aws:PrincipalAccount\)/],
  ['a condition on ARNs of another account', [allow({ AWS: root }, { ...mfa, ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${other}:*` } })], 'FAILED', 'NOT_TRUSTED', /statement 1 \(aws:PrincipalArn\)/],
  ['another account', [allow({ AWS: `arn:aws:iam::${other}:root` }, mfa)], 'FAILED', 'NOT_TRUSTED', /No statement/],
  ['the account in another partition', [allow({ AWS: `arn:aws-cn:iam::${vendor}:root` }, mfa)], 'FAILED', 'NOT_TRUSTED', /No statement/],
  ['a service', [allow({ Service: 'ec2.amazonaws.com' })], 'FAILED', 'NOT_TRUSTED', /No statement/],
  ['another action', [allow({ AWS: root }, mfa, { Action: 'sts:TagSession' })], 'FAILED', 'NOT_TRUSTED', /No statement/],
  ['all but AssumeRole', [allow({ AWS: root }, mfa, { Action: undefined, NotAction: 'sts:Assume*' })], 'FAILED', 'NOT_TRUSTED', /No statement/],
  ['an expiry date in the past', [allow({ AWS: root }, { ...mfa, DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } })], 'FAILED', 'NOT_TRUSTED', /statement 1 \(aws:CurrentTime\)/],
  ['an MFA age that may not be present', [allow({ AWS: root }, { ...mfa, Null: { 'aws:MultiFactorAuthAge': 'true' } })], 'FAILED', 'NOT_TRUSTED', /aws:MultiFactorAuthAge/],
  ['a source identity', [allow({ AWS: root }, { ...mfa, StringLike: { 'sts:SourceIdentity': '*' } })], 'FAILED', 'NOT_TRUSTED', /statement 1 \(sts:SourceIdentity\)/],
  ['a session tag', [allow({ AWS: root }, { ...mfa, StringEquals: { 'aws:RequestTag/team': 'ops' } }, { Action: ['sts:AssumeRole', 'sts:TagSession'] })], 'FAILED', 'NOT_TRUSTED', /statement 1 \(aws:RequestTag\/team\)/],
  ['a deleted role', [allow({ AWS: deletedRole }, mfa)], 'FAILED', 'PRINCIPAL_DELETED', /no longer exists: AROAIOSFODNN7EXAMPLE1/],
  ['a deleted user beside another account', [allow({ AWS: ['AIDAIOSFODNN7EXAMPLE1', `arn:aws:iam::${other}:root`] }, mfa)], 'FAILED', 'PRINCIPAL_DELETED', /AIDAIOSFODNN7EXAMPLE1/],
  ['everybody', [allow('*', mfa)], 'FAILED', 'TRUSTS_ALL_ACCOUNTS', /every AWS account: statement 1/],
  ['everybody beside the account', [allow({ AWS: root }, mfa), allow({ AWS: ['*'] }, mfa)], 'FAILED', 'TRUSTS_ALL_ACCOUNTS', /statement 2/],
  ['everybody but one account', [allow({ AWS: root }, mfa), allow('*', { StringNotEquals: { 'aws:PrincipalAccount': other } })], 'FAILED', 'TRUSTS_ALL_ACCOUNTS', /statement 2/],
  ['an external ID', [allow({ AWS: root }, { ...mfa, StringEquals: { 'sts:ExternalId': 'x' } })], 'FAILED', 'EXTERNAL_ID', /statement 1 \(sts:ExternalId\)/],
  ['a Deny without an external ID', [allow({ AWS: root }, mfa), deny('*', { StringNotEquals: { 'sts:ExternalId': 'x' } })], 'FAILED', 'EXTERNAL_ID', /statement 2 \(sts:ExternalId\)/],
  ['everybody with an external ID', [allow('*', { ...mfa, StringEquals: { 'sts:ExternalId': 'x' } })], 'FAILED', 'EXTERNAL_ID', /statement 1 \(sts:ExternalId\)/],
  ['an external ID that must be present', [allow({ AWS: root }, { ...mfa, Null: { 'sts:ExternalId': 'false' } })], 'FAILED', 'EXTERNAL_ID', /sts:ExternalId/],
  ['no MFA', [allow({ AWS: root })], 'FAILED', 'MFA_NOT_REQUIRED', /without MFA: statement 1/],
  ['a second statement without MFA', [allow({ AWS: root }, mfa), allow({ AWS: vendor }, undefined, { Sid: 'Open' })], 'FAILED', 'MFA_NOT_REQUIRED', /statement `Open`/],
  ['MFA, if it is known', [allow({ AWS: root }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } })], 'FAILED', 'MFA_NOT_REQUIRED', /statement 1/],
  ['an MFA age, if it is known', [allow({ AWS: root }, { NumericLessThanIfExists: { 'aws:MultiFactorAuthAge': '3600' } })], 'FAILED', 'MFA_NOT_REQUIRED', /statement 1/],
  ['a Deny that long-term keys escape', [allow({ AWS: root }), denyWithoutMfa('Bool')], 'FAILED', 'MFA_NOT_REQUIRED', /statement 1/],
  ['no MFA at all', [allow({ AWS: root }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })], 'FAILED', 'MFA_NOT_REQUIRED', /statement 1/],
]; // prettier-ignore

const open: Row[] = [
  ['an address', [allow({ AWS: root }, { ...mfa, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /Whether users .* can switch .* depends .*statement 1 \(aws:SourceIp\)/],
  ['a Deny of other addresses', [allow({ AWS: root }, mfa), deny('*', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, { Sid: 'Office' })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /statement `Office` \(aws:SourceIp\)/],
  ['an organization', [allow({ AWS: '*' }, { ...mfa, StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalOrgID/],
  ['an organizational unit', [allow({ AWS: '*' }, { ...mfa, 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/*' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalOrgPaths/],
  ['a tag of the principal', [allow({ AWS: root }, { ...mfa, StringEquals: { 'aws:PrincipalTag/team': 'ops' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalTag\/team/],
  ['one user', [allow({ AWS: `arn:aws:iam::${vendor}:user/ann` }, mfa)], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalArn/],
  ['one role', [allow({ AWS: [`arn:aws:iam::${vendor}:role/people`] }, mfa)], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalArn/],
  ['one session', [allow({ AWS: `arn:aws:sts::${vendor}:assumed-role/people/ann` }, mfa)], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalArn/],
  ['a Deny of one user', [allow({ AWS: root }, mfa), deny({ AWS: `arn:aws:iam::${vendor}:user/bob` })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /statement 2 \(aws:PrincipalArn\)/],
  ['roles of one name', [allow({ AWS: root }, { ...mfa, ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${vendor}:role/ops-*` } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalArn/],
  ['a session name like the user name', [allow({ AWS: root }, { ...mfa, StringLike: { 'sts:RoleSessionName': '${aws:username}' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /sts:RoleSessionName, aws:username/],
  ['users only', [allow({ AWS: root }, { ...mfa, StringEquals: { 'aws:PrincipalType': 'User' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:PrincipalType/],
  ['a VPC', [allow({ AWS: root }, { ...mfa, StringEquals: { 'aws:SourceVpc': 'vpc-1' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:SourceVpc/],
  ['a region', [allow({ AWS: root }, { ...mfa, StringEquals: { 'aws:RequestedRegion': ['us-east-1'] } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:RequestedRegion/],
  ['a key that does not exist', [allow({ AWS: root }, { Bool: { 'aws:MfaPresent': 'true' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:MfaPresent/],
  ['two conditions', [allow({ AWS: root }, { ...mfa, IpAddress: { 'aws:SourceIp': '203.0.113.0/24' }, StringLike: { 'aws:userid': 'AROAX:*' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /aws:SourceIp, aws:userid/],
  ['no MFA from one address', [allow({ AWS: root }, mfa), allow({ AWS: root }, { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })], 'INCONCLUSIVE', 'CONDITION_UNKNOWN', /requires MFA depends .*statement 2 \(aws:SourceIp\)/],
]; // prettier-ignore

describe('a trust policy with', () => {
  it.each([...passed, ...failed, ...open])('%s', (_, statements, verdict, cause, says) => {
    const judgement = judge(statements);

    expect({ cause: null, ...judgement }).toMatchObject({ verdict, cause });
    expect(judgement.message).toMatch(says);
    expect('remediation' in judgement).toBe(verdict !== 'PASSED');
  });

  it('a certain fault fails, even if something else is unknown', () => {
    const addresses = { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } };

    expect(judge([allow({ AWS: root }, { ...mfa, ...addresses }), deny({ AWS: root })])).toMatchObject({ cause: 'EXPLICIT_DENY' });
    expect(judge([allow({ AWS: root }, { ...addresses, StringEquals: { 'aws:PrincipalAccount': other } })])).toMatchObject({ cause: 'NOT_TRUSTED' });
  }); // prettier-ignore

  it.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'])('its principal in the partition %s of the role', (partition) => {
    expect(judge(allow({ AWS: `arn:${partition}:iam::${vendor}:root` }, mfa), partition)).toMatchObject({ verdict: 'PASSED' });
  }); // prettier-ignore

  it('one statement that is not in an array', () => {
    expect(judge(allow({ AWS: root }, mfa))).toMatchObject({ verdict: 'PASSED' });
  });

  it('variables are replaced in version 2012-10-17 only', () => {
    const statement = allow({ AWS: root }, { ...mfa, StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } });

    expect(judge(statement)).toMatchObject({ verdict: 'PASSED' });
    expect(judge(statement, 'aws', '')).toMatchObject({ cause: 'NOT_TRUSTED' });
  }); // prettier-ignore
});

describe('a trust policy that cannot be evaluated', () => {
  it.each([
    ['', /is not JSON/],
    ['no JSON', /is not JSON/],
    ['null', /JSON object/],
    ['[]', /JSON object/],
    ['{}', /Statement/],
    ['{"Statement":[]}', /Statement/],
    ['{"Statement":[null,3,"x"]}', /Statement/],
    ['{"Version":"2030-01-01","Statement":{}}', /Version/],
    ['{"Statement":{"Effect":"Allow","Principal":null}}', /Action/],
    ['{"Statement":{"Effect":"Allow","Principal":null,"Action":"sts:AssumeRole"}}', /Principal/],
    ['{"Statement":{"Effect":"Allow","Principal":{"AWS":[{}]},"Action":"sts:AssumeRole"}}', /Principal/],
    ['{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringAlmost":{"a":"b"}}}}', /StringAlmost/],
    ['{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"Bool":"a"}}}', /condition keys/],
  ])('%s', (trustPolicy, fault) => {
    const judgement = judgeTrust({ name: 'console', arn: `arn:aws:iam::${other}:role/console`, trustPolicy }, vendor, now);

    expect(judgement).toMatchObject({ verdict: 'INCONCLUSIVE', cause: 'POLICY_UNREADABLE' });
    expect(judgement.message).toMatch(fault);
  }); // prettier-ignore
});
