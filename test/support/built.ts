import { sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVolumeCommand,
  CreateVpcCommand,
  EC2Client,
  RunInstancesCommand,
  type ResourceType,
  type _InstanceType,
} from '@aws-sdk/client-ec2';

/** Default settings of the gateway. */
const tag = { Key: 'managed-by', Value: 'cloud-account-gateway' };

/** EC2 client of the sandbox, for the user of an account of the family WORKS. `which` is four characters. */
export const ec2Of = (url: string, which: string, region = 'us-east-1') =>
  new EC2Client({
    endpoint: url,
    region,
    credentials: { accessKeyId: `AKIASANDBOXWORKS${which}`, secretAccessKey: sandboxSecret },
  });

const tagged = (ResourceType: ResourceType) => ({ TagSpecifications: [{ ResourceType, Tags: [tag] }] });

/** IDs of created resources, by kind. */
export interface Built {
  readonly vpc: string;
  readonly subnet: string;
  readonly group: string;
  readonly volume: string;
  readonly instances: readonly string[];
}

/** A network, a group with one rule, a volume, and a number of instances. */
export async function build(ec2: EC2Client, instances = 1): Promise<Built> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', ...tagged('vpc') }));
  const VpcId = Vpc!.VpcId!;
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24', ...tagged('subnet') }));
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: 'db', Description: 'd', ...tagged('security-group') }),
  );
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [port(6379)] }));
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 100, VolumeType: 'gp3', ...tagged('volume') }),
  );
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ...{ MinCount: instances, MaxCount: instances, InstanceType: 'm7g.large' },
      ...{ SubnetId: Subnet!.SubnetId!, SecurityGroupIds: [GroupId!], ...tagged('instance') },
    }),
  );
  return {
    ...{ vpc: VpcId, subnet: Subnet!.SubnetId!, group: GroupId!, volume: VolumeId! },
    instances: Instances!.map(({ InstanceId }) => InstanceId!),
  };
}

/** Rule that allows a port, in the format of EC2. */
export const port = (number: number, CidrIp = '10.0.0.0/16') => ({
  ...{ IpProtocol: 'tcp', FromPort: number, ToPort: number },
  IpRanges: [{ CidrIp }],
});

/** Report of a provisioner about these resources. */
export function reportsOf(built: Built, awsAccountId: string, region = 'us-east-1'): object[] {
  const arn = (type: string, id: string) => `arn:aws:ec2:${region}:${awsAccountId}:${type}/${id}`;
  const rules = [
    { direction: 'INGRESS', protocol: 'tcp', fromPort: 6379, toPort: 6379, peer: '10.0.0.0/16' },
    { direction: 'EGRESS', protocol: '-1', peer: '0.0.0.0/0' },
  ];
  return [
    { arn: arn('vpc', built.vpc), cidr: '10.0.0.0/16' },
    { arn: arn('subnet', built.subnet), cidr: '10.0.1.0/24' },
    { arn: arn('security-group', built.group), rules },
    { arn: arn('volume', built.volume), volumeType: 'gp3', sizeGiB: 100 },
    ...built.instances.map((id) => ({ arn: arn('instance', id), state: 'RUNNING', instanceType: 'm7g.large' })),
  ];
}
