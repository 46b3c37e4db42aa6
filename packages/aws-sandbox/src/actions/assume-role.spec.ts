import { GetRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { jest } from '@jest/globals';
import { sandboxExternalId, startAwsSandbox, type AwsSandbox, type PolicyDocument } from '../index.js';
import { iamAt, signerOf, stsAt, type Signer } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeEach(async () => (sandbox = await startAwsSandbox()));
afterEach(() => sandbox.close());

const gateway: Signer = { accessKeyId: 'AKIASANDBOXGTWAYA0U1' };
const customer: Signer = { accessKeyId: 'AKIASANDBOXWORKSA1U1' };
const arnOf = (role: string) => `arn:aws:iam::900000000361:role/${role}`;

const assume = (role: string, more: Partial<AssumeRoleCommandInput> = {}, signer: Signer = gateway) =>
  stsAt(sandbox.url, signer).send(new AssumeRoleCommand({ RoleArn: arnOf(role), RoleSessionName: 'orders', ...more }));

const consoleRoleSeenBy = (signer: Signer) =>
  iamAt(sandbox.url, signer).send(new GetRoleCommand({ RoleName: 'console-role' }));

const refused = (role: string, arn = 'arn:aws:iam::900000009998:user/gateway-u1') => ({
  name: 'AccessDenied',
  message: `User: ${arn} is not authorized to perform: sts:AssumeRole on resource: ${arnOf(role)}`,
  $metadata: expect.objectContaining({ httpStatusCode: 403 }),
});

const policy = (...Statement: PolicyDocument['Statement'][]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: Statement.flat(),
});

describe('a role that names the gateway and an external id', () => {
  it('gives credentials that work as the role', async () => {
    const { Credentials, AssumedRoleUser } = await assume('access-role-tenant7', { ExternalId: 'tenant7' });
    const session = 'arn:aws:sts::900000000361:assumed-role/access-role-tenant7/orders';

    expect(AssumedRoleUser).toEqual({
      Arn: session,
      AssumedRoleId: expect.stringMatching(/^AROA[A-Z0-9]{17}:orders$/),
    });
    expect(Credentials!.AccessKeyId).toMatch(/^ASIASANDBOX[A-Z2-7]{9}$/);
    expect(Credentials!.SecretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(Credentials!.Expiration!.getTime() - Date.now()).toBeGreaterThan(3_590_000);

    const signer = signerOf(Credentials);
    expect(await stsAt(sandbox.url, signer).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '900000000361',
      Arn: session,
      UserId: AssumedRoleUser!.AssumedRoleId,
    });
    expect((await consoleRoleSeenBy(signer)).Role?.Arn).toBe(arnOf('console-role'));
  });

  it.each<[string, string | undefined]>([
    ['another', 'tenant8'],
    ['none', undefined],
    ['one with its case changed', 'TENANT7'],
  ])('is not assumed with %s', async (_, ExternalId) => {
    await expect(assume('access-role-tenant7', { ExternalId })).rejects.toMatchObject(refused('access-role-tenant7'));
  });

  it('is not assumed by anybody else, with the right one', async () => {
    const other: Signer = { accessKeyId: 'AKIASANDBOXGTWAYA0U2' };

    await expect(assume('access-role-tenant7', { ExternalId: 'tenant7' }, other)).rejects.toMatchObject(
      refused('access-role-tenant7', 'arn:aws:iam::900000009998:user/gateway-u2'),
    );
    await expect(assume('access-role-tenant7', { ExternalId: 'tenant7' }, customer)).rejects.toMatchObject(
      refused('access-role-tenant7', 'arn:aws:iam::900000000361:user/gateway-u1'),
    );
  });

  it('is there in every account, by the name access-role with an external id of its own', async () => {
    const RoleArn = 'arn:aws:iam::900000001295:role/access-role';

    expect((await assume('', { RoleArn, ExternalId: sandboxExternalId })).Credentials).toBeDefined();
    await expect(assume('', { RoleArn })).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('trusts whom the sandbox was started with', async () => {
    const own = await startAwsSandbox({ gatewayIdentity: 'arn:aws:iam::900000000362:user/gateway-u5' });
    const assumedBy = (accessKeyId: string) =>
      stsAt(own.url, { accessKeyId }).send(
        new AssumeRoleCommand({ RoleArn: arnOf('access-role-open'), RoleSessionName: 'orders' }),
      );
    try {
      expect((await assumedBy('AKIASANDBOXWORKSA2U5')).Credentials).toBeDefined();
      await expect(assumedBy('AKIASANDBOXGTWAYA0U1')).rejects.toMatchObject({ name: 'AccessDenied' });
    } finally {
      await own.close();
    }
  });

  it('is in the partition of the call, and in no other', async () => {
    const chinese = { ...gateway, region: 'cn-north-1' };
    const RoleArn = arnOf('access-role-open').replace('arn:aws:', 'arn:aws-cn:');

    const { AssumedRoleUser } = await assume('', { RoleArn }, chinese);
    expect(AssumedRoleUser!.Arn).toBe('arn:aws-cn:sts::900000000361:assumed-role/access-role-open/orders');
    await expect(assume('access-role-open', {}, chinese)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a role that asks for nothing but who it is', () => {
  it('is assumed with any external id, and with none', async () => {
    expect((await assume('access-role-open')).Credentials).toBeDefined();
    expect((await assume('access-role-open', { ExternalId: 'whatever' })).Credentials).toBeDefined();
  });
});

describe('roles that are not for the gateway', () => {
  it.each(['console-role', 'no-mfa-role', 'external-id-console-role', 'foreign-role', 'no-such-role'])(
    'are told from no other: %s',
    async (role) => {
      await expect(assume(role, { ExternalId: sandboxExternalId })).rejects.toMatchObject(refused(role));
    },
  );

  it('are not assumed in an account there is not', async () => {
    const RoleArn = 'arn:aws:iam::123456789012:role/access-role-open';
    await expect(assume('', { RoleArn })).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a role that demands a second factor', () => {
  const demanding = policy({
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::900000000361:root' },
    Action: 'sts:AssumeRole',
    Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  });
  const SerialNumber = 'arn:aws:iam::900000000361:mfa/gateway-u1';

  it('is assumed with one, and not without', async () => {
    sandbox.admin.setTrust(customer.accessKeyId, 'careful', demanding);

    await expect(assume('careful', {}, customer)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume('careful', { SerialNumber, TokenCode: '000000' }, customer)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    });
    await expect(
      assume('careful', { SerialNumber: `${SerialNumber}2`, TokenCode: '123456' }, customer),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await assume('careful', { SerialNumber, TokenCode: '123456' }, customer)).Credentials).toBeDefined();
  });
});

describe('whoever assumes a role', () => {
  const trusting = (Principal: string) =>
    policy({ Effect: 'Allow', Principal: { AWS: Principal }, Action: 'sts:AssumeRole' });

  it('of another account has to be allowed to by its own policies', async () => {
    sandbox.admin.setUserPolicies(gateway.accessKeyId, []);

    await expect(assume('access-role-open')).rejects.toMatchObject({
      message: expect.stringMatching(/because no identity-based policy allows the sts:AssumeRole action$/),
    });
  });

  it('of the same account has to be, unless the role names it', async () => {
    sandbox.admin.setUserPolicies(customer.accessKeyId, []);
    sandbox.admin.setTrust(customer.accessKeyId, 'by-account', trusting('900000000361'));
    sandbox.admin.setTrust(customer.accessKeyId, 'by-name', trusting('arn:aws:iam::900000000361:user/gateway-u1'));

    await expect(assume('by-account', {}, customer)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await assume('by-name', {}, customer)).Credentials).toBeDefined();
  });

  it('may not be denied it', async () => {
    const never = policy({ Effect: 'Deny', Action: 'sts:*', Resource: '*' });
    sandbox.admin.setUserPolicies(customer.accessKeyId, [never]);
    sandbox.admin.setTrust(customer.accessKeyId, 'by-name', trusting('arn:aws:iam::900000000361:user/gateway-u1'));

    await expect(assume('by-name', {}, customer)).rejects.toMatchObject({
      message: expect.stringMatching(/with an explicit deny in an identity-based policy$/),
    });
  });

  it('may be a session of another role, which is trusted as that role', async () => {
    const first = signerOf((await assume('access-role-open')).Credentials);
    sandbox.admin.setTrust(customer.accessKeyId, 'second', trusting(arnOf('access-role-open')));

    expect((await assume('second', {}, first)).Credentials).toBeDefined();
  });

  it('may not be root', async () => {
    await expect(assume('access-role-open', {}, { accessKeyId: 'AKIASANDBOXROOTSA1U1' })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });
});

describe('a session of a role', () => {
  const onlyUsers = policy({ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' });
  const onlyRoles = policy({ Effect: 'Allow', Action: 'iam:GetRole', Resource: '*' });

  it('may do what the role may', async () => {
    sandbox.admin.setRolePolicies(customer.accessKeyId, 'access-role-open', [onlyUsers]);
    const signer = signerOf((await assume('access-role-open')).Credentials);

    await expect(consoleRoleSeenBy(signer)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^User: arn:aws:sts::900000000361:assumed-role\/access-role-open\/orders is not authorized to perform: iam:GetRole .* because no identity-based policy allows/,
      ),
    });
    sandbox.admin.setRolePolicies(customer.accessKeyId, 'access-role-open', [onlyRoles]);
    expect((await consoleRoleSeenBy(signer)).Role).toBeDefined();
  });

  it('may do no more than the policy it was begun with', async () => {
    const sessionWith = async (document: PolicyDocument) =>
      signerOf((await assume('access-role-open', { Policy: JSON.stringify(document) })).Credentials);

    expect((await consoleRoleSeenBy(await sessionWith(onlyRoles))).Role).toBeDefined();
    await expect(consoleRoleSeenBy(await sessionWith(onlyUsers))).rejects.toMatchObject({
      message: expect.stringMatching(/because no session policy allows the iam:GetRole action$/),
    });
  });

  it('ends', async () => {
    const signer = signerOf((await assume('access-role-open', { DurationSeconds: 900 })).Credentials);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'], now: Date.now() });
    try {
      jest.setSystemTime(Date.now() + 895_000);
      expect((await consoleRoleSeenBy(signer)).Role).toBeDefined();
      jest.setSystemTime(Date.now() + 10_000);
      await expect(consoleRoleSeenBy(signer)).rejects.toMatchObject({
        name: 'ExpiredToken',
        message: 'The security token included in the request is expired',
        $metadata: expect.objectContaining({ httpStatusCode: 403 }),
      });
    } finally {
      jest.useRealTimers();
    }
  });

  it('is nothing without its token, or with another', async () => {
    const [one, other] = await Promise.all([assume('access-role-open'), assume('access-role-open')]);
    const [signer, another] = [signerOf(one.Credentials), signerOf(other.Credentials)];

    for (const sessionToken of [undefined, another.sessionToken, `${signer.sessionToken}x`, 'x', 'e30.x']) {
      await expect(consoleRoleSeenBy({ ...signer, sessionToken })).rejects.toMatchObject({
        name: 'InvalidClientTokenId',
      });
    }
    await expect(consoleRoleSeenBy({ ...customer, sessionToken: signer.sessionToken })).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await expect(consoleRoleSeenBy({ ...signer, secretAccessKey: 'x'.repeat(40) })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
  });

  it('outlives the sandbox that began it', async () => {
    const signer = signerOf((await assume('access-role-open')).Credentials);
    await sandbox.close();
    sandbox = await startAwsSandbox();

    expect((await consoleRoleSeenBy(signer)).Role).toBeDefined();
  });
});

describe('a call that cannot be', () => {
  it.each<[string, Partial<AssumeRoleCommandInput>, RegExp]>([
    ['without a role', { RoleArn: '' }, /'roleArn'.*must not be null/],
    ['with an ARN that is none', { RoleArn: 'access-role-of-somebody' }, /^access-role-of-somebody is invalid$/],
    ['without a session name', { RoleSessionName: '' }, /'roleSessionName'/],
    ['with a session name of other characters', { RoleSessionName: 'a b' }, /'roleSessionName'/],
    ['with an external id of one character', { ExternalId: 'x' }, /'externalId'/],
    ['of a quarter of an hour less a second', { DurationSeconds: 899 }, /greater than or equal to 900/],
    ['of more than twelve hours', { DurationSeconds: 43_201 }, /less than or equal to 43200/],
  ])('%s is refused', async (_, more, message) => {
    await expect(assume('access-role-open', more)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(message),
      $metadata: expect.objectContaining({ httpStatusCode: 400 }),
    });
  });

  it('for longer than the role allows is refused', async () => {
    await expect(assume('access-role-open', { DurationSeconds: 3601 })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
  });

  it.each(['{', '"x"', '{"Statement":{"Effect":"Allow"}}'])('with the policy %s is refused', async (Policy) => {
    await expect(assume('access-role-open', { Policy })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });
});
