import { operatorTenantId } from '#libs/access';
import { refusalOfAccount, type AwsAccess, type AwsIdentity } from '#libs/aws-credentials';
import { UnknownRegion } from '#libs/iam-setup';
import type { Actor, ActorKind } from '#libs/events';
import {
  changedTo,
  InvalidField,
  InvalidInput,
  VersionConflict,
  faultInName,
  longestNameKey,
  nameKey,
  normalizeName,
} from '#libs/kernel';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { blockersInWords, type BlockerCounts, type SeenBlockers } from './blocker.js';
import {
  CloudAccountBroken,
  CloudAccountInUse,
  CloudAccountIsHosted,
  CloudAccountDeletionScheduled,
  CloudAccountNotActive,
  CloudAccountDeletionNotScheduled,
  CloudAccountWithoutCredentials,
  CustomerAccountMustBeAws,
} from './cloud-account.errors.js';
import { faultInRegionOf, type CloudProvider } from './cloud-provider.js';
import type { Expectations, Proof } from './proof.js';

/** The seed's 'hosted' and 'non-hosted': whose account it is at the provider. */
export const CloudAccountOwnership = { HOSTED: 'HOSTED', CUSTOMER: 'CUSTOMER' } as const;
export type CloudAccountOwnership = keyof typeof CloudAccountOwnership;

/** An account's life. What is observed of its health never changes it. */
export const CloudAccountStatus = {
  VERIFYING: 'VERIFYING',
  PROPAGATING: 'PROPAGATING',
  ACTIVE: 'ACTIVE',
  MISSING_PERMISSIONS: 'MISSING_PERMISSIONS',
  ERROR: 'ERROR',
  DELETING_WHEN_UNUSED: 'DELETING_WHEN_UNUSED',
} as const;
export type CloudAccountStatus = keyof typeof CloudAccountStatus;

/** An account a customer brings along, with the credentials they gave, and what AWS said to them. */
export interface NewCustomerAccount extends Pick<Expectations, 'consoleRoleName' | 'nodeRoleName'> {
  readonly tenantId: number;
  readonly name: string;
  readonly provider: CloudProvider;
  readonly region: string;
  readonly access: AwsAccess;
  /** Null while AWS does not know the key or the role. */
  readonly proof: Proof | null;
}

/** A change of the roles. A field left out is unchanged. */
export interface RolesChange {
  readonly consoleRoleName?: string;
  /** Null: the role that `iamSetup` creates. */
  readonly nodeRoleName?: string | null;
}

/**
 * The access to one account at a cloud provider, in which subscriptions are built.
 *
 * A customer's account is at AWS, and stands for one IAM user or one access role there: no two accounts share one. Hosted accounts are the
 * vendor's own, hold no credentials here, and are seen by every tenant.
 */
@Entity('cloud_account')
export class CloudAccount {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  /** What must be unique in the tenant: the name without its case. */
  @Column('varchar', { name: 'name_key', length: longestNameKey })
  readonly nameKey!: string;

  @Column('varchar', { length: 8 })
  readonly provider!: CloudProvider;

  /** Where the account is at home; for AWS it gives the partition. */
  @Column('varchar', { length: 32 })
  readonly region!: string;

  @Column('varchar', { length: 8 })
  readonly ownership!: CloudAccountOwnership;

  @Column('varchar', { length: 24 })
  readonly status!: CloudAccountStatus;

  @Column('varchar', { name: 'aws_account_id', length: 12, nullable: true })
  readonly awsAccountId!: string | null;

  @Column('varchar', { name: 'aws_user_id', length: 128, nullable: true })
  readonly awsUserId!: string | null;

  @Column('varchar', { name: 'aws_user_arn', length: 2048, nullable: true })
  readonly awsUserArn!: string | null;

  @Column('varchar', { name: 'console_role_name', length: 64, nullable: true })
  readonly consoleRoleName!: string | null;

  @Column('varchar', { name: 'console_role_arn', length: 2048, nullable: true })
  readonly consoleRoleArn!: string | null;

  /** The role instances run as; null for the one `iamSetup` makes. */
  @Column('varchar', { name: 'node_role_name', length: 64, nullable: true })
  readonly nodeRoleName!: string | null;

  @Column('boolean', { name: 'is_sandbox' })
  readonly isSandbox!: boolean;

  /** What it is once its deletion is called off; null while none is wanted. */
  @Column('varchar', { name: 'status_before_deletion', length: 24, nullable: true })
  readonly statusBeforeDeletion!: CloudAccountStatus | null;

  /** Since when it waits to be unused; null while it does not. */
  @Column('datetime', { name: 'deletion_requested_at', precision: 3, nullable: true })
  readonly deletionRequestedAt!: Date | null;

  @Column('varchar', { name: 'deletion_requested_by_kind', length: 16, nullable: true })
  readonly deletionRequestedByKind!: ActorKind | null;

  @Column('int', { name: 'deletion_requested_by_id', nullable: true })
  readonly deletionRequestedById!: number | null;

  @Column('varchar', { name: 'deletion_requested_by_name', length: 64, nullable: true })
  readonly deletionRequestedByName!: string | null;

  /** Counts what users change, never what the gateway observes. */
  @Column('int')
  readonly version!: number;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  readonly updatedAt!: Date;

  /** A customer's account, which works from its first moment when its credentials are proven. */
  static create(details: NewCustomerAccount, now: Date): CloudAccount {
    const { tenantId, name, provider, region, proof } = details;
    if (provider !== 'AWS') throw new CustomerAccountMustBeAws();

    return Object.assign(new CloudAccount(), {
      tenantId,
      ...named(name),
      provider,
      region,
      ownership: 'CUSTOMER',
      ...(proof ? { status: statusWith(proof), ...accessWith(proof) } : unverifiedAccess(details)),
      ...noDeletion,
      version: 1,
      createdAt: now,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** An account of the vendor's own, for every tenant to build in. */
  static createHosted(details: { name: string; provider: CloudProvider; region: string }, now: Date): CloudAccount {
    const { name, provider, region } = details;
    refuseFaultyRegion(provider, region, ['region']);

    return Object.assign(new CloudAccount(), {
      tenantId: operatorTenantId,
      ...named(name),
      provider,
      region,
      ownership: 'HOSTED',
      status: 'ACTIVE',
      awsAccountId: null,
      awsUserId: null,
      awsUserArn: null,
      consoleRoleName: null,
      consoleRoleArn: null,
      nodeRoleName: null,
      isSandbox: false,
      ...noDeletion,
      version: 1,
      createdAt: now,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** From now on no subscription may begin here, and the account goes with its last one. */
  scheduleDeletion(by: Actor, now: Date): void {
    Object.assign(this, {
      status: 'DELETING_WHEN_UNUSED',
      statusBeforeDeletion: this.status,
      deletionRequestedAt: now,
      deletionRequestedByKind: by.kind,
      deletionRequestedById: by.id,
      deletionRequestedByName: by.name,
      version: this.version + 1,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /**
   * It does not go after all, and is what it was, or has become meanwhile.
   *
   * @throws CloudAccountDeletionNotScheduled
   */
  cancelDeletion(now: Date): void {
    this.refuseDeletionCancellation();
    Object.assign(this, {
      status: this.statusBeforeDeletion ?? 'ACTIVE', // one that was retired before this was kept
      ...noDeletion,
      version: this.version + 1,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** @throws CloudAccountIsHosted, CloudAccountDeletionNotScheduled */
  refuseDeletionCancellation(): void {
    this.refuseChangeIfHosted();
    if (!this.isScheduledForDeletion) throw new CloudAccountDeletionNotScheduled();
  }

  /** Who wants it to go once it is unused, and since when; null when nobody does, or nobody knows. */
  get scheduledDeletion(): { readonly requestedBy: Actor; readonly requestedAt: Date } | null {
    const { deletionRequestedByKind: kind, deletionRequestedById: id, deletionRequestedByName: name } = this;
    if (!this.deletionRequestedAt || !kind || name === null) return null;
    return { requestedBy: { kind, id, name }, requestedAt: this.deletionRequestedAt };
  }

  /** That nothing is missing any more: returns whether that changed anything. */
  markPermissionsComplete(): boolean {
    if ((this.statusBeforeDeletion ?? this.status) !== 'MISSING_PERMISSIONS') return false;
    this.setStatus('ACTIVE');
    return true;
  }

  get isScheduledForDeletion(): boolean {
    return this.status === 'DELETING_WHEN_UNUSED';
  }

  /** Everything one request changes, as one new version. What is not given stays. */
  change({ name, region, proof }: { name?: string; region?: string; proof?: Proof | null }, now: Date): void {
    if (proof) this.acceptCredentials(proof);
    Object.assign(this, {
      ...(name !== undefined && named(name)),
      ...(region !== undefined && { region }),
      version: this.version + 1,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** From now on it is used with these credentials. One that is about to go goes nevertheless. */
  acceptCredentials(proof: Proof): void {
    Object.assign(this, accessWith(proof) satisfies Partial<CloudAccount>);
    this.setStatus(statusWith(proof));
  }

  /** That new credentials are tried: one that has none which work waits for them, any other goes on as it was. */
  beginTrial({ consoleRoleName, nodeRoleName }: Expectations): void {
    if (!this.hasNeverBeenVerified) return;
    Object.assign(this, { consoleRoleName, nodeRoleName } satisfies Partial<CloudAccount>);
    this.setStatus('PROPAGATING');
  }

  /** That the credentials that were tried are gone: one that has no others cannot be used. */
  endTrial(): void {
    if (this.hasNeverBeenVerified) this.setStatus('ERROR');
  }

  /** One that waits to be unused goes on waiting, and would be this if it stayed. */
  private setStatus(status: CloudAccountStatus): void {
    Object.assign(
      this,
      (this.isScheduledForDeletion ? { statusBeforeDeletion: status } : { status }) satisfies Partial<CloudAccount>,
    );
  }

  /** Whether AWS has accepted no credentials of it yet. */
  private get hasNeverBeenVerified(): boolean {
    return this.awsAccountId === null;
  }

  /** Whether a change of name, region and roles would change nothing. */
  isUnchangedBy({
    name,
    region,
    consoleRoleName,
    nodeRoleName,
  }: RolesChange & { name?: string; region?: string }): boolean {
    return (
      (name === undefined || normalizeName(name) === this.name) &&
      changedTo(region, this.region) === this.region &&
      changedTo(consoleRoleName, this.consoleRoleName) === this.consoleRoleName &&
      changedTo(nodeRoleName, this.nodeRoleName) === this.nodeRoleName
    );
  }

  /** Whether credentials of `identity` would take what was built here out of our reach. */
  isInOtherAwsAccount({ accountId }: AwsIdentity): boolean {
    return this.awsAccountId !== null && this.awsAccountId !== accountId;
  }

  /** @throws CredentialsRejected when its credentials are known to belong to another AWS account than `expected` */
  refuseUnexpectedAwsAccount(expected: string | null | undefined): void {
    const refusal = this.awsAccountId === null ? null : refusalOfAccount(this.awsAccountId, expected);
    if (refusal) throw refusal;
  }

  /**
   * Takes note of what AWS calls its user now: one that was renamed, or moved to another path, keeps its id. Another user
   * is none of this. Returns whether that changed anything.
   */
  updateUserArn({ userId, accountId, arn }: AwsIdentity): boolean {
    if (userId !== this.awsUserId || accountId !== this.awsAccountId || arn === this.awsUserArn) return false;
    Object.assign(this, { awsUserArn: arn } satisfies Partial<CloudAccount>);
    return true;
  }

  /** @throws CloudAccountIsHosted because hosted accounts are the operator's alone to change */
  refuseChangeIfHosted(): void {
    if (this.ownership === 'HOSTED') throw new CloudAccountIsHosted();
  }

  /** @throws CloudAccountIsHosted, CloudAccountWithoutCredentials */
  refuseVerification(): void {
    this.refuseChangeIfHosted();
    if (this.hasNeverBeenVerified) throw new CloudAccountWithoutCredentials();
  }

  /**
   * The rule: an account cannot be deleted while it has an active subscription, or a blocker of any other kind.
   *
   * @param seen the blockers by name, where somebody is to be told
   * @throws CloudAccountInUse
   */
  refuseRemoval(blockers: BlockerCounts, seen?: SeenBlockers): void {
    if (blockersInWords(blockers).length > 0) throw new CloudAccountInUse(blockers, seen);
  }

  /** @throws UnknownRegion unless it is one of the account's provider */
  refuseUnknownRegion(region: string): void {
    refuseFaultyRegion(this.provider, region, ['input', 'region']);
  }

  /** @throws VersionConflict when somebody changed the account since `expected` was read */
  refuseStaleVersion(expected: number | null | undefined): void {
    if (expected != null && expected !== this.version) throw new VersionConflict(this.version);
  }

  /**
   * The rule: new subscriptions need an account that is ACTIVE, and not known to be BROKEN.
   *
   * @param health null when nothing is known of it
   * @throws CloudAccountDeletionScheduled, CloudAccountNotActive, CloudAccountBroken
   */
  refuseNewSubscription(health: { readonly isBroken: boolean } | null): void {
    if (this.isScheduledForDeletion) throw new CloudAccountDeletionScheduled();
    if (this.status !== 'ACTIVE') throw new CloudAccountNotActive();
    if (health?.isBroken) throw new CloudAccountBroken();
  }
}

const noDeletion = {
  statusBeforeDeletion: null,
  deletionRequestedAt: null,
  deletionRequestedByKind: null,
  deletionRequestedById: null,
  deletionRequestedByName: null,
} satisfies Partial<CloudAccount>;

function named(name: string) {
  const fault = faultInName(name);
  if (fault) throw new InvalidInput([new InvalidField(['input', 'name'], `The name ${fault}.`)]);
  return { name: normalizeName(name), nameKey: nameKey(name) };
}

function refuseFaultyRegion(provider: CloudProvider, region: string, path: readonly string[]): void {
  const fault = faultInRegionOf(provider, region);
  if (fault) throw new UnknownRegion(path, `The region ${fault}.`);
}

function statusWith({ lacksPermissions }: Proof): CloudAccountStatus {
  return lacksPermissions ? 'MISSING_PERMISSIONS' : 'ACTIVE';
}

function accessWith({ access, identity, consoleRole, nodeRoleName }: Proof) {
  return {
    awsAccountId: identity.accountId,
    awsUserId: identity.userId,
    awsUserArn: identity.arn,
    consoleRoleName: consoleRole.name,
    consoleRoleArn: consoleRole.arn,
    nodeRoleName,
    isSandbox: access.isSandbox,
  };
}

/** What is known of an account before AWS knows its key: what was asked for. */
function unverifiedAccess({ access, consoleRoleName, nodeRoleName }: NewCustomerAccount) {
  return {
    status: 'PROPAGATING' as const,
    awsAccountId: null,
    awsUserId: null,
    awsUserArn: null,
    consoleRoleName,
    consoleRoleArn: null,
    nodeRoleName,
    isSandbox: access.isSandbox,
  };
}
