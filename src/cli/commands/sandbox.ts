import { existsSync, readFileSync } from 'node:fs';
import type { SandboxResource } from '@cloud-account-gateway/aws-sandbox';
import { ec2PermissionOf } from '#libs/drift';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { readConfig } from '../../config.js';
import { Usage, type Given, type Run } from '../command.js';
import type { Row } from '../rows.js';

interface Target {
  readonly ec2: EC2Client;
  readonly resource: SandboxResource;
  readonly given: Given;
  readonly tagKey: string;
}

type Sdk = Awaited<ReturnType<typeof loadSdk>>;
const loadSdk = () => import('@aws-sdk/client-ec2');

const changes: Record<string, (sdk: Sdk, target: Target) => Promise<unknown>> = {
  stop: (sdk, { ec2, resource }) => ec2.send(new sdk.StopInstancesCommand({ InstanceIds: [resource.id] })),
  start: (sdk, { ec2, resource }) => ec2.send(new sdk.StartInstancesCommand({ InstanceIds: [resource.id] })),
  terminate: (sdk, { ec2, resource }) => ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [resource.id] })),
  delete: (sdk, { ec2, resource: { kind, id }, given }): Promise<unknown> => {
    switch (kind) {
      case 'volume':
        return ec2.send(new sdk.DeleteVolumeCommand({ VolumeId: id }));
      case 'security-group':
        return ec2.send(new sdk.DeleteSecurityGroupCommand({ GroupId: id }));
      case 'subnet':
        return ec2.send(new sdk.DeleteSubnetCommand({ SubnetId: id }));
      case 'vpc':
        return ec2.send(new sdk.DeleteVpcCommand({ VpcId: id }));
      case 'instance':
        throw given.usage('An instance cannot be deleted. Terminate it instead.');
    }
  },
  untag: (sdk, { ec2, resource, given, tagKey }) =>
    ec2.send(new sdk.DeleteTagsCommand({ Resources: [resource.id], Tags: [{ Key: given.optional('key') ?? tagKey }] })),
  allow: (sdk, target) => changeRule(sdk, target, 'Authorize'),
  revoke: (sdk, target) => changeRule(sdk, target, 'Revoke'),
};

function changeRule(sdk: Sdk, { ec2, resource, given }: Target, verb: 'Authorize' | 'Revoke'): Promise<unknown> {
  const rule = given.text('rule');
  const [, direction] = /^(ingress|egress) \S+ (?:all|-?\d+--?\d+) \S+$/.exec(rule) ?? [];
  if (!direction) throw given.usage("--rule must have the form 'ingress tcp 22-22 0.0.0.0/0'.");
  const input = { GroupId: resource.id, IpPermissions: [ec2PermissionOf(rule)] };
  const isIngress = direction === 'ingress';
  if (verb === 'Authorize')
    return isIngress
      ? ec2.send(new sdk.AuthorizeSecurityGroupIngressCommand(input))
      : ec2.send(new sdk.AuthorizeSecurityGroupEgressCommand(input));
  return isIngress
    ? ec2.send(new sdk.RevokeSecurityGroupIngressCommand(input))
    : ec2.send(new sdk.RevokeSecurityGroupEgressCommand(input));
}

export const keys: Run = async () => {
  const { sandboxConsoleRole, sandboxKeys, sandboxSecret } = await import('@cloud-account-gateway/aws-sandbox');
  return sandboxKeys.map(({ accessKeyId, behaviour }) => ({
    'access key ID': accessKeyId,
    secret: sandboxSecret,
    'console role': sandboxConsoleRole,
    behavior: behaviour,
  }));
};

export const resources: Run = async (given) => {
  const { sandboxFiles, sandboxResources } = await import('@cloud-account-gateway/aws-sandbox');
  const account = given.optional('account');
  const { dataDir } = readConfig(process.env);
  const { resources: file, address } = sandboxFiles(dataDir);
  if (!existsSync(file) && !existsSync(address)) return refuse(noSandboxIn(dataDir));
  return sandboxResources(file)
    .filter(({ accountId }) => account === undefined || accountId === account)
    .map(row);
};

/** One change, made with the API of the running sandbox. */
export const change =
  (name: string): Run =>
  async (given) => {
    const { sandboxFiles, sandboxKeyIn, sandboxResources, sandboxSecret } =
      await import('@cloud-account-gateway/aws-sandbox');
    const config = readConfig(process.env);
    const { resources: file, address } = sandboxFiles(config.dataDir);
    const id = given.text('id');
    if (!existsSync(file) && !existsSync(address)) return refuse(noSandboxIn(config.dataDir));
    const find = () => sandboxResources(file).find((one) => one.id === id);
    const resource = find();
    if (!resource)
      return refuse(
        `The sandbox has no resource ${id}. To list its resources: cloud-account-gateway sandbox resources`,
      );
    if (!existsSync(address))
      return refuse(
        `No gateway with a sandbox is running on the folder ${config.dataDir}, set by DATA_DIR. To start one: cloud-account-gateway start`,
      );

    const sdk = await loadSdk();
    const ec2 = new sdk.EC2Client({
      endpoint: readFileSync(address, 'utf8').trim(),
      region: resource.region,
      credentials: { accessKeyId: sandboxKeyIn(resource.accountId), secretAccessKey: sandboxSecret },
      maxAttempts: 1,
    });
    try {
      await changes[name]!(sdk, { ec2, resource, given, tagKey: config.iamSetup.tagKey });
    } catch (error) {
      if (error instanceof Usage) throw error;
      return refuse(`The sandbox refused: ${(error as Error).message || 'the gateway no longer answers'}`);
    }
    const now = find();
    return [now ? row(now) : { ...row(resource), state: 'gone' }];
  };

const noSandboxIn = (dataDir: string) =>
  `The folder ${dataDir}, set by DATA_DIR, contains no data of a sandbox. Correct DATA_DIR, or start the gateway with a sandbox first: cloud-account-gateway start`;

function refuse(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

const row = ({ accountId, region, kind, id, state, details, tags }: SandboxResource): Row => ({
  account: accountId,
  region,
  kind,
  id,
  state,
  details,
  tags: Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(' '),
});
