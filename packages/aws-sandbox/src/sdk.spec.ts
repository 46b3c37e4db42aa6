import { CreateAccessKeyCommand, GetRoleCommand, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { startAwsSandbox, type AwsSandbox } from './index.js';
import { iamAt, stsAt } from './testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeEach(async () => (sandbox = await startAwsSandbox()));
afterEach(() => sandbox.close());

const accessKeyId = 'AKIASANDBOXWORKSA1U1';
const identity = (maxAttempts?: number) =>
  stsAt(sandbox.url, { accessKeyId }, maxAttempts).send(new GetCallerIdentityCommand({}));
const createKey = (maxAttempts?: number) =>
  iamAt(sandbox.url, { accessKeyId }, maxAttempts).send(new CreateAccessKeyCommand({}));
const keys = async () =>
  (await iamAt(sandbox.url, { accessKeyId }).send(new ListAccessKeysCommand({}))).AccessKeyMetadata!.length;

/** The sandbox is worth something only if the SDK fares with it as it does with AWS. */
describe('the SDK, at the sandbox as at AWS,', () => {
  it('creates a key twice when an answer gets lost, and ends with two of which it knows no secret', async () => {
    sandbox.admin.inject({ action: 'CreateAccessKey', fault: 'drop-answer' });

    await expect(createKey(3)).rejects.toMatchObject({ name: 'LimitExceededException' });
    expect(await keys()).toBe(2);
  });

  it('takes a full quota for throttling, and tries three times', async () => {
    await createKey();
    sandbox.admin.forgetCalls();

    await expect(createKey(3)).rejects.toMatchObject({ $metadata: expect.objectContaining({ attempts: 3 }) });
    expect(sandbox.admin.calls().map((call) => call.awsErrorCode)).toEqual(Array(3).fill('LimitExceeded'));
  });

  it('takes a page with status 200 for a success that says nothing', async () => {
    sandbox.admin.inject({ fault: 'html-200' });

    expect({ ...(await identity()), $metadata: {} }).toEqual({ $metadata: {} });
  });

  it('has no name for a server that is down', async () => {
    sandbox.admin.inject({ fault: '503' });

    await expect(identity()).rejects.toMatchObject({ name: 'Unknown', $fault: 'server' });
  });

  it('tells a wrong clock from a wrong secret by the message alone', async () => {
    sandbox.admin.inject({ fault: 'skew' });
    const forged = stsAt(sandbox.url, { accessKeyId, secretAccessKey: 'x'.repeat(40) });
    const refusal = (message: RegExp) => ({ name: 'SignatureDoesNotMatch', message: expect.stringMatching(message) });

    await expect(identity()).rejects.toMatchObject(refusal(/^Signature expired: .* is now earlier than .* - 15 min/));
    await expect(forged.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(
      refusal(/^The request signature/),
    );
  });

  it.each(['throttle', '503', 'http-500', 'drop-request', 'drop-answer'] as const)(
    'tries again after %s',
    async (fault) => {
      sandbox.admin.inject({ fault });

      expect((await identity(2)).$metadata.attempts).toBe(2);
    },
  );

  it('does not try again when a key is unknown or may not', async () => {
    sandbox.admin.setUserPolicies(accessKeyId, []);
    const role = new GetRoleCommand({ RoleName: 'console-role' });
    const once = { $metadata: expect.objectContaining({ attempts: 1 }) };

    await expect(iamAt(sandbox.url, { accessKeyId }, 3).send(role)).rejects.toMatchObject(once);
    await expect(iamAt(sandbox.url, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 3).send(role)).rejects.toMatchObject(once);
  });

  it('names what IAM models after it, and the rest as it comes', async () => {
    const role = (RoleName: string) => iamAt(sandbox.url, { accessKeyId }).send(new GetRoleCommand({ RoleName }));

    await expect(role('none')).rejects.toMatchObject({ name: 'NoSuchEntityException', Code: 'NoSuchEntity' });
    sandbox.admin.inject({ fault: 'http-500' });
    await expect(role('none')).rejects.toMatchObject({ name: 'ServiceFailureException', Code: 'ServiceFailure' });
    sandbox.admin.inject({ fault: 'throttle' });
    await expect(role('none')).rejects.toMatchObject({ name: 'Throttling' });
  });
});
