import { GetRoleCommand } from '@aws-sdk/client-iam';
import { sandboxExternalId, startAwsSandbox, type AwsSandbox } from '../index.js';
import { iamAt } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeAll(async () => (sandbox = await startAwsSandbox()));
afterAll(() => sandbox.close());

const roleNamed = async (RoleName: string, region = 'us-east-1') =>
  (await iamAt(sandbox.url, { accessKeyId: 'AKIASANDBOXWORKSA1U1', region }).send(new GetRoleCommand({ RoleName })))
    .Role!;

const vendor = 'arn:aws:iam::900000009999:root';
const gateway = 'arn:aws:iam::900000009998:user/gateway-u1';
const mfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const externalId = (id: string) => ({ StringEquals: { 'sts:ExternalId': id } });

describe('a role', () => {
  it.each<[string, string, object | undefined]>([
    ['console-role', vendor, mfa],
    ['second-console-role', vendor, mfa],
    ['no-mfa-role', vendor, undefined],
    ['external-id-console-role', vendor, { ...mfa, ...externalId(sandboxExternalId) }],
    ['foreign-role', 'arn:aws:iam::900000009997:root', mfa],
    ['access-role', gateway, externalId(sandboxExternalId)],
    ['access-role-open', gateway, undefined],
    ['access-role-tenant+7@example.com', gateway, externalId('tenant+7@example.com')],
  ])('by the name %s trusts %s', async (name, AWS, Condition) => {
    const { AssumeRolePolicyDocument, MaxSessionDuration } = await roleNamed(name);

    expect(JSON.parse(decodeURIComponent(AssumeRolePolicyDocument!))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...(Condition && { Condition }) }],
    });
    expect(MaxSessionDuration).toBe(3600);
  });

  it.each(['access-role-', 'access-role-x', `access-role-${'x'.repeat(53)}`, 'access-role-a b', 'toString'])(
    'is not there by the name %s',
    async (name) => {
      await expect(roleNamed(name)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
    },
  );

  it('has an id of its own', async () => {
    const ids = await Promise.all(
      ['console-role', 'access-role', 'access-role-a1', 'access-role-a2'].map((name) => roleNamed(name)),
    );

    expect(new Set(ids.map(({ RoleId }) => RoleId)).size).toBe(4);
  });

  it('trusts within its partition', async () => {
    const { AssumeRolePolicyDocument } = await roleNamed('access-role-open', 'us-gov-west-1');

    expect(decodeURIComponent(AssumeRolePolicyDocument!)).toContain(
      '"arn:aws-us-gov:iam::900000009998:user/gateway-u1"',
    );
  });
});
