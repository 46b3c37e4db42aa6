import { sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Gateway } from '../support/gateway.js';
import { hostedAccount, numberOf, sandboxRole, stepsWith } from '../support/steps.js';

const errors = 'userErrors { code path message }';
const claimMutation = `mutation ($input: ClaimProvisioningWorkInput!) { claimProvisioningWork(input: $input) { work { subscriptionId claimId } } }`;
const issueMutation = `mutation ($input: IssueProvisioningCredentialsInput!) { issueProvisioningCredentials(input: $input) {
  credentials { accessKeyId secretAccessKey sessionToken expiresAt region operationId canCallIam } ${errors} } }`;
const stepMutation = `mutation ($input: PerformIamStepInput!) { performIamStep(input: $input) { roleArn ${errors} } }`;
const completeMutation = `mutation ($input: CompleteProvisioningInput!) { completeProvisioning(input: $input) { status } }`;
const usesQuery = `query ($id: ID!) { cloudAccount(id: $id) { credentialUses(first: 5) { nodes { purpose operationId actorKind actorName } } } }`;

describe("a provisioner's access to a customer's account", () => {
  let gateway: Gateway;
  let key: string;
  const { createAccount, createSubscription, issueExternalId, nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    key = await gateway.newKey({ role: 'PROVISIONER', name: 'Builder' }, 1);
  });
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.sql('DELETE FROM provisioning_work'));

  const one = async (mutation: string, input: object) =>
    Object.values<any>(await gateway.ask(mutation, { input }, key))[0];
  const issue = (work: object, more: object = {}) => one(issueMutation, { ...work, ...more });
  const step = (work: object, which: string) => one(stepMutation, { ...work, step: which });

  async function atWork(input: { which?: string; credentials?: object } = {}, region?: string) {
    const account = await createAccount(input);
    await createSubscription(account.id, undefined, region);
    const [work] = (await one(claimMutation, {})).work;
    return { account, work };
  }
  async function atWorkInRole(region?: string) {
    const which = nextUser();
    const { handle, externalId } = await issueExternalId();
    return atWork({ which, credentials: sandboxRole(which, `access-role-${externalId}`, handle) }, region);
  }
  const client = ({ accessKeyId, secretAccessKey, sessionToken }: any, region = 'us-east-1') => ({
    endpoint: gateway.sandboxUrl,
    region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    maxAttempts: 1,
  });
  const createVpc = (credentials: object, region?: string) =>
    new EC2Client(client(credentials, region)).send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));

  it('is a session of the user of an access key, which cannot call IAM, and never the access key itself', async () => {
    const { account, work } = await atWork();
    const before = Date.now();
    const { credentials, userErrors } = await issue(work, { durationSeconds: 900 });

    expect(userErrors).toEqual([]);
    expect(credentials).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA/),
      region: 'us-east-1',
      canCallIam: false,
    });
    expect(credentials.secretAccessKey).not.toBe(sandboxSecret);
    const seconds = (new Date(credentials.expiresAt).getTime() - before) / 1000;
    expect(seconds).toBeGreaterThan(880);
    expect(seconds).toBeLessThan(910);
    const { Arn } = await new STSClient(client(credentials)).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(account.awsUserArn);
    expect((await createVpc(credentials)).Vpc).toBeDefined();
    await expect(new IAMClient(client(credentials)).send(new GetUserCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });

    const { nodes } = (await gateway.ask(usesQuery, { id: account.id })).cloudAccount.credentialUses;
    expect(nodes[0]).toEqual({
      purpose: 'PROVISIONING',
      operationId: credentials.operationId,
      actorKind: 'API_KEY',
      actorName: 'Builder',
    });
    for (const table of ['credential_use', 'event', 'provisioning_work'])
      expect(JSON.stringify(await gateway.sql(`SELECT * FROM ${table}`))).not.toContain(credentials.accessKeyId);
  });

  it('is a session in the access role, named after the operation, and valid only in the region of the work', async () => {
    const { work } = await atWorkInRole();
    const { credentials } = await issue(work);

    expect(credentials).toMatchObject({ canCallIam: true });
    const { Arn } = await new STSClient(client(credentials)).send(new GetCallerIdentityCommand({}));
    expect(Arn!.split('/').at(-1)).toBe(credentials.operationId);
    const asked = gateway.aws.calls().findLast(({ action }) => action === 'AssumeRole')!.requestParameters;
    expect(asked['Policy']!.length).toBeLessThan(2048);
    expect(asked['ExternalId']).toMatch(/./);

    const sessions = { name: 'UnauthorizedOperation', message: expect.stringContaining('session policy') };
    expect((await createVpc(credentials)).Vpc).toBeDefined();
    await expect(createVpc(credentials, 'eu-west-1')).rejects.toMatchObject(sessions);
    await expect(
      new EC2Client(client(credentials, 'eu-west-1')).send(new DescribeVpcsCommand({})),
    ).rejects.toMatchObject(sessions);
  });

  it('lets the gateway perform the IAM steps, once', async () => {
    const { account, work } = await atWork();
    gateway.aws.setTrust(`AKIASANDBOXWORKS${account.awsUserId.slice(-4)}`, 'cloud-account-gateway-cluster-node-role', {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    });
    const arn = (path: string) => `arn:aws:iam::${account.awsAccountId}:role/${path}`;

    expect(await step(work, 'LOOK_UP_NODE_ROLE')).toMatchObject({
      roleArn: arn('cloud-account-gateway-cluster-node-role'),
    });
    const made = arn('aws-service-role/transitgateway.amazonaws.com/AWSServiceRoleForVPCTransitGateway');
    for (let again = 0; again < 2; again++)
      expect(await step(work, 'CREATE_TRANSIT_GATEWAY_ROLE')).toEqual({ roleArn: made, userErrors: [] });
  });

  it('reports refusals of AWS, with no input of the provisioner as the cause', async () => {
    const { account, work } = await atWork();
    expect((await step(work, 'LOOK_UP_NODE_ROLE')).userErrors).toMatchObject([
      { code: 'AWS_ROLE_NOT_FOUND', path: null },
    ]);
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${account.awsUserId.slice(-4)}`, []);
    expect((await step(work, 'CREATE_TRANSIT_GATEWAY_ROLE')).userErrors).toMatchObject([
      { code: 'AWS_ACTION_DENIED', path: null },
    ]);
    gateway.aws.inject({ action: 'GetSessionToken', fault: '503', times: 9 });
    expect((await issue(work)).userErrors).toMatchObject([{ code: 'AWS_UNREACHABLE', path: null }]);
    gateway.aws.forgetFaults();
  });

  it('reports a region that the AWS account has not enabled', async () => {
    const account = await createAccount();
    gateway.aws.setRegionEnabled(`AKIASANDBOXWORKS${account.awsUserId.slice(-4)}`, 'ap-east-1', false);
    await createSubscription(account.id, undefined, 'ap-east-1');
    const [work] = (await one(claimMutation, {})).work;
    expect((await issue(work)).userErrors).toMatchObject([{ code: 'AWS_REGION_NOT_ENABLED', path: null }]);

    // With an access role, the gateway uses its own identity.
    const inRole = await atWorkInRole('ap-east-1');
    gateway.aws.setRegionEnabled('AKIASANDBOXGTWAYA0U1', 'ap-east-1', false);
    expect((await issue(inRole.work)).userErrors).toMatchObject([
      { code: 'GATEWAY_IDENTITY_MISSING', message: expect.stringContaining('account of the gateway itself') },
    ]);
    gateway.aws.setRegionEnabled('AKIASANDBOXGTWAYA0U1', 'ap-east-1', true);
    expect((await issue(inRole.work)).userErrors).toEqual([]);
  });

  it('exists while the provisioner has the work', async () => {
    const { work } = await atWork();
    const lost = [{ code: 'PROVISIONING_LEASE_LOST', path: ['input', 'claimId'] }];
    const another = { ...work, claimId: '00000000-0000-0000-0000-000000000000' };
    for (const claim of [another, { ...work, subscriptionId: hostedAccount }]) {
      expect((await issue(claim)).userErrors).toMatchObject(lost);
      expect((await step(claim, 'LOOK_UP_NODE_ROLE')).userErrors).toMatchObject(lost);
    }
    const leaseEnds = "UPDATE provisioning_work SET lease_until = '2026-01-01 00:00:00.000' WHERE subscription_id = ?";
    await gateway.sql(leaseEnds, [numberOf(work.subscriptionId)]);
    expect((await issue(work)).userErrors).toMatchObject(lost);
    const [again] = (await one(claimMutation, {})).work;
    await one(completeMutation, again);
    expect((await issue(again)).userErrors).toMatchObject(lost);
  });

  it('does not exist for hosted accounts', async () => {
    await createSubscription(hostedAccount);
    const [work] = (await one(claimMutation, {})).work;
    expect((await issue(work)).userErrors).toMatchObject([{ code: 'PROVISIONING_ACCESS_UNAVAILABLE' }]);
    expect((await step(work, 'LOOK_UP_NODE_ROLE')).userErrors).toMatchObject([
      { code: 'PROVISIONING_ACCESS_UNAVAILABLE' },
    ]);
    for (const durationSeconds of [899, 3601])
      expect((await issue(work, { durationSeconds })).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', path: ['input', 'durationSeconds'] },
      ]);
  });
});
