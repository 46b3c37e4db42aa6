import { askAws, unusable, type AwsEndpoints } from '#libs/aws-credentials';
import { normalisedRules, type DesiredAttributes, type SecurityGroupRule } from '#libs/ledger';
import type * as Ec2Sdk from '@aws-sdk/client-ec2';
import type { EC2Client, Filter, Instance, IpPermission } from '@aws-sdk/client-ec2';
import {
  CloudInventory,
  type InventoryPlace,
  type SeenResource,
  type Tag,
  type WatchedKind,
} from '../cloud-inventory.js';

/** Number of resources in one response: a compromise between calls and memory. */
const pageSize = 500;

/** EC2 request and response, for every kind. */
interface Question {
  readonly Filters: Filter[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}
interface Answer {
  readonly seen: readonly SeenResource[];
  readonly nextToken: string | undefined;
}
type Ask = (sdk: Sdk, client: EC2Client, question: Question, deadline: Deadline) => Promise<Answer>;
type Sdk = typeof Ec2Sdk;
interface Deadline {
  readonly abortSignal: AbortSignal;
}

/** Implementation with the AWS SDK. Its EC2 client, the largest of all, is loaded on first use. */
export class SdkCloudInventory extends CloudInventory {
  constructor(private readonly endpoints: AwsEndpoints) {
    super();
  }

  async *tagged(place: InventoryPlace, kind: WatchedKind, tag: Tag): AsyncIterable<readonly SeenResource[]> {
    const Filters = [{ Name: `tag:${tag.key}`, Values: [tag.value] }];
    let NextToken: string | undefined;
    do {
      const page = await this.ask(place, kind, { Filters, MaxResults: pageSize, ...(NextToken && { NextToken }) });
      yield page.seen;
      NextToken = page.nextToken;
    } while (NextToken);
  }

  async withIds(place: InventoryPlace, kind: WatchedKind, ids: readonly string[]): Promise<SeenResource[]> {
    const Filters = [{ Name: asks[kind].idFilter, Values: [...ids] }];
    const seen: SeenResource[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.ask(place, kind, { Filters, MaxResults: pageSize, ...(NextToken && { NextToken }) });
      seen.push(...page.seen);
      NextToken = page.nextToken;
    } while (NextToken);
    return seen;
  }

  private async ask({ key, region }: InventoryPlace, kind: WatchedKind, question: Question): Promise<Answer> {
    const sdk = await import('@aws-sdk/client-ec2');
    const { action, ask } = asks[kind];
    return askAws(
      this.endpoints,
      { action, key, region },
      (config) => new sdk.EC2Client(config),
      (client, deadline) => ask(sdk, client, question, deadline),
    );
  }
}

const asks: Readonly<Record<WatchedKind, { action: `ec2:${string}`; idFilter: string; ask: Ask }>> = {
  INSTANCE: {
    action: 'ec2:DescribeInstances',
    idFilter: 'instance-id',
    ask: async ({ DescribeInstancesCommand }, client, question, deadline) => {
      const { Reservations, NextToken } = await client.send(new DescribeInstancesCommand(question), deadline);
      const instances = said(Reservations).flatMap(({ Instances = [] }) => Instances);
      return {
        seen: instances.map((instance) => seenOf(instance.InstanceId, stateOf(instance), isGone(instance))),
        nextToken: NextToken,
      };
    },
  },
  VOLUME: {
    action: 'ec2:DescribeVolumes',
    idFilter: 'volume-id',
    ask: async ({ DescribeVolumesCommand }, client, question, deadline) => {
      const { Volumes, NextToken } = await client.send(new DescribeVolumesCommand(question), deadline);
      const seen = said(Volumes).map(({ VolumeId, VolumeType, Size, State }) =>
        seenOf(VolumeId, { volumeType: VolumeType, sizeGiB: Size }, State === 'deleting' || State === 'deleted'),
      );
      return { seen, nextToken: NextToken };
    },
  },
  SECURITY_GROUP: {
    action: 'ec2:DescribeSecurityGroups',
    idFilter: 'group-id',
    ask: async ({ DescribeSecurityGroupsCommand }, client, question, deadline) => {
      const { SecurityGroups, NextToken } = await client.send(new DescribeSecurityGroupsCommand(question), deadline);
      const seen = said(SecurityGroups).map(({ GroupId, IpPermissions = [], IpPermissionsEgress = [] }) => {
        const rules = [
          ...IpPermissions.flatMap((permission) => rulesOf(permission, 'INGRESS')),
          ...IpPermissionsEgress.flatMap((permission) => rulesOf(permission, 'EGRESS')),
        ];
        return seenOf(GroupId, { rules: normalisedRules(rules) });
      });
      return { seen, nextToken: NextToken };
    },
  },
  SUBNET: {
    action: 'ec2:DescribeSubnets',
    idFilter: 'subnet-id',
    ask: async ({ DescribeSubnetsCommand }, client, question, deadline) => {
      const { Subnets, NextToken } = await client.send(new DescribeSubnetsCommand(question), deadline);
      return {
        seen: said(Subnets).map(({ SubnetId, CidrBlock }) => seenOf(SubnetId, { cidr: CidrBlock })),
        nextToken: NextToken,
      };
    },
  },
  VPC: {
    action: 'ec2:DescribeVpcs',
    idFilter: 'vpc-id',
    ask: async ({ DescribeVpcsCommand }, client, question, deadline) => {
      const { Vpcs, NextToken } = await client.send(new DescribeVpcsCommand(question), deadline);
      return {
        seen: said(Vpcs).map(({ VpcId, CidrBlock }) => seenOf(VpcId, { cidr: CidrBlock })),
        nextToken: NextToken,
      };
    },
  },
};

/**
 * The SDK treats the page of a proxy as a success without data. Then nothing is known, not even that no resource
 * exists.
 */
function said<T>(list: readonly T[] | undefined): readonly T[] {
  if (!list) throw unusable();
  return list;
}

/** Attributes that the response does not contain are omitted: nothing is concluded from them. */
function seenOf(
  id: string | undefined,
  attributes: Record<string, string | number | readonly string[] | undefined>,
  isGone = false,
): SeenResource {
  const said = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return { id: id ?? '', isGone, attributes: Object.fromEntries(said) as DesiredAttributes };
}

/** An instance in transition counts as if it had reached its target state, which it does within a minute. */
function stateOf({ State, InstanceType }: Instance) {
  const state = /^(pending|running)$/.test(State?.Name ?? '') ? 'RUNNING' : 'STOPPED';
  return { state, instanceType: InstanceType };
}

const isGone = ({ State }: Instance) => State?.Name === 'terminated' || State?.Name === 'shutting-down';

/** One rule for each peer, as in the ledger. */
function rulesOf(permission: IpPermission, direction: SecurityGroupRule['direction']): SecurityGroupRule[] {
  const { IpProtocol = '-1', FromPort, ToPort } = permission;
  const peers = [
    ...(permission.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId }) => PrefixListId),
  ];
  return peers.flatMap((peer) =>
    peer ? [{ direction, protocol: IpProtocol, fromPort: FromPort ?? null, toPort: ToPort ?? null, peer }] : [],
  );
}
