import { Secret } from '#libs/kernel';
import { AwsAccessKey } from '../aws-access-key.js';
import { AwsAccessRole } from '../aws-access-role.js';
import { SdkGatewayIdentity, type GatewayIdentitySettings } from './sdk-gateway-identity.js';

const arn = 'arn:aws:iam::111122223333:role/gateway';
const theirs = new AwsAccessRole('arn:aws:iam::444455556666:role/access', 'gateway-1');
const ofSandbox = new AwsAccessRole('arn:aws:iam::900000000361:role/access-role', 'gateway-1');
const sandboxKey = new AwsAccessKey('AKIASANDBOXGTWAYA0U1', new Secret('x'.repeat(40)));

describe('The identity of the gateway', () => {
  const before = { ...process.env };
  const surroundings = {
    AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: 'token',
    // Ignores everything else on the machine.
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  };
  beforeEach(() => Object.assign(process.env, surroundings));
  afterEach(() => {
    for (const name of Object.keys(surroundings)) delete process.env[name];
    Object.assign(process.env, before);
  });

  const identity = (settings: Partial<GatewayIdentitySettings> = {}) =>
    new SdkGatewayIdentity({ arn, timeoutMs: 5000, ...settings });
  const refusal = { code: 'GATEWAY_IDENTITY_MISSING', part: null, awsErrorCode: null };

  it('is found where the AWS SDK looks for credentials', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = await identity().keyFor(theirs);

    expect([accessKeyId, secretAccessKey.reveal(), sessionToken?.reveal()]).toEqual([
      surroundings.AWS_ACCESS_KEY_ID,
      surroundings.AWS_SECRET_ACCESS_KEY,
      surroundings.AWS_SESSION_TOKEN,
    ]);
  });

  it('does not exist unless the operator has set it, even if the machine has credentials', async () => {
    await expect(identity({ arn: null }).keyFor(theirs)).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('GATEWAY_IDENTITY_ARN'),
    });
  });

  it('is refused while there are no credentials, and found when there are some later', async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = surroundings;
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    const its = identity();
    await expect(its.keyFor(theirs)).rejects.toMatchObject(refusal);

    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    expect((await its.keyFor(theirs)).accessKeyId).toBe(AWS_ACCESS_KEY_ID);
  });

  it('is refused for a role in another partition', async () => {
    const role = new AwsAccessRole('arn:aws-cn:iam::444455556666:role/access', 'gateway-1');

    await expect(identity().keyFor(role)).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('partition'),
    });
  });

  it('is that of the sandbox for its roles, in every partition, and only while the sandbox is enabled', async () => {
    const inChina = new AwsAccessRole('arn:aws-cn:iam::900000000361:role/access-role', 'gateway-1');

    expect(await identity({ arn: null, sandboxKey }).keyFor(ofSandbox)).toBe(sandboxKey);
    expect(await identity({ arn: null, sandboxKey }).keyFor(inChina)).toBe(sandboxKey);
    expect((await identity({ sandboxKey }).keyFor(theirs)).isSandbox).toBe(false);
    await expect(identity({ arn: null }).keyFor(ofSandbox)).rejects.toMatchObject(refusal);
  });
});
