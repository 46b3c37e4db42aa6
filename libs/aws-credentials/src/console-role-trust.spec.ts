import { faultInTrust } from './console-role-trust.js';

const vendor = '111122223333';
const root = `arn:aws:iam::${vendor}:root`;
const withMfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const allow = (Principal: unknown, Condition?: object, Action: unknown = 'sts:AssumeRole') => ({
  Effect: 'Allow',
  Principal,
  Action,
  ...(Condition && { Condition }),
});
const denyWithoutMfa = {
  Effect: 'Deny',
  Principal: '*',
  Action: 'sts:AssumeRole',
  Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
};
const fault = (...Statement: object[]) => faultInTrust(JSON.stringify({ Version: '2012-10-17', Statement }), vendor);

describe("the trust policy of a console role lets the vendor's people in, with MFA,", () => {
  it.each([
    ['when it names the account', allow({ AWS: root }, withMfa)],
    ['when it names the account by its number', allow({ AWS: vendor }, withMfa)],
    ['in another partition', allow({ AWS: `arn:aws-us-gov:iam::${vendor}:root` }, withMfa)],
    ['when it names one of its roles', allow({ AWS: [`arn:aws:iam::${vendor}:role/people`] }, withMfa)],
    ['when it allows all of STS', allow({ AWS: root }, withMfa, ['sts:*'])],
    ['whatever the case of the condition', allow({ AWS: root }, { Bool: { 'AWS:multifactorAuthPresent': ['true'] } })],
    ['beside others', allow({ AWS: ['arn:aws:iam::999999999999:root', root] }, withMfa)],
  ])('%s', (_, statement) => {
    expect(fault(statement)).toBeNull();
  });

  it('when who comes without is denied', () => {
    expect(fault(allow({ AWS: root }), denyWithoutMfa)).toBeNull();
  });

  it('when a statement stands alone', () => {
    expect(faultInTrust(JSON.stringify({ Statement: allow({ AWS: root }, withMfa) }), vendor)).toBeNull();
  });
});

describe('the trust policy of a console role is at fault', () => {
  it.each([
    ['NO_TRUST', 'when it trusts another account', [allow({ AWS: 'arn:aws:iam::999999999999:root' }, withMfa)]],
    ['NO_TRUST', 'when it trusts a service', [allow({ Service: 'ec2.amazonaws.com' }, withMfa)]],
    ['NO_TRUST', 'when it allows something else', [allow({ AWS: root }, withMfa, 'sts:TagSession')]],
    ['NO_TRUST', 'when it is empty', []],
    ['TRUSTS_EVERYBODY', 'when anybody may come', [allow('*', withMfa)]],
    ['TRUSTS_EVERYBODY', 'when any account may come', [allow({ AWS: '*' }, withMfa), allow({ AWS: root }, withMfa)]],
    [
      'EXTERNAL_ID',
      'when it asks for an external id',
      [allow({ AWS: root }, { ...withMfa, StringEquals: { 'sts:ExternalId': 'x' } })],
    ],
    ['WITHOUT_MFA', 'when it does not ask for MFA', [allow({ AWS: root })]],
    ['WITHOUT_MFA', 'when one of its ways in does not', [allow({ AWS: root }, withMfa), allow({ AWS: vendor })]],
    [
      'WITHOUT_MFA',
      'when it asks only those who have MFA',
      [allow({ AWS: root }, { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } })],
    ],
    [
      'WITHOUT_MFA',
      'when it asks for none',
      [allow({ AWS: root }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })],
    ],
  ])('%s %s', (expected, _, statements) => {
    expect(fault(...statements)).toBe(expected);
  });

  it.each([
    '',
    'no JSON',
    'null',
    '[]',
    '{"Statement":[null,3,"x"]}',
    '{"Statement":{"Effect":"Allow","Principal":null}}',
  ])('when it reads %j', (policy) => {
    expect(faultInTrust(policy, vendor)).toBe('NO_TRUST');
  });
});
