import { GetUserCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import { startAwsSandbox, type AwsSandbox } from '../index.js';
import { iamAt, signerOf, stsAt, type Signer } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeAll(async () => (sandbox = await startAwsSandbox()));
afterAll(() => sandbox.close());

const gateway: Signer = { accessKeyId: 'AKIASANDBOXGTWAYA0U1' };

const tokenFor = (signer: Signer, input: GetSessionTokenCommandInput = {}) =>
  stsAt(sandbox.url, signer).send(new GetSessionTokenCommand(input));

const sessionOf = async (signer: Signer, input?: GetSessionTokenCommandInput) =>
  signerOf((await tokenFor(signer, input)).Credentials);

describe('credentials of GetSessionToken', () => {
  it('are of the same user', async () => {
    const identity = await stsAt(sandbox.url, await sessionOf(gateway)).send(new GetCallerIdentityCommand({}));

    expect(identity).toMatchObject({ Arn: 'arn:aws:iam::900000009998:user/gateway-u1', Account: '900000009998' });
  });

  it('may assume a role', async () => {
    const assumed = stsAt(sandbox.url, await sessionOf(gateway)).send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::900000000361:role/access-role-open',
        RoleSessionName: 'orders',
      }),
    );

    expect((await assumed).AssumedRoleUser!.Arn).toContain(':assumed-role/access-role-open/orders');
  });

  it('are not for IAM, unless a second factor was proven', async () => {
    const SerialNumber = 'arn:aws:iam::900000009998:mfa/gateway-u1';
    const userSeenBy = (signer: Signer) => iamAt(sandbox.url, signer).send(new GetUserCommand({}));

    await expect(userSeenBy(await sessionOf(gateway))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    expect((await userSeenBy(await sessionOf(gateway, { SerialNumber, TokenCode: '123456' }))).User).toBeDefined();
  });

  it('are not given to a session', async () => {
    await expect(tokenFor(await sessionOf(gateway))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  it('are given even to a user who may do nothing', async () => {
    const nobody: Signer = { accessKeyId: 'AKIASANDBOXWORKSA1U9' };
    sandbox.admin.setUserPolicies(nobody.accessKeyId, []);

    expect((await tokenFor(nobody)).Credentials).toBeDefined();
  });

  it('last as long as is asked, within limits', async () => {
    const lifetime = async (DurationSeconds?: number) =>
      Math.round(
        ((await tokenFor(gateway, { DurationSeconds })).Credentials!.Expiration!.getTime() - Date.now()) / 1000,
      );

    expect(await lifetime(900)).toBeGreaterThan(890);
    expect(await lifetime(900)).toBeLessThan(901);
    expect(await lifetime()).toBeGreaterThan(43_190);
    await expect(lifetime(899)).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(lifetime(129_601)).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(tokenFor({ accessKeyId: 'AKIASANDBOXROOTSA1U1' }, { DurationSeconds: 3601 })).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });
});
