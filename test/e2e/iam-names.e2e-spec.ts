import { sandboxVendorAccountId as vendor } from '#libs/aws-credentials';
import type { PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { isInputObjectType } from 'graphql';
import { Gateway } from '../support/gateway.js';
import { newAccount, sandboxAccountId, sandboxKey, stepsWith } from '../support/steps.js';

const account = 'cloudAccount { id version status consoleRoleName consoleRoleArn accessRole { roleArn } }';
const errors = 'userErrors { code path message }';
const mutations = {
  create: `mutation ($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { ${account} ${errors} } }`,
  update: `mutation ($input: UpdateCloudAccountInput!) { updateCloudAccount(input: $input) { ${account} ${errors} } }`,
  test: `mutation ($input: TestAwsCredentialsInput!) { testAwsCredentials(input: $input) { report { verdict } ${errors} } }`,
};
const iamSetup = `query ($input: IamSetupInput) { iamSetup(input: $input) {
  cloudFormation { parameters { name value } command } terraform { files { name content } } manual { steps { command } }
} }`;

const path = '/team!a:b/';
const gatewayIdentityArn = `arn:aws:iam::111111111111:role${path}gateway`;
const sandboxGateway = 'arn:aws:iam::900000009998:user/gateway-u1';
const roleWith = (Principal: string, Condition: object): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: Principal }, Action: 'sts:AssumeRole', Condition }] as never,
});

describe('a role in a path with characters that IAM allows', () => {
  let gateway: Gateway;
  const { issueExternalId, nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({ GATEWAY_IDENTITY_ARN: gatewayIdentityArn });
  });
  afterAll(() => gateway.stop());

  const asked = async (mutation: string, input: object) =>
    Object.values<any>(await gateway.ask(mutation, { input }))[0];

  /** Sandbox account whose console role and access role have this path. */
  async function accountWithPaths() {
    const which = nextUser();
    const { accessKeyId } = sandboxKey('WORKS', which).awsAccessKey;
    const { handle, externalId } = await issueExternalId();
    const mfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    gateway.aws.setTrust(accessKeyId, 'people', roleWith(`arn:aws:iam::${vendor}:root`, mfa), path);
    const demanding = { StringEquals: { 'sts:ExternalId': externalId } };
    gateway.aws.setTrust(accessKeyId, 'access', roleWith(sandboxGateway, demanding), path);
    const arnOf = (name: string) => `arn:aws:iam::${sandboxAccountId(which)}:role${path}${name}`;
    return { which, arnOf, credentials: { awsAssumeRole: { roleArn: arnOf('access'), externalIdHandle: handle } } };
  }

  it('is accepted as a console role and as an access role', async () => {
    const { which, arnOf, credentials } = await accountWithPaths();

    const tested = await asked(mutations.test, { credentials, consoleRoleName: 'people' });
    expect(tested).toEqual({ report: { verdict: 'PASSED' }, userErrors: [] });

    const { userErrors, cloudAccount } = await asked(
      mutations.create,
      newAccount(which, { credentials, consoleRoleName: 'people' }),
    );
    expect(userErrors).toEqual([]);
    expect(cloudAccount).toMatchObject({
      ...{ status: 'ACTIVE', consoleRoleArn: arnOf('people'), accessRole: { roleArn: arnOf('access') } },
    });
  });

  it('is printed in every output of iamSetup', async () => {
    const { handle } = await issueExternalId();
    const permissionsBoundaryArn = `arn:aws:iam::222222222222:policy${path}limits`;
    const input = {
      ...{
        path,
        permissionsBoundaryArn,
        createAccessRole: true,
        externalIdHandle: handle,
        awsAccountId: '222222222222',
      },
      ...{ vendorAccountId: '111111111111', userName: '=+,.@_-', consoleRoleName: '_people' },
    };
    const { iamSetup: found } = await gateway.ask(iamSetup, { input });

    const texts = [
      JSON.stringify(found.cloudFormation.parameters),
      found.cloudFormation.command,
      JSON.stringify(found.terraform.files),
      JSON.stringify(found.manual.steps),
    ];
    for (const text of texts)
      for (const value of [permissionsBoundaryArn, gatewayIdentityArn]) expect(text).toContain(value);
  });
});

describe('whitespace around a pasted text', () => {
  let gateway: Gateway;
  const { createAccount } = stepsWith(() => gateway);
  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const payload = async (mutation: string, input: object) =>
    Object.values<any>(await gateway.ask(mutation, { input }))[0].userErrors;
  const created = (change: object) => payload(mutations.create, newAccount('PA01', { name: 'Pasted', ...change }));
  const updated = async (change: object) => {
    const { id, version } = await account();
    return payload(mutations.update, { id, expectedVersion: version, allowMissingPermissions: true, ...change });
  };
  let made: Promise<{ id: string; version: number }> | undefined;
  const account = () => (made ??= createAccount());
  const credentials = sandboxKey('WORKS', 'PA02');
  const tested = (change: object) =>
    payload(mutations.test, { credentials, consoleRoleName: 'console-role', ...change });
  const subscribed = (change: object) =>
    payload(
      'mutation ($input: CreateSubscriptionInput!) { createSubscription(input: $input) { userErrors { code path message } } }',
      { cloudAccountId: 'none', name: 'Orders', region: 'us-east-1', ...change },
    );
  const setUp = async (change: object) => {
    const { body } = await gateway.send(iamSetup, { input: { vendorAccountId: '111111111111', ...change } });
    return body.errors?.[0].extensions.faults ?? [];
  };
  const withKey = (change: object) =>
    tested({ credentials: { awsAccessKey: { ...credentials.awsAccessKey, ...change } } });
  const withRole = (change: object) =>
    tested({ credentials: { awsAssumeRole: { roleArn: arn('role'), externalIdHandle: 'any', ...change } } });
  const arn = (kind: string) => `arn:aws:iam::123456789012:${kind}/a`;

  /** For each input field with a pasted text: how to send it, and a valid text. */
  const sent: Record<string, [send: (change: object) => Promise<{ message: string }[]>, text: string]> = {
    'AwsAccessKeyInput.accessKeyId': [withKey, credentials.awsAccessKey.accessKeyId],
    'AwsAccessKeyInput.secretAccessKey': [withKey, credentials.awsAccessKey.secretAccessKey],
    'AwsAssumeRoleInput.externalIdHandle': [withRole, 'xid_1'],
    'AwsAssumeRoleInput.roleArn': [withRole, arn('role')],
    'CreateCloudAccountInput.consoleRoleName': [created, 'a'],
    'CreateCloudAccountInput.expectedAwsAccountId': [created, '123456789012'],
    'CreateCloudAccountInput.nodeRoleName': [created, 'a'],
    'CreateCloudAccountInput.region': [created, 'us-gov-west-1'],
    'CreateSubscriptionInput.deploymentCidr': [subscribed, '10.0.0.0/24'],
    'CreateSubscriptionInput.region': [subscribed, 'us-east-1'],
    'CreateSubscriptionInput.vpcId': [subscribed, 'vpc-0a1b2c3d'],
    'IamSetupInput.accessRoleName': [setUp, 'a'],
    'IamSetupInput.awsAccountId': [setUp, '123456789012'],
    'IamSetupInput.consoleRoleName': [setUp, 'a'],
    'IamSetupInput.expectedAwsAccountId': [setUp, '123456789012'],
    'IamSetupInput.externalIdHandle': [setUp, 'xid_1'],
    'IamSetupInput.nodeRoleName': [setUp, 'a'],
    'IamSetupInput.path': [setUp, '/team/'],
    'IamSetupInput.permissionsBoundaryArn': [setUp, arn('policy')],
    'IamSetupInput.region': [setUp, 'eu-west-1'],
    'IamSetupInput.userName': [setUp, 'a'],
    'IamSetupInput.vendorAccountId': [setUp, '123456789012'],
    'TestAwsCredentialsInput.consoleRoleName': [tested, 'a'],
    'TestAwsCredentialsInput.expectedAwsAccountId': [tested, '123456789012'],
    'TestAwsCredentialsInput.nodeRoleName': [tested, 'a'],
    'TestAwsCredentialsInput.region': [tested, 'eu-west-1'],
    'UpdateCloudAccountInput.consoleRoleName': [updated, 'a'],
    'UpdateCloudAccountInput.expectedAwsAccountId': [updated, '123456789012'],
    'UpdateCloudAccountInput.nodeRoleName': [updated, 'a'],
    'UpdateCloudAccountInput.region': [updated, 'us-gov-west-1'],
  };

  it.each(Object.keys(sent))('is ignored in %s', async (field) => {
    const [send, text] = sent[field]!;
    const name = field.split('.')[1]!;
    const isAbout = ({ message }: { message: string }) =>
      /must|invalid|not valid|There is no such external/.test(message);

    const expected = (await send({ [name]: text })).filter(isAbout);
    const faults = (await send({ [name]: `\u200b ${text}\t\n` })).filter(isAbout);

    expect(faults).toEqual(expected);
  });

  it('is tested in each input field of the schema for a name, path, ARN, ID or region of AWS', () => {
    const { schema } = gateway.get(GraphQLSchemaHost);
    const fields = Object.values(schema.getTypeMap())
      .filter(isInputObjectType)
      .flatMap((type) =>
        Object.values(type.getFields()).map(({ name, type: of }) => [`${type.name}.${name}`, String(of)]),
      )
      .filter(
        ([field, type]) =>
          /^(String|SecretString|CidrBlock)!?$/.test(type!) &&
          !/^(ProvisionedResource|SecurityGroupRule)Input/.test(field!),
      ) // prettier-ignore
      .map(([field]) => field!);

    const others = /\.(name|plan|note|message|reason|key|value|idempotencyKey|claimId)$/;
    expect(Object.keys(sent).sort()).toEqual(fields.filter((field) => !others.test(field)).sort());
  });
});
