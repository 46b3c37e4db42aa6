import { type Action } from '../actions/action.js';
import { type Caller } from '../caller.js';
import { type XmlContent } from '../protocol/xml.js';
import { authorizeLook, notFound, placeOf, tagSet } from './access.js';
import { invalidValue, filtersIn, listIn, pageIn, type Filter } from './parameters.js';
import { type Ec2Kind, type Ec2Of, type Ec2Resource, type Instance, type Rule } from './resource.js';

interface Description<Kind extends Ec2Kind> {
  readonly action: string;
  readonly kind: Kind;
  /** `InstanceId`: the parameter that lists ids. */
  readonly ids: string;
  /** `instance-id`: the filter by ids. */
  readonly idFilter: string;
  /** What the answer calls the list. */
  readonly set: string;
  readonly shown: (resource: Ec2Of<Kind>, caller: Caller) => XmlContent;
}

/**
 * Shows what is there of a kind: by ids, of which one that is not there fails the whole call; by filters, which find what
 * they find; in pages (EC2 API reference, DescribeInstances and its like).
 */
function describing<Kind extends Ec2Kind>({ action, kind, ids, idFilter, set, shown }: Description<Kind>): Action {
  return (caller, parameters, state) => {
    authorizeLook(caller, action, state);
    const there = state.ec2.of(placeOf(caller), kind);
    const asked = listIn(parameters, ids);
    const missing = asked.filter((id) => !there.some((resource) => resource.id === id));
    if (missing.length > 0) throw notFound(kind, missing);

    const filters = filtersIn(parameters);
    const found = there.filter(
      (resource) =>
        (asked.length === 0 || asked.includes(resource.id)) &&
        filters.every((filter) => fits(resource, filter, idFilter)),
    );
    const { page, nextToken } = pageIn(found, parameters);
    return { [set]: page.map((resource) => shown(resource, caller)), nextToken };
  };
}

function fits(resource: Ec2Resource, { name, values }: Filter, idFilter: string): boolean {
  if (name === idFilter) return values.includes(resource.id);
  if (name === 'tag-key') return values.some((value) => Object.hasOwn(resource.tags, value));
  if (name.startsWith('tag:')) return values.includes(resource.tags[name.slice(4)] ?? '\u0000');
  if (name === 'instance-state-name' && resource.kind === 'instance') return values.includes(resource.state);
  if (name === 'vpc-id' && 'vpcId' in resource) return values.includes(resource.vpcId);
  throw invalidValue('filter', name);
}

const stateCodes: Readonly<Record<Instance['state'], string>> = {
  pending: '0',
  running: '16',
  'shutting-down': '32',
  terminated: '48',
  stopping: '64',
  stopped: '80',
};

export const stateShown = (state: Instance['state']) => ({ code: stateCodes[state], name: state });

export function instanceShown(instance: Instance): XmlContent {
  const { id, instanceType, subnetId, groupIds, state, launchedAt } = instance;
  return {
    instanceId: id,
    instanceState: stateShown(state),
    instanceType,
    subnetId: subnetId ?? undefined,
    groupSet: groupIds.map((groupId) => ({ groupId })),
    launchTime: launchedAt,
    ...tagSet(instance),
  };
}

/** As EC2 groups rules: by protocol and ports, with lists of peers. */
function permissionsShown(rules: readonly Rule[], accountId: string): XmlContent {
  const grouped = Object.groupBy(rules, ({ protocol, fromPort, toPort }) =>
    JSON.stringify([protocol, fromPort, toPort]),
  );
  return Object.values(grouped).map((alike) => {
    const [{ protocol, fromPort, toPort }] = alike as [Rule, ...Rule[]];
    const peers = alike!.map(({ peer }) => peer);
    const of = (form: RegExp, member: string, more: object = {}) =>
      peers.filter((peer) => form.test(peer)).map((peer) => ({ ...more, [member]: peer }));
    return {
      ipProtocol: protocol,
      fromPort: fromPort?.toString(),
      toPort: toPort?.toString(),
      groups: of(/^sg-/, 'groupId', { userId: accountId }),
      ipRanges: of(/^\d+\./, 'cidrIp'),
      ipv6Ranges: of(/:/, 'cidrIpv6'),
      prefixListIds: of(/^pl-/, 'prefixListId'),
    };
  });
}

export const describeInstances = describing({
  action: 'DescribeInstances',
  kind: 'instance',
  ids: 'InstanceId',
  idFilter: 'instance-id',
  set: 'reservationSet',
  shown: (instance, { account }) => ({
    reservationId: instance.id.replace('i-', 'r-'),
    ownerId: account.id,
    instancesSet: [instanceShown(instance)],
  }),
});

export const describeVolumes = describing({
  action: 'DescribeVolumes',
  kind: 'volume',
  ids: 'VolumeId',
  idFilter: 'volume-id',
  set: 'volumeSet',
  shown: (volume) => ({
    volumeId: volume.id,
    size: String(volume.size),
    volumeType: volume.volumeType,
    availabilityZone: volume.zone,
    status: 'available',
    ...tagSet(volume),
  }),
});

export const describeSecurityGroups = describing({
  action: 'DescribeSecurityGroups',
  kind: 'security-group',
  ids: 'GroupId',
  idFilter: 'group-id',
  set: 'securityGroupInfo',
  shown: (group, { account }) => ({
    ownerId: account.id,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: group.vpcId,
    ipPermissions: permissionsShown(
      group.rules.filter(({ isEgress }) => !isEgress),
      account.id,
    ),
    ipPermissionsEgress: permissionsShown(
      group.rules.filter(({ isEgress }) => isEgress),
      account.id,
    ),
    ...tagSet(group),
  }),
});

export const describeSubnets = describing({
  action: 'DescribeSubnets',
  kind: 'subnet',
  ids: 'SubnetId',
  idFilter: 'subnet-id',
  set: 'subnetSet',
  shown: (subnet) => ({
    subnetId: subnet.id,
    state: 'available',
    vpcId: subnet.vpcId,
    cidrBlock: subnet.cidr,
    availabilityZone: subnet.zone,
    ...tagSet(subnet),
  }),
});

export const describeVpcs = describing({
  action: 'DescribeVpcs',
  kind: 'vpc',
  ids: 'VpcId',
  idFilter: 'vpc-id',
  set: 'vpcSet',
  shown: (vpc) => ({ vpcId: vpc.id, state: 'available', cidrBlock: vpc.cidr, ...tagSet(vpc) }),
});
