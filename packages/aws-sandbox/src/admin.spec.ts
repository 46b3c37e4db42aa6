import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { GetRoleCommand, GetUserCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { sandboxSecret, startAwsSandbox, type AwsSandbox, type PolicyDocument, type SandboxFault } from './index.js';
import { refusalIn, send, sign } from './testing/call-by-hand.js';
import { ec2At, iamAt, signerOf, stsAt } from './testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeEach(async () => (sandbox = await startAwsSandbox({ pace: 0.1 })));
afterEach(() => sandbox.close());

const accessKeyId = 'AKIASANDBOXWORKSA1U1';
const neighbour = 'AKIASANDBOXWORKSA1U2';

const identityOf = (key = accessKeyId) =>
  stsAt(sandbox.url, { accessKeyId: key }).send(new GetCallerIdentityCommand({}));
const roleSeenBy = (key = accessKeyId, RoleName = 'console-role') =>
  iamAt(sandbox.url, { accessKeyId: key }).send(new GetRoleCommand({ RoleName }));

const allowing = (Action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action, Resource: '*' },
});
const denying = (Action: string): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action, Resource: '*' },
  ],
});

const deniedRole = (because: string) => ({
  name: 'AccessDenied',
  message: `User: arn:aws:iam::900000000361:user/gateway-u1 is not authorized to perform: iam:GetRole on resource: role console-role ${because}`,
});

describe('the policies a test sets', () => {
  it('are those of the user, whichever of its keys is named, and of nobody else', async () => {
    sandbox.admin.setUserPolicies('AKIASANDBOXAGAINA1U1', [allowing('iam:GetUser')]);

    await expect(roleSeenBy()).rejects.toMatchObject(
      deniedRole('because no identity-based policy allows the iam:GetRole action'),
    );
    expect((await roleSeenBy(neighbour)).Role).toBeDefined();
  });

  it.each<[string, (admin: AwsSandbox['admin']) => void, string]>([
    [
      'of the user',
      (admin) => admin.setUserPolicies(accessKeyId, [denying('iam:*')]),
      'with an explicit deny in an identity-based policy',
    ],
    [
      'of its boundary',
      (admin) => admin.setBoundary(accessKeyId, denying('iam:*')),
      'with an explicit deny in a permissions boundary',
    ],
    [
      'of its boundary, by leaving it out',
      (admin) => admin.setBoundary(accessKeyId, allowing('ec2:*')),
      'because no permissions boundary allows the iam:GetRole action',
    ],
    [
      'of its organization',
      (admin) => admin.setServiceControlPolicies(accessKeyId, [denying('iam:*')]),
      'with an explicit deny in a service control policy',
    ],
    [
      'of its organization, by leaving it out',
      (admin) => admin.setServiceControlPolicies(accessKeyId, []),
      'because no service control policy allows the iam:GetRole action',
    ],
  ])('refuse in the words of AWS: %s', async (_, set, because) => {
    set(sandbox.admin);

    await expect(roleSeenBy()).rejects.toMatchObject(deniedRole(because));
    expect((await identityOf()).Account).toBe('900000000361');
  });

  it('restrict root only where they are of the organization', async () => {
    const root = 'AKIASANDBOXROOTSA1U1';
    expect((await roleSeenBy(root)).Role).toBeDefined();

    sandbox.admin.setServiceControlPolicies(accessKeyId, [denying('iam:GetRole')]);
    await expect(roleSeenBy(root)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(() => sandbox.admin.setBoundary(root, null)).toThrow('root');
  });

  it('can be taken back', async () => {
    sandbox.admin.setBoundary(accessKeyId, allowing('ec2:*'));
    sandbox.admin.setBoundary(accessKeyId, null);

    expect((await roleSeenBy()).Role).toBeDefined();
  });

  it('are copied, and seen by no other sandbox', async () => {
    const document = { ...allowing('iam:*') } as { Statement: unknown };
    sandbox.admin.setUserPolicies(accessKeyId, [document as PolicyDocument]);
    document.Statement = [];
    expect((await roleSeenBy()).Role).toBeDefined();

    sandbox.admin.setUserPolicies(accessKeyId, []);
    const other = await startAwsSandbox();
    const seen = iamAt(other.url, { accessKeyId }).send(new GetUserCommand({}));
    expect((await seen.finally(() => other.close())).User).toBeDefined();
  });

  it('have to be policies, and of keys of the sandbox', () => {
    expect(() => sandbox.admin.setUserPolicies(accessKeyId, [{} as PolicyDocument])).toThrow('Statement');
    expect(() => sandbox.admin.setUserPolicies('AKIAIOSFODNN7EXAMPLE', [])).toThrow(
      'not an access key ID of the sandbox',
    );
  });

  it('trust whom they say: a role is there from then on, and is seen with them', async () => {
    const trust: PolicyDocument = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    };
    await expect(roleSeenBy(accessKeyId, 'new-role')).rejects.toMatchObject({ name: 'NoSuchEntityException' });

    sandbox.admin.setTrust(neighbour, 'new-role', trust);

    const { Role } = await roleSeenBy(accessKeyId, 'new-role');
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toEqual(trust);
  });
});

describe('the calls a test sees', () => {
  it('are all there were, in their order, with what became of them', async () => {
    await identityOf();
    await roleSeenBy(neighbour, 'nothing').catch(() => {});
    await identityOf('AKIAIOSFODNN7EXAMPLE').catch(() => {});

    expect(sandbox.admin.calls()).toEqual([
      {
        action: 'GetCallerIdentity',
        accessKeyId,
        at: expect.any(Date),
        awsErrorCode: null,
        fault: null,
        requestParameters: {},
      },
      {
        action: 'GetRole',
        accessKeyId: neighbour,
        at: expect.any(Date),
        awsErrorCode: 'NoSuchEntity',
        fault: null,
        requestParameters: { RoleName: 'nothing' },
      },
      expect.objectContaining({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', awsErrorCode: 'InvalidClientTokenId' }),
    ]);
    sandbox.admin.forgetCalls();
    expect(sandbox.admin.calls()).toEqual([]);
  });

  it('hold no secret, wherever one was sent', async () => {
    const form = `Action=AssumeRole&Version=2011-06-15&TokenCode=123456&Password=${sandboxSecret}`;
    await send(sandbox.url, sign(sandbox.url, { body: form, accessKeyId: sandboxSecret.slice(0, 20) }));

    expect(sandbox.admin.calls()).toMatchObject([{ action: 'AssumeRole', accessKeyId: null, requestParameters: {} }]);
  });

  it('are the newest thousand', async () => {
    for (let call = 0; call < 1001; call++) {
      await send(sandbox.url, { method: 'POST', target: '/', headers: {}, body: `Action=Call${call}` });
    }
    const calls = sandbox.admin.calls();

    expect(calls).toHaveLength(1000);
    expect(calls[0]!.action).toBe('Call1');
    expect(calls.at(-1)!.action).toBe('Call1000');
  });
});

describe('a fault a test asks for', () => {
  it.each<[SandboxFault, object]>([
    ['throttle', { name: 'Throttling', $metadata: expect.objectContaining({ httpStatusCode: 400 }) }],
    ['503', { $metadata: expect.objectContaining({ httpStatusCode: 503 }) }],
    ['http-500', { name: 'ServiceFailure', $metadata: expect.objectContaining({ httpStatusCode: 500 }) }],
    ['skew', { name: 'SignatureDoesNotMatch', message: expect.stringMatching(/^Signature expired/) }],
    ['drop-request', { message: expect.stringMatching(/socket hang up/) }],
    ['drop-answer', { message: expect.stringMatching(/socket hang up/) }],
  ])('is met by one call, and then no more: %s', async (fault, refusal) => {
    sandbox.admin.inject({ fault });

    await expect(identityOf()).rejects.toMatchObject(refusal);
    expect((await identityOf()).Account).toBe('900000000361');
    expect(sandbox.admin.calls().map((call) => call.fault)).toEqual([fault, null]);
  });

  it('may be a page with status 200, which says nothing', async () => {
    sandbox.admin.inject({ fault: 'html-200' });

    expect((await identityOf()).Account).toBeUndefined();
    expect((await identityOf()).Account).toBeDefined();
  });

  it('may take time, at the pace of the sandbox', async () => {
    sandbox.admin.inject({ fault: 'slow' });
    const started = performance.now();

    expect((await identityOf()).Account).toBeDefined();
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  it('may be no answer at all', async () => {
    sandbox.admin.inject({ fault: 'hang' });
    const call = stsAt(sandbox.url, { accessKeyId }).send(new GetCallerIdentityCommand({}), {
      abortSignal: AbortSignal.timeout(200),
    });

    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(sandbox.admin.calls()).toMatchObject([{ action: 'GetCallerIdentity', awsErrorCode: null }]);
  });

  it('tells an action that was done and not heard of from one that was not done', async () => {
    sandbox.admin.inject({ fault: 'drop-answer' });
    sandbox.admin.inject({ fault: 'drop-request' });

    for (let call = 0; call < 2; call++) {
      await expect(roleSeenBy(accessKeyId, 'nothing')).rejects.toMatchObject({
        message: expect.stringMatching(/socket hang up/),
      });
    }
    expect(sandbox.admin.calls()).toMatchObject([
      { fault: 'drop-answer', awsErrorCode: 'NoSuchEntity' },
      { fault: 'drop-request', awsErrorCode: null },
    ]);
  });

  it('is met only by the action and the key it is for, as many times as it is for', async () => {
    sandbox.admin.inject({ action: 'GetRole', accessKeyId, fault: 'throttle', times: 2 });

    expect((await identityOf()).Account).toBeDefined();
    expect((await roleSeenBy(neighbour)).Role).toBeDefined();
    await expect(roleSeenBy()).rejects.toMatchObject({ name: 'Throttling' });
    await expect(roleSeenBy()).rejects.toMatchObject({ name: 'Throttling' });
    expect((await roleSeenBy()).Role).toBeDefined();
  });

  it('is not met by a call that does not prove its secret, and can be taken back', async () => {
    sandbox.admin.inject({ fault: 'throttle' });
    const forged = sign(sandbox.url, { secret: 'x'.repeat(40) });
    expect(refusalIn(await send(sandbox.url, forged)).code).toBe('SignatureDoesNotMatch');

    sandbox.admin.forgetFaults();
    expect((await identityOf()).Account).toBeDefined();
    expect(() => sandbox.admin.inject({ fault: 'toString' as SandboxFault })).toThrow(
      'fault "toString" does not exist',
    );
  });
});

describe('the sessions a test ends', () => {
  it('are those that have begun', async () => {
    const begin = async () => {
      const RoleArn = 'arn:aws:iam::900000000361:role/access-role-open';
      const sts = stsAt(sandbox.url, { accessKeyId: 'AKIASANDBOXGTWAYA0U1' });
      return signerOf((await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'orders' }))).Credentials);
    };
    const before = await begin();
    sandbox.admin.endSessions();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const after = await begin();
    const identity = new GetCallerIdentityCommand({});

    await expect(stsAt(sandbox.url, before).send(identity)).rejects.toMatchObject({ name: 'ExpiredToken' });
    expect((await stsAt(sandbox.url, after).send(identity)).Account).toBe('900000000361');
  });
});

describe('a region that an account has not enabled', () => {
  it('knows no key of the account, while IAM and every other region do', async () => {
    const at = (region: string, key = accessKeyId) => ({ accessKeyId: key, region });
    const sts = (region: string, key?: string) =>
      stsAt(sandbox.url, at(region, key)).send(new GetCallerIdentityCommand({}));
    const ec2 = (region: string) => ec2At(sandbox.url, at(region)).send(new DescribeVpcsCommand({}));
    sandbox.admin.setRegionEnabled(accessKeyId, 'ap-east-1', false);

    await expect(sts('ap-east-1')).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    await expect(ec2('ap-east-1')).rejects.toMatchObject({ name: 'AuthFailure' });
    await expect(sts('ap-east-1', 'AKIASANDBOXWORKSA2U1')).resolves.toBeDefined();
    await expect(sts('us-east-1')).resolves.toBeDefined();
    expect((await roleSeenBy()).Role).toBeDefined();

    sandbox.admin.setRegionEnabled(accessKeyId, 'ap-east-1', true);
    await expect(ec2('ap-east-1')).resolves.toBeDefined();
  });
});
