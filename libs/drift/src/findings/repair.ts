import { inShell } from '#libs/iam-setup';
import { idInArn, type ProvisionedResource } from '#libs/ledger';
import type { Tag } from '../cloud-inventory.js';
import type { DriftFinding } from '../drift-finding.entity.js';

/** Instructions to restore the expected state of a resource. */
export interface Repair {
  /** One or two sentences. */
  readonly advice: string;
  /** AWS CLI commands, in order. Empty when no command can restore the state. */
  readonly commands: readonly string[];
}

/** Maximum number of rules that the commands add, and that they remove: a shell accepts arguments of up to 128 KiB. */
const mostRules = 100;

type FoundThing = Pick<DriftFinding, 'kind' | 'expected' | 'actual'>;

/** Instructions for a user with access to the AWS account. */
export function repairOf(
  { kind, expected, actual }: FoundThing,
  { arn, region }: Pick<ProvisionedResource, 'arn' | 'region'>,
  tag: Tag,
): Repair {
  const id = idInArn(arn);
  const ec2 = (command: string, ...words: string[]) => inShell(['aws', 'ec2', command, ...words, '--region', region]);
  const [wanted = ''] = expected;
  switch (kind) {
    case 'RESOURCE_DELETED':
      return {
        advice:
          'A deleted resource cannot be restored. Change the subscription so that it is built again, or contact the provisioner.',
        commands: [],
      };
    case 'TAG_REMOVED':
      return {
        advice: 'Restore the identifier tag. Without it, the vendor cannot change or remove the resource.',
        commands: [ec2('create-tags', '--resources', id, '--tags', `Key=${tag.key},Value=${tag.value}`)],
      };
    case 'STATE_CHANGED':
      return wanted === 'RUNNING'
        ? { advice: 'Start the instance.', commands: [ec2('start-instances', '--instance-ids', id)] }
        : { advice: 'Stop the instance.', commands: [ec2('stop-instances', '--instance-ids', id)] };
    case 'INSTANCE_TYPE_CHANGED':
      return {
        advice: 'Stop the instance, change its type back, and start it again.',
        commands: [
          ec2('stop-instances', '--instance-ids', id),
          ec2('wait', 'instance-stopped', '--instance-ids', id),
          ec2('modify-instance-attribute', '--instance-id', id, '--instance-type', `Value=${wanted}`),
          ec2('start-instances', '--instance-ids', id),
        ],
      };
    case 'VOLUME_TYPE_CHANGED':
      return {
        advice: 'Change the type of the volume back.',
        commands: [ec2('modify-volume', '--volume-id', id, '--volume-type', wanted)],
      };
    case 'SIZE_CHANGED':
      return Number(actual[0]) < Number(wanted)
        ? {
            advice: 'Enlarge the volume.',
            commands: [ec2('modify-volume', '--volume-id', id, '--size', wanted)],
          }
        : {
            advice:
              'The size of a volume cannot be reduced. Change the subscription so that the larger volume is expected, or acknowledge the finding.',
            commands: [],
          };
    case 'CIDR_CHANGED':
      return {
        advice:
          'The IP addresses of a network cannot be changed. Change the subscription so that it is built again, or contact the provisioner.',
        commands: [],
      };
    case 'RULES_CHANGED': {
      const [added, removed] = [actual.slice(0, mostRules), expected.slice(0, mostRules)];
      const areAll = added.length === actual.length && removed.length === expected.length;
      return {
        advice: areAll
          ? 'Remove the added rules, and restore the removed ones.'
          : `Remove the added rules, and restore the removed ones. The commands change up to ${mostRules} of each. Run them, then check again with \`checkDrift\`, and repeat.`,
        commands: [...changeRules(added, 'revoke', id, ec2), ...changeRules(removed, 'authorize', id, ec2)],
      };
    }
  }
}

function changeRules(
  lines: readonly string[],
  verb: 'revoke' | 'authorize',
  id: string,
  ec2: (command: string, ...words: string[]) => string,
): string[] {
  return ['ingress', 'egress'].flatMap((direction) => {
    const permissions = lines.filter((line) => line.startsWith(`${direction} `)).map(ec2PermissionOf);
    if (permissions.length === 0) return [];
    const words = ['--group-id', id, '--ip-permissions', JSON.stringify(permissions)];
    return [ec2(`${verb}-security-group-${direction}`, ...words)];
  });
}

/** Rule in the format of EC2 (EC2 API reference, IpPermission). */
export interface Ec2Permission {
  IpProtocol: string;
  FromPort?: number;
  ToPort?: number;
  UserIdGroupPairs?: { GroupId: string }[];
  PrefixListIds?: { PrefixListId: string }[];
  Ipv6Ranges?: { CidrIpv6: string }[];
  IpRanges?: { CidrIp: string }[];
}

/** Parses a line such as `ingress tcp 6379-6379 10.0.0.0/16`. */
export function ec2PermissionOf(line: string): Ec2Permission {
  const [, protocol = '-1', ports = 'all', peer = ''] = line.split(' ');
  const [from, to] = ports === 'all' ? allPorts(protocol) : /^(-?\d+)-(-?\d+)$/.exec(ports)!.slice(1).map(Number);
  return {
    IpProtocol: protocol,
    ...(from !== undefined && { FromPort: from, ToPort: to }),
    ...(peer.startsWith('sg-')
      ? { UserIdGroupPairs: [{ GroupId: peer }] }
      : peer.startsWith('pl-')
        ? { PrefixListIds: [{ PrefixListId: peer }] }
        : peer.includes(':')
          ? { Ipv6Ranges: [{ CidrIpv6: peer }] }
          : { IpRanges: [{ CidrIp: peer }] }),
  };
}

/** EC2 requires ports for protocols that have them. */
function allPorts(protocol: string): number[] {
  if (/^(tcp|udp)$/.test(protocol)) return [0, 65_535];
  return /^icmp/.test(protocol) ? [-1, -1] : [];
}
