import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
  type StatusType,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { jest } from '@jest/globals';
import { sandboxSecret, startAwsSandbox, type AwsSandbox, type PolicyDocument } from '../index.js';
import { iamAt, signerOf, stsAt, type Signer } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeEach(async () => (sandbox = await startAwsSandbox()));
afterEach(() => sandbox.close());

const magic: Signer = { accessKeyId: 'AKIASANDBOXWORKSA1U1' };
const UserName = 'gateway-u1';

const iam = (signer: Signer = magic) => iamAt(sandbox.url, signer);
const identityOf = (signer: Signer) => stsAt(sandbox.url, signer).send(new GetCallerIdentityCommand({}));
const userOf = (signer: Signer) => iam(signer).send(new GetUserCommand({}));

const create = async (by: Signer = magic): Promise<Signer> => {
  const { AccessKey } = await iam(by).send(new CreateAccessKeyCommand({}));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
};
const remove = (key: Signer, by: Signer = magic) =>
  iam(by).send(new DeleteAccessKeyCommand({ AccessKeyId: key.accessKeyId }));
const setStatus = (key: Signer, Status: StatusType, by: Signer = magic) =>
  iam(by).send(new UpdateAccessKeyCommand({ AccessKeyId: key.accessKeyId, Status }));
const keysSeenBy = async (by: Signer = magic, name?: string) =>
  (await iam(by).send(new ListAccessKeysCommand({ UserName: name }))).AccessKeyMetadata!;
const idsSeenBy = async (by?: Signer) => (await keysSeenBy(by)).map(({ AccessKeyId }) => AccessKeyId);

const unknown = {
  name: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
  $metadata: expect.objectContaining({ httpStatusCode: 403, attempts: 1 }),
};

/** Lets time pass without waiting for it. */
async function withClock<T>(work: (pass: (ms: number) => void) => Promise<T>): Promise<T> {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'], now: Date.now() });
  try {
    return await work((ms) => jest.setSystemTime(Date.now() + ms));
  } finally {
    jest.useRealTimers();
  }
}

describe('the keys of a user', () => {
  it('are the one it is used with, to begin with', async () => {
    expect(await keysSeenBy()).toEqual([
      { UserName, AccessKeyId: magic.accessKeyId, Status: 'Active', CreateDate: new Date('2024-01-01T00:00:00Z') },
    ]);
  });

  it('include another of the families only once that was used', async () => {
    const again = { accessKeyId: 'AKIASANDBOXAGAINA1U1' };
    expect(await idsSeenBy()).toEqual([magic.accessKeyId]);

    await identityOf(again);
    expect(await idsSeenBy()).toEqual([magic.accessKeyId, again.accessKeyId]);
  });

  it('are not those of a neighbour', async () => {
    await create({ accessKeyId: 'AKIASANDBOXWORKSA1U2' });

    expect(await idsSeenBy()).toEqual([magic.accessKeyId]);
    expect(await keysSeenBy(magic, 'gateway-u2')).toHaveLength(2);
    await expect(keysSeenBy(magic, 'nobody')).rejects.toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('come in pages', async () => {
    const created = await create();
    const first = await iam().send(new ListAccessKeysCommand({ MaxItems: 1 }));
    const second = await iam().send(new ListAccessKeysCommand({ MaxItems: 1, Marker: first.Marker }));

    expect(first).toMatchObject({ IsTruncated: true, AccessKeyMetadata: [{ AccessKeyId: magic.accessKeyId }] });
    expect(second).toMatchObject({ IsTruncated: false, AccessKeyMetadata: [{ AccessKeyId: created.accessKeyId }] });
    expect(second.Marker).toBeUndefined();
  });
});

describe('a created key', () => {
  it('is one of the sandbox, of the same user, with a secret of its own', async () => {
    const { AccessKey } = await iam().send(new CreateAccessKeyCommand({ UserName }));
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };

    expect(AccessKey).toEqual({
      UserName,
      AccessKeyId: expect.stringMatching(/^AKIASANDBOX[A-Z0-9]{9}$/),
      Status: 'Active',
      SecretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
      CreateDate: expect.any(Date),
    });
    expect(key.secretAccessKey).not.toBe(sandboxSecret);
    expect(Math.abs(AccessKey!.CreateDate!.getTime() - Date.now())).toBeLessThan(5000);
    expect((await identityOf(key)).UserId).toBe('AIDASANDBOXUSERIDA1U1');
    await expect(identityOf({ accessKeyId: key.accessKeyId })).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });

  it('cannot be a third, not even when one of the two is inactive', async () => {
    const second = await create();
    const refusal = {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for AccessKeysPerUser: 2',
      $metadata: expect.objectContaining({ httpStatusCode: 409 }),
    };

    await expect(create()).rejects.toMatchObject(refusal);
    await setStatus(second, 'Inactive');
    await expect(create()).rejects.toMatchObject(refusal);
    await remove(second);
    expect((await create()).accessKeyId).not.toBe(second.accessKeyId);
  });

  it('outlives the sandbox that created it, though not what became of it', async () => {
    const key = await create();
    await remove(magic, key);
    await sandbox.close();
    sandbox = await startAwsSandbox();

    expect(await idsSeenBy(key)).toEqual([key.accessKeyId]);
    const next = await create(key);
    await remove(key, next);
    expect(await idsSeenBy(next)).toEqual([next.accessKeyId]);
    expect((await identityOf(magic)).Account).toBe('900000000361');
  });

  it('is treated as the key that created it', async () => {
    const key = await create({ accessKeyId: 'AKIASANDBOXROOTSA1U1' });
    expect((await identityOf(key)).Arn).toBe('arn:aws:iam::900000000361:root');

    const gateway = await create({ accessKeyId: 'AKIASANDBOXGTWAYA0U1' });
    expect((await identityOf(gateway)).Arn).toBe('arn:aws:iam::900000009998:user/gateway-u1');
  });

  it('can be created by a role, which has to say for whom', async () => {
    const { Credentials } = await stsAt(sandbox.url, { accessKeyId: 'AKIASANDBOXGTWAYA0U1' }).send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::900000000361:role/access-role-open', RoleSessionName: 'orders' }),
    );
    const role = iam(signerOf(Credentials));

    await expect(role.send(new CreateAccessKeyCommand({}))).rejects.toMatchObject({ name: 'ValidationError' });
    const { AccessKey } = await role.send(new CreateAccessKeyCommand({ UserName: 'gateway-u7' }));
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    expect((await identityOf(key)).Arn).toBe('arn:aws:iam::900000000361:user/gateway-u7');
  });
});

describe('a key that is', () => {
  it('deactivated works again once it is activated', async () => {
    const key = await create();
    await setStatus(magic, 'Inactive', key);

    await expect(identityOf(magic)).rejects.toMatchObject(unknown);
    await expect(userOf(magic)).rejects.toMatchObject(unknown);
    expect((await keysSeenBy(key)).map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);

    await setStatus(magic, 'Active', key);
    expect((await identityOf(magic)).Account).toBe('900000000361');
  });

  it('deleted is gone for good, one of the families and a created one alike', async () => {
    const key = await create();
    await remove(magic, key);

    await expect(identityOf(magic)).rejects.toMatchObject(unknown);
    expect(await idsSeenBy(key)).toEqual([key.accessKeyId]);
    await expect(setStatus(magic, 'Active', key)).rejects.toMatchObject({ name: 'NoSuchEntityException' });

    await remove(key, key);
    await expect(identityOf(key)).rejects.toMatchObject(unknown);
  });

  it.each<[string, string]>([
    ['of another user', 'AKIASANDBOXWORKSA1U2'],
    ['nobody created', 'AKIASANDBOX00A1U1ZZZ'],
    ['of no sandbox', 'AKIAIOSFODNN7EXAMPLE'],
  ])('%s cannot be changed', async (_, accessKeyId) => {
    const gone = {
      name: 'NoSuchEntityException',
      message: `The Access Key with id ${accessKeyId} cannot be found.`,
      $metadata: expect.objectContaining({ httpStatusCode: 404 }),
    };
    await identityOf({ accessKeyId: 'AKIASANDBOXWORKSA1U2' });

    await expect(remove({ accessKeyId })).rejects.toMatchObject(gone);
    await expect(setStatus({ accessKeyId }, 'Inactive')).rejects.toMatchObject(gone);
  });

  it('to be changed has to be named, and so has what it becomes', async () => {
    await expect(remove({ accessKeyId: '' })).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(setStatus(magic, 'Expired')).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('[Active, Inactive]'),
    });
  });
});

describe('the last use of a key', () => {
  const lastUseOf = (key: Signer, by: Signer = magic) =>
    iam(by).send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.accessKeyId }));

  it('is N/A before the first, and then told with its service and region', async () => {
    const key = await create();
    const unused = await lastUseOf(key);
    expect(unused.UserName).toBe(UserName);
    expect(unused.AccessKeyLastUsed).toEqual({ ServiceName: 'N/A', Region: 'N/A' });

    await identityOf({ ...key, region: 'eu-west-1' });
    expect((await lastUseOf(key)).AccessKeyLastUsed).toEqual({
      LastUsedDate: expect.any(Date),
      ServiceName: 'sts',
      Region: 'eu-west-1',
    });
  });

  it('is told in its own account only', async () => {
    const key = await create();

    await expect(lastUseOf(key, { accessKeyId: 'AKIASANDBOXWORKSA2U1' })).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    await expect(lastUseOf({ accessKeyId: 'AKIASANDBOX00A1U1ZZZ' })).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });
});

describe('rotation needs permission', () => {
  const onItself = (...actions: string[]): PolicyDocument => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: actions, Resource: 'arn:aws:iam::*:user/${aws:username}' },
  });

  it.each<[string, () => Promise<unknown>]>([
    ['iam:ListAccessKeys', () => keysSeenBy()],
    ['iam:CreateAccessKey', () => create()],
    ['iam:UpdateAccessKey', () => setStatus(magic, 'Active')],
    ['iam:DeleteAccessKey', () => remove(magic)],
    ['iam:GetAccessKeyLastUsed', () => iam().send(new GetAccessKeyLastUsedCommand({ AccessKeyId: magic.accessKeyId }))],
  ])('%s, which may be given for the user itself', async (action, attempt) => {
    sandbox.admin.setUserPolicies(magic.accessKeyId, [onItself('iam:GetUser')]);
    await expect(attempt()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`is not authorized to perform: ${action} on resource: `),
    });

    sandbox.admin.setUserPolicies(magic.accessKeyId, [onItself(action)]);
    await expect(attempt()).resolves.toBeDefined();
    await expect(keysSeenBy(magic, 'gateway-u2')).rejects.toMatchObject({
      name: action === 'iam:DeleteAccessKey' ? 'InvalidClientTokenId' : 'AccessDenied',
    });
  });
});

describe('a change takes time to be known', () => {
  it('by each service its own', () =>
    withClock(async (pass) => {
      sandbox.admin.propagationTakes({ sts: 10_000, iam: 5_000 });
      const key = await create();

      pass(4_999);
      await expect(userOf(key)).rejects.toMatchObject(unknown);
      pass(1);
      expect((await userOf(key)).User).toBeDefined();
      await expect(identityOf(key)).rejects.toMatchObject(unknown);
      pass(5_000);
      expect((await identityOf(key)).Account).toBeDefined();
    }));

  it('but not by IAM, which lists the key at once', async () => {
    sandbox.admin.propagationTakes(60_000);
    const key = await create();

    expect(await idsSeenBy()).toEqual([magic.accessKeyId, key.accessKeyId]);
  });

  it('from the start of the sandbox, if it was started so', () =>
    withClock(async (pass) => {
      await sandbox.close();
      sandbox = await startAwsSandbox({ propagationMs: 3_000 });
      const key = await create();

      await expect(identityOf(key)).rejects.toMatchObject(unknown);
      pass(3_000);
      expect((await identityOf(key)).Account).toBeDefined();
    }));

  it('only for keys that are created, unless a test wants otherwise', async () => {
    sandbox.admin.propagationTakes(60_000);
    await setStatus(magic, 'Inactive');

    await expect(identityOf(magic)).rejects.toMatchObject(unknown);
  });

  it('also when a key was deactivated, activated or deleted, if a test wants it', () =>
    withClock(async (pass) => {
      const key = await create();
      sandbox.admin.propagationTakes(5_000, { changesToo: true });
      await setStatus(key, 'Inactive');

      pass(4_999);
      expect((await identityOf(key)).Account).toBeDefined();
      pass(1);
      await expect(identityOf(key)).rejects.toMatchObject(unknown);

      await setStatus(key, 'Active');
      await expect(identityOf(key)).rejects.toMatchObject(unknown);
      pass(5_000);
      expect((await identityOf(key)).Account).toBeDefined();

      await remove(key);
      expect(await idsSeenBy()).toEqual([magic.accessKeyId]);
      expect((await identityOf(key)).Account).toBeDefined();
      pass(5_000);
      await expect(identityOf(key)).rejects.toMatchObject(unknown);
    }));

  it('and a key that was deactivated and activated meanwhile never stops', () =>
    withClock(async (pass) => {
      const key = await create();
      sandbox.admin.propagationTakes(5_000, { changesToo: true });
      await setStatus(key, 'Inactive');
      await setStatus(key, 'Active');

      expect((await identityOf(key)).Account).toBeDefined();
      pass(5_000);
      expect((await identityOf(key)).Account).toBeDefined();
    }));
});
