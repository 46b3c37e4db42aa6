import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetRoleCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { jest } from '@jest/globals';
import { propagation } from './families.js';
import { sandboxConsoleRole, sandboxKeys, sandboxSecret, startAwsSandbox, type AwsSandbox } from '../index.js';
import { iamAt, stsAt } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeAll(async () => (sandbox = await startAwsSandbox()));
afterAll(() => sandbox.close());

const key = (family: string, lastFour = 'A1U1') => `AKIASANDBOX${family}${lastFour}`;

const identityOf = (accessKeyId: string, secretAccessKey?: string, region?: string) =>
  stsAt(sandbox.url, { accessKeyId, secretAccessKey, region }).send(new GetCallerIdentityCommand({}));

const roleSeenBy = (accessKeyId: string, RoleName: string = sandboxConsoleRole, region?: string) =>
  iamAt(sandbox.url, { accessKeyId, region }).send(new GetRoleCommand({ RoleName }));

const userSeenBy = (accessKeyId: string, UserName?: string) =>
  iamAt(sandbox.url, { accessKeyId }).send(new GetUserCommand({ UserName }));

const refusal = (httpStatusCode: number, name: string, message: string | RegExp) =>
  expect.objectContaining({
    name,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    $metadata: expect.objectContaining({ httpStatusCode, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
  });

const noMatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

describe('a key of the family WORKS', () => {
  it('names its IAM user', async () => {
    expect(await identityOf(key('WORKS'))).toMatchObject({
      Account: '900000000361',
      Arn: 'arn:aws:iam::900000000361:user/gateway-u1',
      UserId: 'AIDASANDBOXUSERIDA1U1',
    });
  });

  it.each([sandboxConsoleRole, 'second-console-role'])('sees the role %s', async (name) => {
    const { Role } = await roleSeenBy(key('WORKS'), name);

    expect(Role).toMatchObject({
      RoleName: name,
      Arn: `arn:aws:iam::900000000361:role/${name}`,
      RoleId: expect.stringMatching(/^AROA[A-Z0-9]{17}$/),
      Path: '/',
      MaxSessionDuration: 3600,
      CreateDate: new Date('2024-01-01T00:00:00Z'),
    });
    expect(Role!.AssumeRolePolicyDocument).not.toContain('{');
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::900000009999:root' },
          Action: 'sts:AssumeRole',
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        },
      ],
    });
  });

  it.each(['no-such-role', 'CONSOLE-ROLE', `<b>&"it's"`, '角色'])('does not see a role %s', async (name) => {
    await expect(roleSeenBy(key('WORKS'), name)).rejects.toEqual(
      refusal(404, 'NoSuchEntityException', `The role with name ${name} cannot be found.`),
    );
  });

  it('has to say which role it wants to see', async () => {
    await expect(roleSeenBy(key('WORKS'), '')).rejects.toEqual(refusal(400, 'ValidationError', /'roleName'/));
  });

  it('sees itself, and others of its account by their name', async () => {
    expect((await userSeenBy(key('WORKS'))).User).toEqual({
      Path: '/',
      UserName: 'gateway-u1',
      UserId: 'AIDASANDBOXUSERIDA1U1',
      Arn: 'arn:aws:iam::900000000361:user/gateway-u1',
      CreateDate: new Date('2024-01-01T00:00:00Z'),
    });
    expect((await userSeenBy(key('WORKS'), 'gateway-u2')).User).toMatchObject({ UserId: 'AIDASANDBOXUSERIDA1U2' });
    await expect(userSeenBy(key('WORKS'), 'nobody')).rejects.toEqual(
      refusal(404, 'NoSuchEntityException', 'The user with name nobody cannot be found.'),
    );
  });

  it.each([
    ['of another key', 'x'.repeat(40)],
    ['with its case changed', sandboxSecret.toUpperCase()],
    ['with its last character lost', sandboxSecret.slice(0, -1)],
    ['with white space after it', `${sandboxSecret} `],
  ])('is refused with a secret %s', async (_, secret) => {
    await expect(identityOf(key('WORKS'), secret)).rejects.toEqual(refusal(403, 'SignatureDoesNotMatch', noMatch));
  });
});

describe('a key of the family AGAIN', () => {
  it('is a second key of the same user', async () => {
    const [one, other] = await Promise.all([identityOf(key('WORKS', 'Z9X8')), identityOf(key('AGAIN', 'Z9X8'))]);

    expect({ ...other, $metadata: {} }).toEqual({ ...one, $metadata: {} });
    expect((await roleSeenBy(key('AGAIN'))).Role?.RoleName).toBe(sandboxConsoleRole);
  });
});

describe('a key of the family WRONG', () => {
  it.each([sandboxSecret, 'x'.repeat(40)])('is refused with the secret %s', async (secret) => {
    await expect(identityOf(key('WRONG'), secret)).rejects.toEqual(refusal(403, 'SignatureDoesNotMatch', noMatch));
  });
});

describe('a key of the family NROLE', () => {
  it('names its user, whose account has no roles', async () => {
    expect((await identityOf(key('NROLE'))).Arn).toContain(':user/gateway-u1');
    await expect(roleSeenBy(key('NROLE'))).rejects.toEqual(
      refusal(404, 'NoSuchEntityException', 'The role with name console-role cannot be found.'),
    );
  });
});

describe('a key of the family NLOOK', () => {
  it('names its user, who may not look up roles', async () => {
    const { Arn } = await identityOf(key('NLOOK'));

    await expect(roleSeenBy(key('NLOOK'))).rejects.toEqual(
      refusal(
        403,
        'AccessDenied',
        `User: ${Arn} is not authorized to perform: iam:GetRole on resource: role console-role because no identity-based policy allows the iam:GetRole action`,
      ),
    );
  });

  it('does not learn which roles there are', async () => {
    await expect(roleSeenBy(key('NLOOK'), 'no-such-role')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a key of the family ROOTS', () => {
  it("belongs to the account's root user", async () => {
    expect(await identityOf(key('ROOTS'))).toMatchObject({
      Account: '900000000361',
      Arn: 'arn:aws:iam::900000000361:root',
      UserId: '900000000361',
    });
    expect((await userSeenBy(key('ROOTS'))).User).toEqual({
      UserId: '900000000361',
      Arn: 'arn:aws:iam::900000000361:root',
      CreateDate: new Date('2024-01-01T00:00:00Z'),
    });
  });
});

describe('a key of the family THROT', () => {
  it.each([identityOf, roleSeenBy])('is throttled', async (call) => {
    await expect(call(key('THROT'))).rejects.toEqual(refusal(400, 'Throttling', 'Rate exceeded'));
  });

  it('is throttled only once it has proven its secret', async () => {
    await expect(identityOf(key('THROT'), 'x'.repeat(40))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });
});

describe('a key of the family HANGS', () => {
  it('gets no answer until the client gives up', async () => {
    const sts = stsAt(sandbox.url, { accessKeyId: key('HANGS') });
    const call = sts.send(new GetCallerIdentityCommand({}), { abortSignal: AbortSignal.timeout(300) });

    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is refused at once with a wrong secret', async () => {
    await expect(identityOf(key('HANGS'), 'x'.repeat(40))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });
});

describe('a key of the family SLOWS', () => {
  it('works, in a while', async () => {
    const started = performance.now();
    expect(await identityOf(key('SLOWS'))).toMatchObject({ Account: '900000000361' });
    expect(performance.now() - started).toBeGreaterThan(1400);
  });
});

describe('a key of the family DOWNS', () => {
  it('meets a server that is down', async () => {
    const call = stsAt(sandbox.url, { accessKeyId: key('DOWNS') }).send(new GetCallerIdentityCommand({}));
    await expect(call).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  });
});

describe('a key of the family PAGES', () => {
  it('gets a page that is a success to the SDK, and says nothing', async () => {
    expect((await identityOf(key('PAGES'))).Account).toBeUndefined();
  });
});

describe('a key of the family SKEWS', () => {
  it('is refused however the client corrects its clock', async () => {
    await expect(identityOf(key('SKEWS'))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      message: expect.stringMatching(/^Signature expired: /),
    });
  });
});

describe('a key of the family LATER', () => {
  it('is unknown for a while after its first use, then works', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'], now: Date.now() });
    try {
      await expect(identityOf(key('LATER'))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
      jest.setSystemTime(Date.now() + propagation - 1);
      await expect(identityOf(key('LATER'))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
      jest.setSystemTime(Date.now() + 2);
      expect(await identityOf(key('LATER'))).toMatchObject({ Account: '900000000361' });
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a key of the family GTWAY', () => {
  it('belongs to an account of the gateway alone, whatever it ends in', async () => {
    for (const lastFour of ['A0U1', 'A1U1', 'Z9U1']) {
      expect((await identityOf(key('GTWAY', lastFour))).Arn).toBe('arn:aws:iam::900000009998:user/gateway-u1');
    }
    expect((await identityOf(key('WORKS', 'A0U1'))).Account).toBe('900000000360');
  });
});

const simulatedBy = async (accessKeyId: string, ...ActionNames: string[]) => {
  const { Arn: PolicySourceArn } = await identityOf(accessKeyId);
  const { EvaluationResults } = await iamAt(sandbox.url, { accessKeyId }).send(
    new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames }),
  );
  return EvaluationResults!;
};

const decisionsFor = async (accessKeyId: string, ...actions: string[]) =>
  (await simulatedBy(accessKeyId, ...actions)).map(({ EvalDecision }) => EvalDecision);

const createKey = (accessKeyId: string) => iamAt(sandbox.url, { accessKeyId }).send(new CreateAccessKeyCommand({}));

const keysOf = async (accessKeyId: string) =>
  (await iamAt(sandbox.url, { accessKeyId }).send(new ListAccessKeysCommand({}))).AccessKeyMetadata!;

describe('a key of the family NPERM', () => {
  it('lacks the peering of networks, and nothing else', async () => {
    const peering = ['Create', 'Accept', 'Reject', 'Delete'].map((verb) => `ec2:${verb}VpcPeeringConnection`);

    expect(await decisionsFor(key('NPERM'), ...peering)).toEqual(Array(4).fill('implicitDeny'));
    expect(await decisionsFor(key('NPERM'), 'ec2:RunInstances', 'ec2:DescribeVpcPeeringConnections')).toEqual([
      'allowed',
      'allowed',
    ]);
    expect(await decisionsFor(key('WORKS'), ...peering)).toEqual(Array(4).fill('allowed'));
  });
});

describe('a key of the family BOUND', () => {
  it('is bound not to run instances', async () => {
    expect(await simulatedBy(key('BOUND'), 'ec2:RunInstances', 'ec2:CreateVpc')).toMatchObject([
      { EvalDecision: 'implicitDeny', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
      { EvalDecision: 'allowed', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true } },
    ]);
  });
});

describe('a key of the family SCPDY', () => {
  it('is denied networks by its organization', async () => {
    expect(await simulatedBy(key('SCPDY'), 'ec2:CreateVpc', 'ec2:RunInstances')).toMatchObject([
      { EvalDecision: 'explicitDeny', OrganizationsDecisionDetail: { AllowedByOrganizations: false } },
      { EvalDecision: 'allowed', OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
    ]);
  });
});

describe('a key of the family NSIMU', () => {
  it('may not simulate', async () => {
    await expect(simulatedBy(key('NSIMU'), 'ec2:RunInstances')).rejects.toEqual(
      refusal(403, 'AccessDenied', /iam:SimulatePrincipalPolicy .* because no identity-based policy allows/),
    );
    expect((await roleSeenBy(key('NSIMU'))).Role).toBeDefined();
  });
});

describe('a key of the family TWOKY', () => {
  it('has a sister, which is in the way of a third and can be deleted', async () => {
    const twoKeys = key('TWOKY', 'B8U1');
    const [own, sister] = await keysOf(twoKeys);
    expect(own!.AccessKeyId).toBe(twoKeys);

    await expect(createKey(twoKeys)).rejects.toEqual(
      refusal(409, 'LimitExceededException', 'Cannot exceed quota for AccessKeysPerUser: 2'),
    );
    await iamAt(sandbox.url, { accessKeyId: twoKeys }).send(
      new DeleteAccessKeyCommand({ AccessKeyId: sister!.AccessKeyId }),
    );
    expect((await createKey(twoKeys)).AccessKey!.AccessKeyId).not.toBe(sister!.AccessKeyId);
  });
});

describe('a key of the family NROTA', () => {
  it('is denied the creation of keys', async () => {
    await expect(createKey(key('NROTA', 'B9U1'))).rejects.toEqual(
      refusal(403, 'AccessDenied', /iam:CreateAccessKey .* with an explicit deny in an identity-based policy$/),
    );
    expect(await keysOf(key('NROTA', 'B9U1'))).toHaveLength(1);
  });
});

describe('a key of the family DROPS', () => {
  it('creates a key nobody hears of, once', async () => {
    const dropping = key('DROPS', 'B4U1');
    await expect(createKey(dropping)).rejects.toThrow('socket hang up');

    const [, orphan] = await keysOf(dropping);
    await iamAt(sandbox.url, { accessKeyId: dropping }).send(
      new DeleteAccessKeyCommand({ AccessKeyId: orphan!.AccessKeyId }),
    );
    expect((await createKey(dropping)).AccessKey!.SecretAccessKey).toBeDefined();
  });
});

describe('a key of the family THRTY', () => {
  it('is throttled three times in ten, always the same', async () => {
    const calls: boolean[] = [];
    for (let call = 1; call <= 20; call++) {
      calls.push(await identityOf(key('THRTY', 'C2U1')).then(Boolean, ({ name }) => name !== 'Throttling'));
    }
    const throttled = calls.flatMap((isAnswered, i) => (isAnswered ? [] : [i + 1]));

    expect(throttled).toEqual([4, 7, 10, 14, 17, 20]);
  });
});

describe('a key of the family SLOWP', () => {
  it('creates keys that are unknown for a while', async () => {
    const { AccessKey } = await createKey(key('SLOWP', 'C3U1'));
    const { AccessKeyId: id, SecretAccessKey: secret } = AccessKey!;
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'], now: Date.now() });
    try {
      await expect(identityOf(id!, secret)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
      jest.setSystemTime(Date.now() + propagation);
      expect((await identityOf(id!, secret)).Account).toBeDefined();
    } finally {
      jest.useRealTimers();
    }
  });

  it('is as slow as the pace of the sandbox', async () => {
    const quick = await startAwsSandbox({ pace: 0 });
    try {
      const iam = iamAt(quick.url, { accessKeyId: key('SLOWP', 'C3U1') });
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({}));
      const created = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
      expect((await stsAt(quick.url, created).send(new GetCallerIdentityCommand({}))).Account).toBeDefined();

      const later = stsAt(quick.url, { accessKeyId: key('LATER') });
      expect((await later.send(new GetCallerIdentityCommand({}))).Account).toBeDefined();
    } finally {
      await quick.close();
    }
  });
});

describe('a key the sandbox does not know', () => {
  it.each([
    'AKIAIOSFODNN7EXAMPLE',
    'AKIASANDBOXOTHERA1U1',
    'AKIASANDBOXWORKSA1U',
    'AKIASANDBOXWORKSA1U1X',
    'AKIASANDBOXWORKSa1u1',
    'ASIASANDBOXWORKSA1U1',
    'AKIASANDBOX99A1U1ABC',
    'akiasandboxworksa1u1',
  ])('is refused: %s', async (accessKeyId) => {
    await expect(identityOf(accessKeyId)).rejects.toEqual(
      refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'),
    );
  });
});

describe('the partition', () => {
  it.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('of a call signed for %s is %s', async (region, partition) => {
    expect((await identityOf(key('WORKS'), undefined, region)).Arn).toBe(
      `arn:${partition}:iam::900000000361:user/gateway-u1`,
    );
    const { Role } = await roleSeenBy(key('WORKS'), sandboxConsoleRole, region);
    expect(Role!.Arn).toBe(`arn:${partition}:iam::900000000361:role/console-role`);
    expect(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).toContain(`"arn:${partition}:iam::900000009999:root"`);
  });
});

describe('what people are told about the keys', () => {
  it('has an example of every family that fits its pattern', () => {
    expect(sandboxKeys.map(({ family }) => family)).toEqual(
      'WORKS AGAIN WRONG NROLE NLOOK ROOTS THROT HANGS SLOWS DOWNS PAGES SKEWS LATER GTWAY NPERM BOUND SCPDY NSIMU TWOKY NROTA DROPS THRTY SLOWP'.split(
        ' ',
      ),
    );
    for (const { family, accessKeyId, pattern, behaviour } of sandboxKeys) {
      expect(accessKeyId).toMatch(new RegExp(`^${pattern}$`));
      expect(accessKeyId).toMatch(new RegExp(`^AKIASANDBOX${family}[A-Z0-9]{4}$`));
      expect(accessKeyId).toHaveLength(20);
      expect(behaviour).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('has an example of its own for every family, but for the second key of a user', () => {
    const examples = sandboxKeys
      .filter(({ family }) => family !== 'AGAIN')
      .map(({ accessKeyId }) => accessKeyId.slice(-4));

    expect(new Set(examples).size).toBe(examples.length);
  });

  it('has a secret of the shape of a real one', () => {
    expect(sandboxSecret).toMatch(/^[A-Za-z0-9/+]{40}$/);
  });
});
