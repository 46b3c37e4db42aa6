import { sandboxVendorAccountId as vendor } from '#libs/aws-credentials';
import type { PolicyDocument } from '#libs/aws-sandbox';
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
  const { createAccount, issueExternalId, nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({ GATEWAY_IDENTITY_ARN: gatewayIdentityArn });
  });
  afterAll(() => gateway.stop());

  const asked = async (mutation: string, input: object) =>
    Object.values<any>(await gateway.ask(mutation, { input }))[0];

  /** A sandbox account whose console role and access role have the path. */
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

  it('is taken as a console role and as an access role', async () => {
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

  it('is printed in everything that iamSetup answers', async () => {
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

  describe('named with a blank at its end', () => {
    /** For each input field that takes a name or an ARN of IAM: how it is sent, and what says that it is wrong. */
    const sent: Record<string, (text: string) => Promise<{ code: string; path: string[]; message: string }[]>> = {
      'CreateCloudAccountInput.consoleRoleName': async (consoleRoleName) =>
        (await asked(mutations.create, newAccount(nextUser(), { consoleRoleName }))).userErrors,
      'CreateCloudAccountInput.nodeRoleName': async (nodeRoleName) =>
        (await asked(mutations.create, newAccount(nextUser(), { nodeRoleName }))).userErrors,
      'UpdateCloudAccountInput.consoleRoleName': (consoleRoleName) => updated({ consoleRoleName }),
      'UpdateCloudAccountInput.nodeRoleName': (nodeRoleName) => updated({ nodeRoleName }),
      'TestAwsCredentialsInput.consoleRoleName': (consoleRoleName) => tested({ consoleRoleName }),
      'TestAwsCredentialsInput.nodeRoleName': (nodeRoleName) => tested({ nodeRoleName }),
      'AwsAssumeRoleInput.roleArn': (roleArn) =>
        tested({ credentials: { awsAssumeRole: { roleArn, externalIdHandle: 'any' } } }),
      'IamSetupInput.accessRoleName': (accessRoleName) => setUp({ accessRoleName }),
      'IamSetupInput.consoleRoleName': (consoleRoleName) => setUp({ consoleRoleName }),
      'IamSetupInput.nodeRoleName': (nodeRoleName) => setUp({ nodeRoleName }),
      'IamSetupInput.userName': (userName) => setUp({ userName }),
      'IamSetupInput.path': (path) => setUp({ path }),
      'IamSetupInput.permissionsBoundaryArn': (permissionsBoundaryArn) => setUp({ permissionsBoundaryArn }),
    };
    const updated = async (change: object) => {
      const { id, version } = await createAccount();
      return (await asked(mutations.update, { id, expectedVersion: version, ...change })).userErrors;
    };
    const tested = async (change: object) =>
      (
        await asked(mutations.test, {
          ...{ credentials: sandboxKey('WORKS', nextUser()), consoleRoleName: 'console-role' },
          ...change,
        })
      ).userErrors;
    const setUp = async (change: object) => {
      const { extensions } = await gateway.error(iamSetup, { input: { vendorAccountId: '111111111111', ...change } });
      return extensions.faults;
    };

    it.each(Object.keys(sent))('%s is refused for that reason', async (field) => {
      const name = field.split('.')[1]!;
      const kind = name === 'permissionsBoundaryArn' ? 'policy' : 'role';
      const text = name === 'path' ? '/team/' : /Arn$/.test(name) ? `arn:aws:iam::123456789012:${kind}/a` : 'a';

      const faults = await sent[field]!(`${text} `);

      expect(faults).toMatchObject([
        { code: 'INVALID_INPUT', message: expect.stringContaining('must not begin or end with whitespace') },
      ]);
      expect(faults[0]!.path.at(-1)).toBe(name);
    });

    it('has a row for each input field of the schema that takes a name, a path or an ARN of IAM', () => {
      const { schema } = gateway.get(GraphQLSchemaHost);
      const fields = Object.values(schema.getTypeMap())
        .filter(isInputObjectType)
        .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));

      expect(Object.keys(sent).sort()).toEqual(
        fields
          .filter((field) => /\.(path|userName|.*[rR]oleName|.*Arn)$/.test(field) && !/^ReportedResource/.test(field))
          .sort(),
      );
    });
  });
});
