/** What stands in an account of the sandbox, in one region. */
export type Ec2Resource = Instance | Volume | SecurityGroup | Subnet | Vpc;

export type Ec2Kind = Ec2Resource['kind'];

/** Of the kind named. */
export type Ec2Of<Kind extends Ec2Kind> = Extract<Ec2Resource, { kind: Kind }>;

interface Placed {
  /** `i-0123456789abcdef0`, `vol-…`, `sg-…`, `subnet-…`, `vpc-…`. */
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Instance extends Placed {
  readonly kind: 'instance';
  readonly instanceType: string;
  readonly subnetId: string | null;
  readonly groupIds: readonly string[];
  readonly launchedAt: string;
  readonly state: InstanceState;
  /** Into what a state on the way turns by itself, and when, in milliseconds since 1970. */
  readonly next: { readonly state: InstanceState; readonly at: number } | null;
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface Volume extends Placed {
  readonly kind: 'volume';
  readonly volumeType: string;
  /** GiB. */
  readonly size: number;
  readonly zone: string;
}

export interface SecurityGroup extends Placed {
  readonly kind: 'security-group';
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
  readonly rules: readonly Rule[];
}

/** One peer of one permission. */
export interface Rule {
  readonly isEgress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1`. */
  readonly protocol: string;
  /** Absent where the protocol is `-1`. */
  readonly fromPort?: number;
  readonly toPort?: number;
  /** A CIDR block, `sg-…` or `pl-…`. */
  readonly peer: string;
}

export interface Subnet extends Placed {
  readonly kind: 'subnet';
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
}

export interface Vpc extends Placed {
  readonly kind: 'vpc';
  readonly cidr: string;
}

/** What the ids of each kind begin with, and what EC2 calls a wrong one in its refusals. */
export const kinds: Readonly<Record<Ec2Kind, { readonly prefix: string; readonly notFound: string }>> = {
  instance: { prefix: 'i-', notFound: 'InvalidInstanceID.NotFound' },
  volume: { prefix: 'vol-', notFound: 'InvalidVolume.NotFound' },
  'security-group': { prefix: 'sg-', notFound: 'InvalidGroup.NotFound' },
  subnet: { prefix: 'subnet-', notFound: 'InvalidSubnetID.NotFound' },
  vpc: { prefix: 'vpc-', notFound: 'InvalidVpcID.NotFound' },
};

/** The kind an id is of; undefined when it is of none here. */
export function kindOfId(id: string): Ec2Kind | undefined {
  return (Object.keys(kinds) as Ec2Kind[]).find((kind) => id.startsWith(kinds[kind].prefix));
}
