import { join } from 'node:path';
import { accountPartOf } from '../accounts/account.js';
import { type Ec2Kind, type Ec2Resource, type Rule } from './resource.js';
import { Ec2Store } from './store.js';

/** Where a sandbox that outlives its process keeps what others must find, in a folder of the operator's. */
export const sandboxFiles = (folder: string) => ({
  /** What stands in EC2. */
  resources: join(folder, 'sandbox-ec2.jsonl'),
  /** The URL of the sandbox, while one is running. */
  address: join(folder, 'sandbox-url'),
});

/** Something that stands in an account of the sandbox, for people. */
export interface SandboxResource {
  readonly accountId: string;
  readonly region: string;
  readonly kind: Ec2Kind;
  readonly id: string;
  /** Of an instance. */
  readonly state: string | null;
  readonly details: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What stands in all accounts, as a file of the sandbox says, which may be in use. */
export function sandboxResources(file: string): SandboxResource[] {
  return Ec2Store.read(file)
    .all()
    .map((resource) => {
      const { accountId, region, kind, id, tags } = resource;
      const state = kind === 'instance' ? (resource as { state: string }).state : null;
      return { accountId, region, kind, id, state, details: detailsOf(resource), tags };
    });
}

/** An access key that may do everything in the account. */
export const sandboxKeyIn = (accountId: string) => `AKIASANDBOXWORKS${accountPartOf(accountId)}U1`;

function detailsOf(resource: Ec2Resource): string {
  switch (resource.kind) {
    case 'instance':
      return resource.instanceType;
    case 'volume':
      return `${resource.volumeType} ${resource.size} GiB`;
    case 'security-group':
      return resource.rules.map(lineOf).join(', ');
    default:
      return resource.cidr;
  }
}

function lineOf({ isEgress, protocol, fromPort, toPort, peer }: Rule): string {
  const ports = fromPort === undefined ? 'all' : `${fromPort}-${toPort ?? fromPort}`;
  return `${isEgress ? 'egress' : 'ingress'} ${protocol} ${ports} ${peer}`;
}
