import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DeleteVpcCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type ResourceType,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import type { Condition } from '@cloud-account-gateway/iam-policy';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { startAwsSandbox, type AwsSandbox, type PolicyDocument } from '../index.js';
import { ec2At, signerOf, stsAt, type Signer } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeEach(async () => (sandbox = await startAwsSandbox({ pace: 0 })));
afterEach(() => sandbox.close());

const key: Signer = { accessKeyId: 'AKIASANDBOXWORKSA1U1' };
const ec2 = (signer: Signer = key) => ec2At(sandbox.url, signer);
const tagged = (ResourceType: ResourceType, Value = 'acme') => ({
  TagSpecifications: [{ ResourceType, Tags: [{ Key: 'managed-by', Value }] }],
});
const ours = [{ Name: 'tag:managed-by', Values: ['acme'] }];

async function network(by: Signer = key) {
  const { Vpc } = await ec2(by).send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', ...tagged('vpc') }));
  const VpcId = Vpc!.VpcId!;
  const { Subnet } = await ec2(by).send(
    new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24', ...tagged('subnet') }),
  );
  const { GroupId } = await ec2(by).send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: 'db', Description: 'd', ...tagged('security-group') }),
  );
  return { VpcId, SubnetId: Subnet!.SubnetId!, GroupId: GroupId! };
}
const run = async (count = 1, more: object = {}, by: Signer = key) => {
  const { Instances } = await ec2(by).send(
    new RunInstancesCommand({
      ...{ MinCount: count, MaxCount: count, InstanceType: 'm7g.large' },
      ...tagged('instance'),
      ...more,
    }),
  );
  return Instances!.map(({ InstanceId }) => InstanceId!);
};
const stateOf = async (InstanceId: string, by?: Signer) => {
  const { Reservations } = await ec2(by).send(new DescribeInstancesCommand({ InstanceIds: [InstanceId] }));
  return Reservations![0]!.Instances![0]!.State!.Name;
};

describe('what is built', () => {
  it('stands as it was built, in its account and its region, and nowhere else', async () => {
    const { VpcId, SubnetId, GroupId } = await network();
    const [id] = await run(1, { SubnetId, SecurityGroupIds: [GroupId] });
    const volume = { AvailabilityZone: 'us-east-1a', Size: 100, VolumeType: 'gp3' as const };
    const { VolumeId } = await ec2().send(new CreateVolumeCommand({ ...volume, ...tagged('volume') }));

    const { Reservations } = await ec2().send(new DescribeInstancesCommand({ Filters: ours }));
    expect(Reservations).toMatchObject([
      {
        OwnerId: '900000000361',
        Instances: [
          {
            ...{ InstanceId: id, InstanceType: 'm7g.large', SubnetId, State: { Name: 'running', Code: 16 } },
            ...{ SecurityGroups: [{ GroupId }], Tags: [{ Key: 'managed-by', Value: 'acme' }] },
            LaunchTime: expect.any(Date),
          },
        ],
      },
    ]);
    expect((await ec2().send(new DescribeVolumesCommand({}))).Volumes).toMatchObject([
      { VolumeId, Size: 100, VolumeType: 'gp3' },
    ]);
    expect((await ec2().send(new DescribeVpcsCommand({}))).Vpcs).toMatchObject([{ VpcId, CidrBlock: '10.0.0.0/16' }]);
    expect((await ec2().send(new DescribeSubnetsCommand({}))).Subnets).toMatchObject([
      { SubnetId, VpcId, CidrBlock: '10.0.1.0/24' },
    ]);
    for (const elsewhere of [{ ...key, region: 'eu-west-1' }, { accessKeyId: 'AKIASANDBOXWORKSA2U1' }])
      expect((await ec2(elsewhere).send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
    expect(await stateOf(id!, { accessKeyId: 'AKIASANDBOXWORKSA1U7' })).toBe('running');
  });

  it('is taken down only when nothing stands in it', async () => {
    const { VpcId, SubnetId, GroupId } = await network();
    const [id] = await run(1, { SubnetId, SecurityGroupIds: [GroupId] });
    const violated = { name: 'DependencyViolation' };

    await expect(ec2().send(new DeleteVpcCommand({ VpcId }))).rejects.toMatchObject(violated);
    await expect(ec2().send(new DeleteSubnetCommand({ SubnetId }))).rejects.toMatchObject(violated);
    await expect(ec2().send(new DeleteSecurityGroupCommand({ GroupId }))).rejects.toMatchObject(violated);
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: [id!] }));
    await ec2().send(new DeleteSubnetCommand({ SubnetId }));
    await ec2().send(new DeleteSecurityGroupCommand({ GroupId }));
    await ec2().send(new DeleteVpcCommand({ VpcId }));

    expect((await ec2().send(new DescribeVpcsCommand({}))).Vpcs).toEqual([]);
    expect(await stateOf(id!)).toBe('terminated');
    await expect(ec2().send(new StartInstancesCommand({ InstanceIds: [id!] }))).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
    });
  });

  it('can be met with: stopped and started, rules and tags changed', async () => {
    const { GroupId } = await network();
    const [id] = await run();
    const open = (peer: object) => ({
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, ...peer }],
    });
    const world = { IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    const rules = async () => {
      const { SecurityGroups } = await ec2().send(new DescribeSecurityGroupsCommand({ Filters: ours }));
      const [{ IpPermissions = [], IpPermissionsEgress = [] } = {}] = SecurityGroups!;
      return [IpPermissions, IpPermissionsEgress];
    };

    await ec2().send(new StopInstancesCommand({ InstanceIds: [id!] }));
    expect(await stateOf(id!)).toBe('stopped');
    await ec2().send(new StartInstancesCommand({ InstanceIds: [id!] }));
    expect(await stateOf(id!)).toBe('running');

    await ec2().send(
      new AuthorizeSecurityGroupIngressCommand(
        open({ ...world, Ipv6Ranges: [{ CidrIpv6: '::/0' }], UserIdGroupPairs: [{ GroupId }] }),
      ),
    );
    await expect(ec2().send(new AuthorizeSecurityGroupIngressCommand(open(world)))).rejects.toMatchObject({
      name: 'InvalidPermission.Duplicate',
    });
    expect(await rules()).toMatchObject([
      [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, ...world, Ipv6Ranges: [{}], UserIdGroupPairs: [{ GroupId }] }],
      [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    ]);
    await ec2().send(new RevokeSecurityGroupIngressCommand(open(world)));
    await ec2().send(
      new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [{ IpProtocol: '-1', ...world }] }),
    );
    expect(await rules()).toMatchObject([[{ IpRanges: [], UserIdGroupPairs: [{ GroupId }] }], []]);
    await expect(ec2().send(new RevokeSecurityGroupIngressCommand(open(world)))).rejects.toMatchObject({
      name: 'InvalidPermission.NotFound',
    });

    await ec2().send(new DeleteTagsCommand({ Resources: [id!], Tags: [{ Key: 'managed-by' }] }));
    expect((await ec2().send(new DescribeInstancesCommand({ Filters: ours }))).Reservations).toEqual([]);
    await ec2().send(new CreateTagsCommand({ Resources: [id!], Tags: [{ Key: 'managed-by', Value: 'acme' }] }));
    expect((await ec2().send(new DescribeInstancesCommand({ Filters: ours }))).Reservations).toHaveLength(1);
  });
});

describe('looking', () => {
  it('comes in pages, by as many as one asks for', async () => {
    const ids = await run(12);
    const seen: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await ec2().send(new DescribeInstancesCommand({ Filters: ours, MaxResults: 5, NextToken }));
      seen.push(...page.Reservations!.flatMap(({ Instances }) => Instances!.map(({ InstanceId }) => InstanceId!)));
      NextToken = page.NextToken;
      pages++;
    } while (NextToken);

    expect(pages).toBe(3);
    expect(seen).toEqual(ids);
  });

  it('by ids fails for one that is not there, and by a filter does not', async () => {
    const [id] = await run();
    const gone = 'i-00000000000000000';

    await expect(ec2().send(new DescribeInstancesCommand({ InstanceIds: [id!, gone] }))).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
      message: `The instance ID '${gone}' does not exist`,
    });
    const Filters = [{ Name: 'instance-id', Values: [id!, gone] }];
    expect((await ec2().send(new DescribeInstancesCommand({ Filters }))).Reservations).toHaveLength(1);
  });
});

describe('EC2 refuses in its own words', () => {
  const look = (signer?: Signer) => ec2(signer).send(new DescribeInstancesCommand({}));

  it.each<[string, Signer, string, number]>([
    ['a key it does not know', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 'AuthFailure', 401],
    ['a wrong secret', { ...key, secretAccessKey: 'x'.repeat(40) }, 'AuthFailure', 401],
    ['whom it throttles', { accessKeyId: 'AKIASANDBOXTHROTA6U1' }, 'RequestLimitExceeded', 503],
  ])('%s', async (_, signer, name, httpStatusCode) => {
    await expect(look(signer)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
  });

  it('what a policy does not allow, whatever the tags of what is to be changed', async () => {
    const policy: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['ec2:RunInstances', 'ec2:CreateTags'], Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'ec2:StopInstances',
          Resource: '*',
          Condition: { StringEquals: { 'aws:ResourceTag/managed-by': 'acme' } },
        },
        {
          Effect: 'Deny',
          Action: 'ec2:RunInstances',
          Resource: 'arn:aws:ec2:*:*:instance/*',
          Condition: { StringNotEquals: { 'aws:RequestTag/managed-by': 'acme' } },
        },
      ],
    };
    sandbox.admin.setUserPolicies(key.accessKeyId, [policy]);
    const [id] = await run();
    const [others] = await run(1, {}, { accessKeyId: 'AKIASANDBOXWORKSA1U2' });
    const unauthorized = { name: 'UnauthorizedOperation', $metadata: { httpStatusCode: 403 } };

    await expect(look()).rejects.toMatchObject(unauthorized);
    await expect(run(1, tagged('instance', 'theirs'))).rejects.toMatchObject(unauthorized);
    await ec2().send(new StopInstancesCommand({ InstanceIds: [id!] }));
    await ec2({ accessKeyId: 'AKIASANDBOXWORKSA1U2' }).send(
      new DeleteTagsCommand({ Resources: [others!], Tags: [{ Key: 'managed-by' }] }),
    );
    await expect(ec2().send(new StopInstancesCommand({ InstanceIds: [others!] }))).rejects.toMatchObject(unauthorized);
  });

  it('instances whose root volume, network interface, subnet or security group a policy denies', async () => {
    const { SubnetId, GroupId } = await network();
    const all = (...types: ResourceType[]) => ({
      TagSpecifications: types.flatMap((type) => tagged(type).TagSpecifications),
      ...{ SubnetId, SecurityGroupIds: [GroupId] },
    });
    const everything = all('instance', 'volume', 'network-interface');
    const denied = (kind: string, Condition: Condition): PolicyDocument => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
        { Effect: 'Deny', Action: 'ec2:RunInstances', Resource: `arn:aws:ec2:*:*:${kind}/*`, Condition },
      ],
    });
    const untagged = { StringNotEquals: { 'aws:RequestTag/managed-by': 'acme' } };
    for (const kind of ['volume', 'network-interface'] as const) {
      sandbox.admin.setUserPolicies(key.accessKeyId, [denied(kind, untagged)]);
      await expect(run(1, all('instance'))).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
      expect(await run(1, all('instance', kind))).toHaveLength(1);
    }
    for (const kind of ['subnet', 'security-group']) {
      const isOurs = { StringEquals: { 'aws:ResourceTag/managed-by': 'acme' } };
      sandbox.admin.setUserPolicies(key.accessKeyId, [denied(kind, isOurs)]);
      await expect(run(1, everything)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    }
    const others = { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['team'] } };
    sandbox.admin.setUserPolicies(key.accessKeyId, [denied('instance', others)]);
    await expect(run(1, everything)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  });

  it('and lets in sessions of the user', async () => {
    const { Credentials } = await stsAt(sandbox.url, key).send(new GetSessionTokenCommand({}));
    expect((await look(signerOf(Credentials))).Reservations).toEqual([]);
    sandbox.admin.endSessions();
    await expect(look(signerOf(Credentials))).rejects.toMatchObject({ name: 'RequestExpired' });
  });
});

describe('with a file', () => {
  it('everything is there again after a restart, also after one in the middle of a line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ec2-'));
    const ec2File = join(folder, 'ec2.jsonl');
    const restart = async () => {
      await sandbox.close();
      sandbox = await startAwsSandbox({ pace: 0, ec2File });
    };
    try {
      await restart();
      const [id, gone] = await run(2);
      const { VolumeId } = await ec2().send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
      await ec2().send(new DeleteVolumeCommand({ VolumeId }));
      await ec2().send(new StopInstancesCommand({ InstanceIds: [gone!] }));
      appendFileSync(ec2File, '{"kind":"instance","id":"i-');
      await restart();

      expect(await stateOf(id!)).toBe('running');
      expect(await stateOf(gone!)).toBe('stopped');
      expect((await ec2().send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
      expect(readFileSync(ec2File, 'utf8').trim().split('\n')).toHaveLength(2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
