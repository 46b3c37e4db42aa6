/** Relation of a request to a resource: it creates the resource, the resource has the identifier tag, or neither. */
export type Relation = 'made' | 'ours' | 'any';

type Kinds = Partial<Record<Relation, readonly Ec2Kind[]>>;

/** Example IDs and names for each kind of resource in our requests. */
const exampleIds = {
  instance: 'i-0123456789abcdef0',
  volume: 'vol-0123456789abcdef0',
  'network-interface': 'eni-0123456789abcdef0',
  subnet: 'subnet-0123456789abcdef0',
  'security-group': 'sg-0123456789abcdef0',
  vpc: 'vpc-0123456789abcdef0',
  'key-pair': 'example',
  image: 'ami-0123456789abcdef0',
  snapshot: 'snap-0123456789abcdef0',
  'internet-gateway': 'igw-0123456789abcdef0',
  'route-table': 'rtb-0123456789abcdef0',
  'transit-gateway': 'tgw-0123456789abcdef0',
  'transit-gateway-attachment': 'tgw-attach-0123456789abcdef0',
  'vpc-peering-connection': 'pcx-0123456789abcdef0',
} as const;

export type Ec2Kind = keyof typeof exampleIds;

const taggable = (Object.keys(exampleIds) as Ec2Kind[]).filter((kind) => kind !== 'image');

/**
 * Resources that EC2 authorizes in each of our requests, besides `*`: a request is allowed if each of them is (service
 * authorization reference of EC2, "Resource types"; a test compares this table with it).
 */
const requests: Readonly<Record<string, Kinds>> = {
  RunInstances: {
    made: ['instance', 'volume', 'network-interface'],
    ours: ['subnet', 'security-group', 'key-pair'],
    any: ['image'],
  },
  ImportKeyPair: { made: ['key-pair'] },
  CreateKeyPair: { made: ['key-pair'] },
  CreateVpc: { made: ['vpc'] },
  CreateSecurityGroup: { made: ['security-group'], ours: ['vpc'] },
  CreateInternetGateway: { made: ['internet-gateway'] },
  CreateRouteTable: { made: ['route-table'], ours: ['vpc'] },
  CreateSubnet: { made: ['subnet'], ours: ['vpc'] },
  CreateSnapshot: { made: ['snapshot'], ours: ['volume'] },
  CreateVolume: { made: ['volume'], any: ['snapshot'] },
  CreateTransitGateway: { made: ['transit-gateway'] },
  CreateTransitGatewayVpcAttachment: {
    made: ['transit-gateway-attachment'],
    ours: ['subnet', 'vpc'],
    any: ['transit-gateway'],
  },
  CreateVpcPeeringConnection: { made: ['vpc-peering-connection'], ours: ['vpc'] },
  AcceptVpcPeeringConnection: { any: ['vpc', 'vpc-peering-connection'] },
  RejectVpcPeeringConnection: { any: ['vpc-peering-connection'] },
  DeleteVpcPeeringConnection: { ours: ['vpc-peering-connection'] },
  AssociateVpcCidrBlock: { ours: ['vpc'] },
  AttachInternetGateway: { ours: ['internet-gateway'], any: ['vpc'] },
  DetachInternetGateway: { ours: ['internet-gateway'], any: ['vpc'] },
  CreateRoute: { ours: ['route-table'] },
  ReplaceRoute: { ours: ['route-table'] },
  DeleteRoute: { ours: ['route-table'] },
  AssociateRouteTable: { ours: ['route-table', 'subnet'] },
  AuthorizeSecurityGroupIngress: { ours: ['security-group'] },
  AuthorizeSecurityGroupEgress: { ours: ['security-group'] },
  RevokeSecurityGroupIngress: { ours: ['security-group'] },
  AttachVolume: { ours: ['instance', 'volume'] },
  DetachVolume: { ours: ['instance', 'volume'] },
  ModifyInstanceAttribute: { ours: ['instance'] },
  ModifySubnetAttribute: { ours: ['subnet'] },
  StartInstances: { ours: ['instance'] },
  StopInstances: { ours: ['instance'] },
  RebootInstances: { ours: ['instance'] },
  TerminateInstances: { ours: ['instance'] },
  DeleteVolume: { ours: ['volume'] },
  DeleteSnapshot: { ours: ['snapshot'] },
  DeleteKeyPair: { ours: ['key-pair'] },
  DeleteSubnet: { ours: ['subnet'] },
  DeleteSecurityGroup: { ours: ['security-group'] },
  DeleteRouteTable: { ours: ['route-table'] },
  DeleteInternetGateway: { ours: ['internet-gateway'] },
  DeleteVpc: { ours: ['vpc'] },
  DeleteTransitGatewayVpcAttachment: { ours: ['transit-gateway-attachment'] },
  DeleteTransitGateway: { ours: ['transit-gateway'] },
  CreateTags: { made: taggable, ours: taggable },
  DeleteTags: { ours: taggable },
};

/** Kinds of resources of a request, with their relations. Empty for a request that EC2 authorizes for `*`. */
export function resourcesOf(action: string): { kind: Ec2Kind; relation: Relation }[] {
  const kinds = requests[action.replace('ec2:', '')] ?? {};
  return Object.entries(kinds).flatMap(([relation, list]) =>
    list.map((kind) => ({ kind, relation: relation as Relation })),
  );
}

/** Actions that create a resource of the kind. */
export const makersOf = (kind: Ec2Kind): string[] =>
  Object.entries(requests).flatMap(([action, { made = [] }]) =>
    action !== 'CreateTags' && made.includes(kind) ? [action] : [],
  );

/** Example ARN of a kind. ARNs of images and snapshots have no account. */
export const exampleArn = (kind: Ec2Kind, partition: string, region: string, accountId: string): string =>
  `arn:${partition}:ec2:${region}:${kind === 'image' || kind === 'snapshot' ? '' : accountId}:${kind}/${exampleIds[kind]}`;
