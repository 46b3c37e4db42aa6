import type { PolicyDocument } from '@cloud-account-gateway/iam-policy';
import { findRole, roleOf, type Account, type Role } from '../accounts/account.js';
import { type KeyFamily, type Surroundings } from '../accounts/families.js';
import { Ec2Store } from '../ec2/store.js';
import { AccessKeys } from './access-keys.js';
import { CallLog } from './call-log.js';
import { InjectedFaults } from './injected-faults.js';

/** What a sandbox is started with. */
export interface SandboxSettings {
  /** What every waiting time is multiplied with. */
  readonly pace: number;
  /** The ARN that access roles trust. */
  readonly gatewayIdentity: string;
  /** How long after CreateAccessKey a key stays unknown, in milliseconds. */
  readonly propagationMs: number;
  /** Where what stands in EC2 outlives the sandbox. */
  readonly ec2File?: string | undefined;
}

/** What differs from what follows from the access key ids alone. It ends with the sandbox, but for EC2 with a file. */
export class SandboxState implements Surroundings {
  readonly calls = new CallLog();
  readonly faults = new InjectedFaults();
  readonly keys = new AccessKeys();
  readonly ec2: Ec2Store;
  readonly pace: number;
  readonly firstUses = new Map<string, number>();
  readonly counts = new Map<string, number>();

  /** By {@link nameIn}: of users and of roles. */
  readonly userPolicies = new Map<string, readonly PolicyDocument[]>();
  readonly rolePolicies = new Map<string, readonly PolicyDocument[]>();
  readonly boundaries = new Map<string, PolicyDocument | null>();
  readonly roles = new Map<string, { readonly trust: PolicyDocument; readonly path: string }>();
  /** The family of the key a user last used, by {@link nameIn}. */
  readonly families = new Map<string, KeyFamily>();
  /** By account id. */
  readonly serviceControlPolicies = new Map<string, readonly PolicyDocument[]>();
  /** Regions that an account has not enabled, by {@link nameIn}. */
  readonly disabledRegions = new Set<string>();

  /** Sessions that began before, in milliseconds since 1970, are over. */
  sessionsEndedAt = 0;

  constructor(private readonly settings: SandboxSettings) {
    this.pace = settings.pace;
    this.ec2 = new Ec2Store(settings.ec2File);
    this.keys.propagation = { sts: settings.propagationMs, iam: settings.propagationMs };
  }

  findRole(account: Account, name: string): Role | undefined {
    const made = this.roles.get(nameIn(account, name));
    return made ? roleOf(account, name, made.trust, made.path) : findRole(account, name, this.settings.gatewayIdentity);
  }
}

/** Names a user of an account, or root, as the owner of keys. */
export const ownerName = (account: Account, user: { readonly name: string } | undefined) =>
  nameIn(account, user?.name ?? ':root');

/** Names a user, a role or a region of an account, in whichever partition a call is signed for. */
export const nameIn = ({ id }: Account, name: string) => `${id}/${name}`;
