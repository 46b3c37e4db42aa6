import { type Action } from '../actions/action.js';
import { AwsError } from '../protocol/aws-errors.js';
import { type SandboxState } from '../state/sandbox-state.js';
import { type XmlContent } from '../protocol/xml.js';
import { authorizeChange, authorizeMaking, inUse, placeOf, tagSet } from './access.js';
import { invalidValue, required, rulesIn } from './parameters.js';
import {
  type Ec2Kind,
  type Ec2Resource,
  type Rule,
  type SecurityGroup,
  type Subnet,
  type Volume,
  type Vpc,
} from './resource.js';
import { newId, type Place } from './store.js';

const block = /^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-8])$/;

function cidrIn(parameters: URLSearchParams): string {
  const cidr = required(parameters, 'CidrBlock');
  if (!block.test(cidr)) throw invalidValue('cidrBlock', cidr);
  return cidr;
}

export const createVpc: Action = (caller, parameters, state) => {
  const cidr = cidrIn(parameters);
  const tags = authorizeMaking(caller, 'CreateVpc', 'vpc', parameters, state);
  const vpc: Vpc = { kind: 'vpc', id: newId('vpc'), ...placeOf(caller), tags, cidr };
  state.ec2.put(vpc);
  return { vpc: { vpcId: vpc.id, state: 'pending', cidrBlock: cidr, ...tagSet(vpc) } };
};

export const createSubnet: Action = (caller, parameters, state) => {
  const cidr = cidrIn(parameters);
  const vpcId = required(parameters, 'VpcId');
  const tags = authorizeMaking(caller, 'CreateSubnet', 'subnet', parameters, state);
  authorizeChange(caller, 'CreateSubnet', 'vpc', vpcId, state);
  const zone = parameters.get('AvailabilityZone') ?? `${caller.region}a`;
  const subnet: Subnet = { kind: 'subnet', id: newId('subnet'), ...placeOf(caller), tags, vpcId, cidr, zone };
  state.ec2.put(subnet);
  return {
    subnet: {
      subnetId: subnet.id,
      state: 'available',
      vpcId,
      cidrBlock: cidr,
      availabilityZone: zone,
      ...tagSet(subnet),
    },
  };
};

export const createVolume: Action = (caller, parameters, state) => {
  const zone = required(parameters, 'AvailabilityZone');
  const size = Number(required(parameters, 'Size'));
  if (!(size >= 1 && size <= 65_536)) throw invalidValue('size', String(size));
  const tags = authorizeMaking(caller, 'CreateVolume', 'volume', parameters, state);
  const volumeType = parameters.get('VolumeType') ?? 'gp2';
  const volume: Volume = { kind: 'volume', id: newId('volume'), ...placeOf(caller), tags, volumeType, size, zone };
  state.ec2.put(volume);
  return {
    volumeId: volume.id,
    size: String(size),
    volumeType,
    availabilityZone: zone,
    status: 'creating',
    ...tagSet(volume),
  };
};

export const createSecurityGroup: Action = (caller, parameters, state) => {
  const [name, description, vpcId] = ['GroupName', 'GroupDescription', 'VpcId'].map((each) =>
    required(parameters, each),
  );
  const tags = authorizeMaking(caller, 'CreateSecurityGroup', 'security-group', parameters, state);
  authorizeChange(caller, 'CreateSecurityGroup', 'vpc', vpcId!, state);
  const isTaken = state.ec2
    .of(placeOf(caller), 'security-group')
    .some((other) => other.vpcId === vpcId && other.name === name);
  if (isTaken) {
    const message = `The security group '${name}' already exists for VPC '${vpcId}'`;
    throw new AwsError(400, 'InvalidGroup.Duplicate', message);
  }
  const group: SecurityGroup = {
    ...{ kind: 'security-group', id: newId('security-group'), ...placeOf(caller), tags },
    ...{ name: name!, description: description!, vpcId: vpcId! },
    // Every new group lets everything out.
    rules: [{ isEgress: true, protocol: '-1', peer: '0.0.0.0/0' }],
  };
  state.ec2.put(group);
  return { groupId: group.id, return: 'true', ...tagSet(group) };
};

const same = (one: Rule) => (other: Rule) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
const sorted = ({ isEgress, protocol, fromPort, toPort, peer }: Rule) => [isEgress, protocol, fromPort, toPort, peer];

const authorizing =
  (action: string, isEgress: boolean): Action =>
  (caller, parameters, state) => {
    const group = authorizeChange(caller, action, 'security-group', required(parameters, 'GroupId'), state);
    const rules = rulesIn(parameters, isEgress);
    if (rules.some((rule) => group.rules.some(same(rule))))
      throw new AwsError(400, 'InvalidPermission.Duplicate', 'the specified rule already exists');
    state.ec2.put({ ...group, rules: [...group.rules, ...rules] });
    return { return: 'true' };
  };

const revoking =
  (action: string, isEgress: boolean): Action =>
  (caller, parameters, state) => {
    const group = authorizeChange(caller, action, 'security-group', required(parameters, 'GroupId'), state);
    const rules = rulesIn(parameters, isEgress);
    if (!rules.every((rule) => group.rules.some(same(rule))))
      throw new AwsError(
        400,
        'InvalidPermission.NotFound',
        'The specified rule does not exist in this security group.',
      );
    state.ec2.put({ ...group, rules: group.rules.filter((rule) => !rules.some(same(rule))) });
    return { return: 'true' };
  };

export const authorizeIngress = authorizing('AuthorizeSecurityGroupIngress', false);
export const authorizeEgress = authorizing('AuthorizeSecurityGroupEgress', true);
export const revokeIngress = revoking('RevokeSecurityGroupIngress', false);
export const revokeEgress = revoking('RevokeSecurityGroupEgress', true);

/** Whether something stands in or on it. */
type Uses = (other: Ec2Resource, id: string) => boolean;

const stands = (other: Ec2Resource) => other.kind !== 'instance' || other.state !== 'terminated';

const uses: Readonly<Partial<Record<Ec2Kind, Uses>>> = {
  vpc: (other, id) => 'vpcId' in other && other.vpcId === id,
  subnet: (other, id) => other.kind === 'instance' && other.subnetId === id,
  'security-group': (other, id) => other.kind === 'instance' && other.groupIds.includes(id),
};

const everyKind = ['instance', 'volume', 'security-group', 'subnet', 'vpc'] as const satisfies readonly Ec2Kind[];

function standingIn(place: Place, state: SandboxState): Ec2Resource[] {
  return everyKind.flatMap((kind): Ec2Resource[] => state.ec2.of(place, kind)).filter(stands);
}

const deleting =
  (action: string, kind: Ec2Kind, parameter: string): Action =>
  (caller, parameters, state): XmlContent => {
    const id = required(parameters, parameter);
    const found = authorizeChange(caller, action, kind, id, state);
    if (standingIn(placeOf(caller), state).some((other) => uses[kind]?.(other, id))) throw inUse(id);
    state.ec2.remove(found);
    return { return: 'true' };
  };

export const deleteVpc = deleting('DeleteVpc', 'vpc', 'VpcId');
export const deleteSubnet = deleting('DeleteSubnet', 'subnet', 'SubnetId');
export const deleteVolume = deleting('DeleteVolume', 'volume', 'VolumeId');
export const deleteSecurityGroup = deleting('DeleteSecurityGroup', 'security-group', 'GroupId');
