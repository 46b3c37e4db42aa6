import { faultInCidr } from '#libs/kernel';

export const RuleDirection = { INGRESS: 'INGRESS', EGRESS: 'EGRESS' } as const;
export type RuleDirection = keyof typeof RuleDirection;

/** Rule of a security group: one direction, one protocol, one range of ports, one peer. */
export interface SecurityGroupRule {
  readonly direction: RuleDirection;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all. */
  readonly protocol: string;
  /** For ICMP, the type. Null: all. */
  readonly fromPort?: number | null;
  /** For ICMP, the code. Null: same as `fromPort`. */
  readonly toPort?: number | null;
  /** A CIDR block, a security group `sg-…` or a prefix list `pl-…`. */
  readonly peer: string;
}

const names: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', all: '-1' };
const nameOf = (protocol: string) => {
  const plain = /^0*\d+$/.test(protocol) ? String(Number(protocol)) : protocol.toLowerCase();
  return names[plain] ?? plain;
};

/** IPv6 in the format of AWS: lower case, with the longest run of zeros omitted. */
const peerOf = (peer: string) =>
  peer.includes(':')
    ? peer.replace(/^[^/]+/, (address) => new URL(`http://[${address}]`).hostname.slice(1, -1))
    : peer.toLowerCase();

/** Describes the problem with a rule, as the end of a sentence. Null when it is valid. */
export function faultInRule({ protocol, fromPort, toPort, peer }: SecurityGroupRule): string | null {
  if (!/^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(nameOf(protocol)) || Number(protocol) > 255)
    return 'must each have a protocol: tcp, udp, icmp, icmpv6, -1 or a number up to 255';
  const hasPorts = /^(tcp|udp)$/.test(nameOf(protocol));
  if (hasPorts && fromPort == null && toPort != null && toPort !== -1 && toPort !== 65_535)
    return 'must each have a first port if they have a last port';
  const ports = [fromPort ?? -1, toPort ?? -1];
  if (ports.some((port) => port < -1 || port > 65_535)) return 'must each have ports from 0 to 65535';
  if (hasPorts && fromPort != null && toPort != null && fromPort > toPort)
    return 'must each have a first port that is not greater than the last port';
  if (/^(sg|pl)-[0-9a-f]{8,17}$/.test(peer)) return null;
  return faultInCidr(peer) && 'must each have a CIDR block, a security group or a prefix list as peer';
}

/**
 * Rules as a comparable set: sorted lines such as `ingress tcp 6379-6379 10.0.0.0/16`, without duplicates. Different
 * notations of AWS (a protocol number; all ports as -1, as 0-65535 or omitted; the order) become one.
 */
export function normalisedRules(rules: readonly SecurityGroupRule[]): string[] {
  return [...new Set(rules.map(line))].sort();
}

function line({ direction, protocol, fromPort, toPort, peer }: SecurityGroupRule): string {
  const name = nameOf(protocol);
  const isEveryPort =
    name === '-1' ||
    fromPort == null ||
    fromPort === -1 ||
    (/^(tcp|udp)$/.test(name) && fromPort === 0 && toPort === 65_535);
  const ports = isEveryPort ? 'all' : `${fromPort}-${toPort ?? fromPort}`;
  return `${direction.toLowerCase()} ${name} ${ports} ${peerOf(peer)}`;
}
