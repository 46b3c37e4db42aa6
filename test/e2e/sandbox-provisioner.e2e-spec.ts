import { setTimeout as wait } from 'node:timers/promises';
import { DriftPace } from '#libs/drift';
import { SandboxProvisioning } from '#libs/subscriptions';
import {
  DescribeInstancesCommand,
  DescribeVpcsCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { ec2Of } from '../support/built.js';
import { Gateway } from '../support/gateway.js';
import { createSubscription, hostedAccount, numberOf, stepsWith } from '../support/steps.js';

const state = `status plan failure { message } provisioning { kind progress message isClaimed }
  resources(first: 20) { nodes { kind state removedAt } }`;
const errors = 'userErrors { code path message }';

describe('the provisioner of the sandbox', () => {
  let gateway: Gateway;
  const { createAccount, nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({ PROVISIONER: 'sandbox' }, { pace: 0 });
    Object.assign(gateway.get(SandboxProvisioning), { pause: 0 });
    Object.assign(gateway.get(DriftPace), { settling: 0 });
  });
  afterAll(() => gateway.stop());

  const one = async (name: string, type: string, input: object, selection: string) => {
    const answer = await gateway.ask(
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} ${errors} } }`,
      { input },
    );
    expect(answer[name].userErrors).toEqual([]);
    return answer[name];
  };
  const begin = async (cloudAccountId: string, more: object = {}) => {
    const input = { cloudAccountId, name: 'Orders', region: 'us-east-1', ...more };
    const { subscription, userErrors } = (await gateway.ask(createSubscription, { input })).createSubscription;
    expect(userErrors).toEqual([]);
    return subscription.id as string;
  };
  const read = async (id: string) =>
    (await gateway.ask(`query ($id: ID!) { cloudSubscription(id: $id) { version ${state} } }`, { id }))
      .cloudSubscription;
  const change = async (id: string, plan: string) => {
    const { version: expectedVersion } = await read(id);
    await one('updateSubscription', 'UpdateSubscriptionInput', { id, expectedVersion, plan }, 'subscription { id }');
  };
  const until = async (id: string, status: string) => {
    for (let tries = 0; tries < 600; tries++) {
      const seen = await read(id);
      if (seen.status === status && seen.provisioning === null) return seen;
      await wait(50);
    }
    throw new Error(`It is not ${status}, but: ${JSON.stringify(await read(id))}`);
  };
  const standing = ({ resources }: any) =>
    resources.nodes.filter(({ removedAt }: any) => !removedAt).map(({ kind }: any) => kind);
  const runningIn = async (which: string) => {
    const { Reservations } = await ec2Of(gateway.sandboxUrl, which).send(new DescribeInstancesCommand({}));
    return Reservations!.flatMap(({ Instances }) => Instances!).filter(({ State }) => State!.Name === 'running').length;
  };
  const network = ['VPC', 'SUBNET', 'SECURITY_GROUP', 'VOLUME'];

  it('builds the plan, changes it, removes it, and leaves nothing behind', async () => {
    const which = nextUser();
    const account = await createAccount({ which });
    const id = await begin(account.id, { plan: 'medium', tags: [{ key: 'team', value: 'orders' }] });
    expect(standing(await until(id, 'ACTIVE'))).toEqual([...network, 'INSTANCE', 'INSTANCE']);
    expect(await runningIn(which)).toBe(2);
    const { drift } = await one(
      'checkDrift',
      'CheckDriftInput',
      { cloudAccountId: account.id },
      'drift { verdict codes }',
    );
    expect(drift).toEqual({ verdict: 'IN_SYNC', codes: [] });

    for (const [plan, instances] of [
      ['large', 3],
      ['small', 1],
    ] as const) {
      await change(id, plan);
      expect(standing(await until(id, 'ACTIVE'))).toEqual([...network, ...Array(instances).fill('INSTANCE')]);
      expect(await runningIn(which)).toBe(instances);
    }

    await one('deleteSubscription', 'DeleteSubscriptionInput', { id }, 'subscription { id }');
    expect(standing(await until(id, 'DELETED'))).toEqual([]);
    expect(await runningIn(which)).toBe(0);
    expect((await ec2Of(gateway.sandboxUrl, which).send(new DescribeVpcsCommand({}))).Vpcs).toEqual([]);
    await one('deleteCloudAccount', 'DeleteCloudAccountInput', { id: account.id }, 'deletedCloudAccountId');
  });

  it('needs only the policies of iamSetup, and adds all tags that they require', async () => {
    const which = nextUser();
    const account = await createAccount({ which });
    const { iamSetup } = await gateway.ask(
      'query ($input: IamSetupInput) { iamSetup(input: $input) { manual { steps { title document } } } }',
      { input: { awsAccountId: account.awsAccountId, vendorAccountId: '111111111111' } },
    );
    const policies = iamSetup.manual.steps
      .filter(({ title }: any) => /^Policy: .*-(provisioning-\d|self)$/.test(title))
      .map(({ document }: any) => JSON.parse(document));
    expect(policies).toHaveLength(3);
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, policies);

    const id = await begin(account.id, { plan: 'medium' });
    expect(standing(await until(id, 'ACTIVE'))).toEqual([...network, 'INSTANCE', 'INSTANCE']);
    // As another user of the same AWS account.
    const ec2 = ec2Of(gateway.sandboxUrl, `${which.slice(0, 2)}ZZ`);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    await ec2.send(new StopInstancesCommand({ InstanceIds: [Reservations![0]!.Instances![0]!.InstanceId!] }));
    await change(id, 'large');
    expect(standing(await until(id, 'ACTIVE'))).toEqual([...network, 'INSTANCE', 'INSTANCE', 'INSTANCE']);
    await one('deleteSubscription', 'DeleteSubscriptionInput', { id }, 'subscription { id }');
    expect(standing(await until(id, 'DELETED'))).toEqual([]);
  });

  it('continues after another one was interrupted, and creates nothing twice', async () => {
    const which = nextUser();
    const account = await createAccount({ which });
    Object.assign(gateway.get(SandboxProvisioning), { pause: 100_000 });
    const id = await begin(account.id, { plan: 'small' });
    while ((await read(id)).provisioning?.progress !== 10) await wait(50);
    // As if the process had stopped: it sends no reports, and its lease ends.
    Object.assign(gateway.get(SandboxProvisioning), { pause: 0 });
    await gateway.sql(
      "UPDATE provisioning_work SET lease_until = '2026-01-01 00:00:00.000' WHERE subscription_id = ?",
      [numberOf(id)],
    );

    expect(standing(await until(id, 'ACTIVE'))).toEqual([...network, 'INSTANCE']);
    expect((await ec2Of(gateway.sandboxUrl, which).send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
  });

  it('stops when the customer ends the subscription, and removes its resources', async () => {
    const account = await createAccount();
    Object.assign(gateway.get(SandboxProvisioning), { pause: 300 });
    const id = await begin(account.id);
    while (!((await read(id)).provisioning?.progress >= 25)) await wait(20);
    await one('deleteSubscription', 'DeleteSubscriptionInput', { id }, 'subscription { id }');
    Object.assign(gateway.get(SandboxProvisioning), { pause: 0 });
    const ended = await until(id, 'DELETED');
    expect(standing(ended)).toEqual([]);
    expect(ended.resources.nodes.length).toBeGreaterThan(0);
  });

  it('starts stopped instances before it changes others', async () => {
    const which = nextUser();
    const account = await createAccount({ which });
    const id = await begin(account.id, { plan: 'small' });
    await until(id, 'ACTIVE');
    const ec2 = ec2Of(gateway.sandboxUrl, which);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    const InstanceIds = Reservations!.flatMap(({ Instances }) => Instances!.map(({ InstanceId }) => InstanceId!));
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    await change(id, 'medium');
    await until(id, 'ACTIVE');
    expect(await runningIn(which)).toBe(2);
  });

  it('reports resources that were deleted by others, and creates missing ones', async () => {
    const which = nextUser();
    const account = await createAccount({ which });
    const id = await begin(account.id, { plan: 'medium' });
    await until(id, 'ACTIVE');
    const ec2 = ec2Of(gateway.sandboxUrl, which);
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [Reservations![0]!.Instances![0]!.InstanceId!] }));
    await change(id, 'large');

    expect(standing(await until(id, 'ACTIVE'))).toEqual([...network, 'INSTANCE', 'INSTANCE', 'INSTANCE']);
    expect(await runningIn(which)).toBe(3);
  });

  it('adds the tags of the vendor, whatever tags the customer sends', async () => {
    const account = await createAccount();
    const input = { cloudAccountId: account.id, name: 'Orders', region: 'us-east-1' };
    for (const key of ['managed-by', 'MANAGED-BY', 'managed-by-subscription']) {
      const tags = [
        { key: 'team', value: 'orders' },
        { key, value: '2' },
      ];
      const { createSubscription: refused } = await gateway.ask(createSubscription, { input: { ...input, tags } });
      expect(refused.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'tags'] }]);
    }
    const id = await begin(account.id);
    const { version: expectedVersion } = await until(id, 'ACTIVE');
    const retag = { id, expectedVersion, tags: [{ key: 'managed-by', value: 'me' }] };
    const { updateSubscription } = await gateway.ask(
      `mutation ($input: UpdateSubscriptionInput!) { updateSubscription(input: $input) { ${errors} } }`,
      { input: retag },
    );
    expect(updateSubscription.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'tags'] }]);
  });

  it('also builds in the European Sovereign Cloud', async () => {
    const account = await createAccount({ region: 'eusc-de-east-1' });
    const id = await begin(account.id, { region: 'eusc-de-east-1' });
    expect(standing(await until(id, 'ACTIVE'))).toEqual([...network, 'INSTANCE']);
  });

  it('reports the reason when it cannot build', async () => {
    const account = await createAccount();
    const elsewhere = await begin(account.id, { vpcId: 'vpc-0123456789abcdef0', deploymentCidr: '10.0.0.0/24' });
    expect((await until(elsewhere, 'ERROR')).failure.message).toBe('The sandbox cannot build in an existing VPC.');

    const forbidden = await createAccount();
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${forbidden.awsUserId.slice(-4)}`, []);
    const closed = await createAccount();
    gateway.aws.setRegionEnabled(`AKIASANDBOXWORKS${closed.awsUserId.slice(-4)}`, 'ap-east-1', false);
    const disabled = await begin(closed.id, { region: 'ap-east-1' });
    expect((await until(disabled, 'ERROR')).failure.message).toMatch(/^The region is not enabled in the AWS account\./);

    const id = await begin(forbidden.id);
    expect((await until(id, 'ERROR')).failure.message).toMatch(/^AWS does not allow ec2:DescribeVpcs:/);
  });

  it('ignores hosted accounts', async () => {
    const id = await begin(hostedAccount);
    await wait(2_500);
    expect(await read(id)).toMatchObject({ status: 'PENDING', provisioning: { isClaimed: false } });
  });
});
