import { askAws, CredentialsRejected, unusable, type AwsEndpoints } from '#libs/aws-credentials';
import { ec2PermissionOf } from '#libs/drift';
import { normalisedRules, type SecurityGroupRule } from '#libs/ledger';
import type * as Ec2Sdk from '@aws-sdk/client-ec2';
import type { EC2Client, ResourceType, TagSpecification, VolumeType, _InstanceType } from '@aws-sdk/client-ec2';
import { CloudWorkshop, type Blueprint, type BuiltKind, type BuiltThing, type Workplace } from './cloud-workshop.js';

/** EC2 names of the actions, as in policies and refusals. */
const actions: Readonly<Record<BuiltKind, { describe: string; make: string; remove: string }>> = {
  VPC: { describe: 'DescribeVpcs', make: 'CreateVpc', remove: 'DeleteVpc' },
  SUBNET: { describe: 'DescribeSubnets', make: 'CreateSubnet', remove: 'DeleteSubnet' },
  SECURITY_GROUP: { describe: 'DescribeSecurityGroups', make: 'CreateSecurityGroup', remove: 'DeleteSecurityGroup' },
  VOLUME: { describe: 'DescribeVolumes', make: 'CreateVolume', remove: 'DeleteVolume' },
  INSTANCE: { describe: 'DescribeInstances', make: 'RunInstances', remove: 'TerminateInstances' },
};

/** Implementation with the AWS SDK. Its EC2 client is loaded on first use. */
export class SdkCloudWorkshop extends CloudWorkshop {
  constructor(private readonly endpoints: AwsEndpoints) {
    super();
  }

  async standing(place: Workplace, kind: BuiltKind): Promise<BuiltThing[]> {
    const Filters = [{ Name: `tag:${place.mark.key}`, Values: [place.mark.value] }];
    return this.ask(place, actions[kind].describe, async (sdk, client, deadline) => {
      const things = (list: readonly (string | undefined)[] | undefined) => {
        if (!list) throw unusable();
        return list.map((id) => ({ id: id ?? '', isReady: true, isStopped: false }));
      };
      switch (kind) {
        case 'VPC': {
          const { Vpcs } = await client.send(new sdk.DescribeVpcsCommand({ Filters }), deadline);
          return things(Vpcs?.map(({ VpcId }) => VpcId));
        }
        case 'SUBNET': {
          const { Subnets } = await client.send(new sdk.DescribeSubnetsCommand({ Filters }), deadline);
          return things(Subnets?.map(({ SubnetId }) => SubnetId));
        }
        case 'SECURITY_GROUP': {
          const { SecurityGroups } = await client.send(new sdk.DescribeSecurityGroupsCommand({ Filters }), deadline);
          return things(SecurityGroups?.map(({ GroupId }) => GroupId));
        }
        case 'VOLUME': {
          const { Volumes } = await client.send(new sdk.DescribeVolumesCommand({ Filters }), deadline);
          return things(Volumes?.map(({ VolumeId }) => VolumeId));
        }
        case 'INSTANCE': {
          const { Reservations } = await client.send(new sdk.DescribeInstancesCommand({ Filters }), deadline);
          if (!Reservations) throw unusable();
          return Reservations.flatMap(({ Instances = [] }) => Instances)
            .filter(({ State }) => State?.Name !== 'terminated')
            .map(({ InstanceId, State }) => ({
              id: InstanceId ?? '',
              isReady: State?.Name === 'running',
              isStopped: State?.Name === 'stopped',
            }));
        }
      }
    });
  }

  async make(place: Workplace, blueprint: Blueprint): Promise<string> {
    const making = async (sdk: typeof Ec2Sdk, client: EC2Client, deadline: Deadline) => {
      switch (blueprint.kind) {
        case 'VPC': {
          const TagSpecifications = tagged(place, 'vpc');
          const { Vpc } = await client.send(
            new sdk.CreateVpcCommand({ CidrBlock: blueprint.cidr, TagSpecifications }),
            deadline,
          );
          return Vpc?.VpcId;
        }
        case 'SUBNET': {
          const TagSpecifications = tagged(place, 'subnet');
          const { vpcId: VpcId, cidr: CidrBlock } = blueprint;
          const { Subnet } = await client.send(
            new sdk.CreateSubnetCommand({ VpcId, CidrBlock, TagSpecifications }),
            deadline,
          );
          return Subnet?.SubnetId;
        }
        case 'SECURITY_GROUP':
          return makeGroup(sdk, client, place, blueprint.vpcId, deadline);
        case 'VOLUME': {
          const TagSpecifications = tagged(place, 'volume');
          const { VolumeId } = await client.send(
            new sdk.CreateVolumeCommand({
              AvailabilityZone: `${place.region}a`,
              Size: blueprint.sizeGiB,
              VolumeType: blueprint.volumeType as VolumeType,
              TagSpecifications,
            }),
            deadline,
          );
          return VolumeId;
        }
        case 'INSTANCE': {
          const { Instances } = await client.send(
            new sdk.RunInstancesCommand({
              MinCount: 1,
              MaxCount: 1,
              InstanceType: blueprint.instanceType as _InstanceType,
              SubnetId: blueprint.subnetId,
              SecurityGroupIds: [blueprint.groupId],
              TagSpecifications: [
                ...tagged(place, 'instance'),
                // Policies can require tags on everything that a call creates. Root volumes are deleted with their
                // instance: without the identifying tag, they are not taken for the volume of the subscription.
                ...tagged(withoutMark(place), 'volume'),
                ...tagged(withoutMark(place), 'network-interface'),
              ],
            }),
            deadline,
          );
          return Instances?.[0]?.InstanceId;
        }
      }
    };
    // A resource whose creation was not confirmed is found by its tag. A retry of the SDK would create it twice.
    const id = await this.ask(place, actions[blueprint.kind].make, making, 1);
    if (!id) throw unusable();
    return id;
  }

  async allow(place: Workplace, groupId: string, rules: readonly SecurityGroupRule[]): Promise<void> {
    const lines = normalisedRules(rules.filter(({ direction }) => direction === 'INGRESS'));
    for (const line of lines)
      await this.ask(place, 'AuthorizeSecurityGroupIngress', (sdk, client, deadline) =>
        client.send(
          new sdk.AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [ec2PermissionOf(line)] }),
          deadline,
        ),
      ).catch((error: unknown) => {
        if (!(error instanceof CredentialsRejected && isDuplicate(error.cause))) throw error;
      });
  }

  async start(place: Workplace, instanceId: string): Promise<void> {
    await this.ask(place, 'StartInstances', (sdk, client, deadline) =>
      client.send(new sdk.StartInstancesCommand({ InstanceIds: [instanceId] }), deadline),
    );
  }

  async remove(place: Workplace, kind: BuiltKind, id: string): Promise<void> {
    await this.ask(place, actions[kind].remove, (sdk, client, deadline): Promise<unknown> => {
      switch (kind) {
        case 'VPC':
          return client.send(new sdk.DeleteVpcCommand({ VpcId: id }), deadline);
        case 'SUBNET':
          return client.send(new sdk.DeleteSubnetCommand({ SubnetId: id }), deadline);
        case 'SECURITY_GROUP':
          return client.send(new sdk.DeleteSecurityGroupCommand({ GroupId: id }), deadline);
        case 'VOLUME':
          return client.send(new sdk.DeleteVolumeCommand({ VolumeId: id }), deadline);
        case 'INSTANCE':
          return client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] }), deadline);
      }
    });
  }

  private async ask<T>(
    { key, region }: Workplace,
    action: string,
    work: (sdk: typeof Ec2Sdk, client: EC2Client, deadline: Deadline) => Promise<T>,
    maxAttempts = 3,
  ): Promise<T> {
    const sdk = await import('@aws-sdk/client-ec2');
    return askAws(
      this.endpoints,
      { action: `ec2:${action}`, key, region },
      (config) => new sdk.EC2Client({ ...config, maxAttempts }),
      (client, deadline) => work(sdk, client, deadline),
    );
  }
}

interface Deadline {
  readonly abortSignal: AbortSignal;
}

const tagged = ({ tags }: Pick<Workplace, 'tags'>, type: ResourceType): TagSpecification[] => [
  { ResourceType: type, Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) },
];

const withoutMark = ({ tags, mark }: Workplace) => ({ tags: tags.filter(({ key }) => key !== mark.key) });

async function makeGroup(
  sdk: typeof Ec2Sdk,
  client: EC2Client,
  place: Workplace,
  vpcId: string,
  deadline: Deadline,
): Promise<string | undefined> {
  const { GroupId } = await client.send(
    new sdk.CreateSecurityGroupCommand({
      GroupName: `subscription-${place.mark.value}`,
      Description: 'What reaches the database',
      VpcId: vpcId,
      TagSpecifications: tagged(place, 'security-group'),
    }),
    deadline,
  );
  return GroupId;
}

/** Error of EC2 for a rule that already exists. */
const isDuplicate = (error: unknown) => (error as { name?: string } | null)?.name === 'InvalidPermission.Duplicate';
