import { AwsAccessRole, AwsVerification, sandboxVendorAccountId } from '#libs/aws-credentials';
import { newExternalId, permissionManifest } from '#libs/iam-setup';
import type { PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { Gateway } from '../support/gateway.js';

const consoleRoleName = 'console-role';
const operationId = '6f6f1c9e-7c0e-4a55-9d0c-5a4f3a0f7a11';
/** Account of the WORKS access key, by which the admin of the sandbox identifies accounts. */
const accountId = '900000000361';
const keyOfAccount = 'AKIASANDBOXWORKSA1U1';
const gatewayArn = 'arn:aws:iam::900000009998:user/gateway-u1';

const groups = permissionManifest.policies
  .filter(({ holders }) => holders.includes('access role'))
  .flatMap((policy) => policy.groups.map(({ id }) => id));

describe('verification of an access role', () => {
  let gateway: Gateway;
  beforeAll(async () => (gateway = await Gateway.start({}, { pace: 0.01 })));
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.aws.forgetCalls());
  afterEach(() => gateway.aws.forgetFaults());

  const roleNamed = (name: string, externalId: string, partition = 'aws') =>
    new AwsAccessRole(`arn:${partition}:iam::${accountId}:role/${name}`, externalId);
  const aRole = () => {
    const externalId = newExternalId();
    return roleNamed(`access-role-${externalId}`, externalId);
  };
  const full = (role: AwsAccessRole, region = 'us-east-1', more: object = {}) =>
    gateway.get(AwsVerification).verify(role, region, { consoleRoleName, operationId, ...more });
  const open = ({ report }: Awaited<ReturnType<typeof full>>) =>
    report.checks
      .filter(({ verdict, cause }) => verdict !== 'PASSED' && cause !== 'KEY_POLICY' && cause !== 'PREVIOUS_STEP')
      .map(({ step, group, verdict, cause }) => [group ?? step, verdict, cause]);
  const actions = () => gateway.aws.calls().map(({ action }) => action);

  it('accepts one that requires its external ID, with at most twelve calls that contain the name of the operation', async () => {
    const role = aRole();

    const found = await full(role);

    expect(open(found)).toEqual([]);
    expect(found).toMatchObject({
      refusal: null,
      permissions: 'COMPLETE',
      identity: { accountId, arn: role.arn, userId: expect.stringMatching(/^AROA/) },
      consoleRole: { name: consoleRoleName },
      report: { verdict: 'PASSED', awsCallCount: actions().length, roleSessionName: operationId },
    });
    expect(found.report.checks.map(({ step, group }) => group ?? step)).toEqual([
      ...['ACCESS_ROLE', 'ACCESS_ROLE_EXTERNAL_ID', 'IDENTITY', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'],
      ...groups.filter((group) => found.report.checks.some((check) => check.group === group)),
    ]);
    expect(actions().length).toBeLessThanOrEqual(12);
    expect(actions().filter((action) => action !== 'SimulatePrincipalPolicy')).toEqual([
      ...['AssumeRole', 'AssumeRole', 'AssumeRole', 'GetCallerIdentity', 'GetRole'],
    ]);
    const asked = gateway.aws.calls().flatMap(({ action, requestParameters }) => (action === 'AssumeRole' ? [requestParameters] : [])); // prettier-ignore
    expect(asked.map(({ RoleSessionName }) => RoleSessionName)).toEqual([operationId, operationId, operationId]);
    expect(new Set(asked.map(({ ExternalId }) => ExternalId)).size).toBe(3);
    expect(asked[0]!['ExternalId']).toBe(role.externalId);
    expect(asked.filter(({ ExternalId }) => ExternalId === undefined)).toHaveLength(1);
  });

  it('checks briefly with two calls', async () => {
    const { report, refusal } = await gateway
      .get(AwsVerification)
      .verifyBriefly(aRole(), 'us-east-1', { consoleRoleName, operationId });

    expect(refusal).toBeNull();
    expect(report.checks.map(({ step, verdict }) => [step, verdict])).toEqual([
      ['ACCESS_ROLE', 'PASSED'],
      ['CONSOLE_ROLE', 'PASSED'],
      ['CONSOLE_ROLE_TRUST', 'PASSED'],
    ]);
    expect(actions()).toEqual(['AssumeRole', 'GetRole']);
    expect(report.awsCallCount).toBe(2);
  });

  it('refuses one that the gateway can assume with any external ID', async () => {
    const found = await full(roleNamed('access-role-open', newExternalId()));

    expect(open(found)).toEqual([['ACCESS_ROLE_EXTERNAL_ID', 'FAILED', 'EXTERNAL_ID_NOT_REQUIRED']]);
    expect(found.refusal).toMatchObject({ code: 'AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID', part: 'roleArn' });
    expect(actions()).toEqual(['AssumeRole', 'AssumeRole', 'AssumeRole']);
  });

  const trusting = (Condition: Record<string, Record<string, string>>): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: gatewayArn }, Action: 'sts:AssumeRole', Condition }],
  });

  it.each([
    ['every id that looks like one', trusting({ StringLike: { 'sts:ExternalId': 'gateway-*' } })],
    ['no id at all beside the right one', trusting({ StringEqualsIfExists: { 'sts:ExternalId': 'gateway-0' } })],
  ])('refuses one that accepts %s', async (_, document) => {
    gateway.aws.setTrust(keyOfAccount, 'half-open', document);

    const found = await full(roleNamed('half-open', 'gateway-0'));

    expect(found.refusal).toMatchObject({ code: 'AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID' });
  });

  it.each([
    ['that demands another id', 'access-role-gateway-1', 'gateway-2'],
    ['that trusts somebody else', 'foreign-role', 'gateway-2'],
    ['that is not there', 'no-such-role', 'gateway-2'],
  ])('fails for one %s', async (_, name, externalId) => {
    const found = await full(roleNamed(name, externalId));

    expect(open(found)).toEqual([['ACCESS_ROLE', 'FAILED', 'NOT_TRUSTED']]);
    expect(found.refusal).toMatchObject({
      code: 'AWS_ACCESS_ROLE_DENIED',
      part: 'roleArn',
      awsErrorCode: 'AccessDenied',
    });
    expect(actions()).toEqual(['AssumeRole']);
  });

  it('is inconclusive for a role that was just created', async () => {
    const found = await full(roleNamed('no-such-role', 'gateway-2'), 'us-east-1', { isNew: true });

    expect(open(found)).toEqual([['ACCESS_ROLE', 'INCONCLUSIVE', 'PROPAGATION']]);
    expect(found.refusal).toMatchObject({ code: 'AWS_ACCESS_ROLE_DENIED', mayBePropagation: true });
  });

  it.each([
    ['hang', 'UNREACHABLE', 'AWS_UNREACHABLE'],
    ['throttle', 'THROTTLED', 'AWS_THROTTLED'],
    ['503', 'UNREACHABLE', 'AWS_UNREACHABLE'],
    ['http-500', 'UNREACHABLE', 'AWS_UNREACHABLE'],
    ['html-200', 'UNEXPECTED_RESPONSE', 'AWS_RESPONSE_INVALID'],
    ['drop-answer', 'UNREACHABLE', 'AWS_UNREACHABLE'],
  ] as const)('does not accept one when %s instead of the expected denial', async (fault, cause, code) => {
    const role = aRole();
    // The first call, with the right external ID, is answered with a delay. Later calls are not.
    gateway.aws.inject({ action: 'AssumeRole', fault: 'slow' });
    gateway.aws.inject({ action: 'AssumeRole', fault, times: 20 });

    const found = await full(role);

    expect(open(found)).toEqual([['ACCESS_ROLE_EXTERNAL_ID', 'INCONCLUSIVE', cause]]);
    expect(found.refusal).toMatchObject({ code });
    expect(found.report.verdict).toBe('INCONCLUSIVE');
    expect(actions()).not.toContain('GetRole');
  });

  it('names missing permissions of a role, and the policy that adds them', async () => {
    const role = aRole();
    const name = role.arn.split('/').at(-1)!;
    const everythingBut = (...Action: string[]): PolicyDocument => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', NotAction: Action, Resource: '*' }],
    });
    gateway.aws.setRolePolicies(keyOfAccount, name, [everythingBut('ec2:CreateVpc')]);

    const found = await full(role);

    expect(open(found)).toEqual([['CREATE', 'FAILED', 'IDENTITY_POLICY']]);
    expect(found).toMatchObject({ refusal: null, permissions: 'MISSING' });
    const suggested = JSON.parse(found.report.suggestedPolicy!) as PolicyDocument;
    gateway.aws.setRolePolicies(keyOfAccount, name, [everythingBut('ec2:CreateVpc'), suggested]);
    expect(open(await full(role))).toEqual([]);
  });

  it.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ])('calls the AWS of %s for a role in %s', async (region, partition) => {
    const externalId = newExternalId();
    const found = await full(roleNamed(`access-role-${externalId}`, externalId, partition), region);

    expect(open(found)).toEqual([]);
    expect(found.consoleRole!.arn).toBe(`arn:${partition}:iam::${accountId}:role/${consoleRoleName}`);
  });

  it('reports a missing identity for a role outside the sandbox, and makes no call', async () => {
    const found = await full(new AwsAccessRole('arn:aws:iam::111122223333:role/access', 'gateway-1'));

    expect(open(found)).toEqual([['ACCESS_ROLE', 'INCONCLUSIVE', 'GATEWAY_IDENTITY_MISSING']]);
    expect(found.refusal).toMatchObject({ code: 'GATEWAY_IDENTITY_MISSING', entry: { responsibleParty: 'GATEWAY' } });
    expect(actions()).toEqual([]);
  });

  it('applies the same rules to the console role as with an access key', async () => {
    const found = await full(aRole(), 'us-east-1', { consoleRoleName: 'no-mfa-role' });

    expect(found.refusal).toMatchObject({ code: 'AWS_ROLE_WITHOUT_MFA' });
    expect(sandboxVendorAccountId).toBe('900000009999');
  });
});
