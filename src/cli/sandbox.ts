import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { SandboxResource } from '#libs/aws-sandbox';
import { ec2PermissionOf } from '#libs/drift';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { readConfig } from '../config.js';
import { printRows, type Row } from './rows.js';
import { Usage } from './usage.js';

const help = `Meddles with what stands in the accounts of the AWS sandbox, as somebody with access to them might: to see the
watch over what was built find it. The gateway must be running, with the same settings; what it is asked is EC2's own API.

  npm run cli -- sandbox resources [--account ID]       what stands, in all accounts or in that AWS account
  npm run cli -- sandbox stop --id i-…                  an instance; start and terminate likewise
  npm run cli -- sandbox delete --id ID                 a volume, a security group, a subnet or a VPC
  npm run cli -- sandbox untag --id ID [--key KEY]      takes a tag away: VENDOR_TAG_KEY's when not given
  npm run cli -- sandbox allow --id sg-… --rule RULE    adds a rule such as 'ingress tcp 22-22 0.0.0.0/0'
  npm run cli -- sandbox revoke --id sg-… --rule RULE   removes one

  --json   the answer as JSON, for programs
`;

const options = {
  account: { type: 'string' },
  id: { type: 'string' },
  key: { type: 'string' },
  rule: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
type Given = Partial<Record<keyof typeof options, string | boolean>>;

const faults = (message: string) => new Usage(message, 'sandbox');

interface Target {
  readonly ec2: EC2Client;
  readonly resource: SandboxResource;
  readonly given: Given;
  readonly tagKey: string;
}

type Sdk = Awaited<ReturnType<typeof loadSdk>>;
const loadSdk = () => import('@aws-sdk/client-ec2');

const deeds: Record<string, { takes: readonly string[]; run: (sdk: Sdk, target: Target) => Promise<unknown> }> = {
  stop: {
    takes: ['id'],
    run: (sdk, { ec2, resource }) => ec2.send(new sdk.StopInstancesCommand({ InstanceIds: [resource.id] })),
  },
  start: {
    takes: ['id'],
    run: (sdk, { ec2, resource }) => ec2.send(new sdk.StartInstancesCommand({ InstanceIds: [resource.id] })),
  },
  terminate: {
    takes: ['id'],
    run: (sdk, { ec2, resource }) => ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [resource.id] })),
  },
  delete: {
    takes: ['id'],
    run: (sdk, { ec2, resource: { kind, id } }): Promise<unknown> => {
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
          throw faults('An instance is not deleted: terminate it.');
      }
    },
  },
  untag: {
    takes: ['id', 'key'],
    run: (sdk, { ec2, resource, given, tagKey }) =>
      ec2.send(new sdk.DeleteTagsCommand({ Resources: [resource.id], Tags: [{ Key: String(given.key ?? tagKey) }] })),
  },
  allow: { takes: ['id', 'rule'], run: (sdk, target) => changeRule(sdk, target, 'Authorize') },
  revoke: { takes: ['id', 'rule'], run: (sdk, target) => changeRule(sdk, target, 'Revoke') },
};

function changeRule(sdk: Sdk, { ec2, resource, given }: Target, verb: 'Authorize' | 'Revoke'): Promise<unknown> {
  const rule = String(given.rule ?? '');
  const [, direction] = /^(ingress|egress) \S+ (?:all|-?\d+--?\d+) \S+$/.exec(rule) ?? [];
  if (!direction) throw faults("--rule must be as in 'ingress tcp 22-22 0.0.0.0/0'.");
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

/** `npm run cli -- sandbox …`. Ends as the other commands do: 0 when done, 1 when refused, 2 when not understood. */
export async function sandboxCommand(args: readonly string[]): Promise<void> {
  const { values: given, positionals } = parsed(args);
  const [name = '', ...more] = positionals;
  if (given.help || (name === '' && args.length === 0)) return void process.stdout.write(help);
  if (more.length > 0 || (name !== 'resources' && !Object.hasOwn(deeds, name)))
    throw faults('There is no such command of the sandbox.');
  const takes = name === 'resources' ? ['account'] : deeds[name]!.takes;
  for (const option of Object.keys(given))
    if (option !== 'json' && !takes.includes(option)) throw faults(`--${option} does not belong to this command.`);

  const { sandboxFiles, sandboxKeyIn, sandboxResources, sandboxSecret } = await import('#libs/aws-sandbox');
  const config = readConfig(process.env);
  const { resources: file, address } = sandboxFiles(config.dataDir);
  const standing = sandboxResources(file);
  if (name === 'resources') {
    const there = given.account ? standing.filter(({ accountId }) => accountId === given.account) : standing;
    return printRows(there.map(row), given.json === true);
  }

  const { id } = given;
  if (typeof id !== 'string') throw faults('--id is missing.');
  const resource = standing.find((one) => one.id === id);
  if (!resource) return refuse(`Nothing of the id ${id} stands in the sandbox. See: npm run cli -- sandbox resources`);
  if (!existsSync(address))
    return refuse(`No gateway with a sandbox is running on ${config.dataDir}. Start it with npm start.`);

  const sdk = await loadSdk();
  const ec2 = new sdk.EC2Client({
    endpoint: readFileSync(address, 'utf8').trim(),
    region: resource.region,
    credentials: { accessKeyId: sandboxKeyIn(resource.accountId), secretAccessKey: sandboxSecret },
    maxAttempts: 1,
  });
  try {
    await deeds[name]!.run(sdk, { ec2, resource, given, tagKey: config.iamSetup.tagKey });
  } catch (error) {
    if (error instanceof Usage) throw error;
    return refuse(`The sandbox refused: ${(error as Error).message || 'no gateway answers there any more'}`);
  }
  const now = sandboxResources(file).find((one) => one.id === id);
  printRows([now ? row(now) : { ...row(resource), state: 'gone' }], given.json === true);
}

function refuse(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw faults((error as Error).message);
  }
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
