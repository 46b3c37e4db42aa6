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

/** Owner of the account at the provider: the vendor (HOSTED) or a customer (CUSTOMER). */
export const CloudAccountOwnership = { HOSTED: 'HOSTED', CUSTOMER: 'CUSTOMER' } as const;
export type CloudAccountOwnership = keyof typeof CloudAccountOwnership;

/** Lifecycle status. The observed health never changes it. */
export const CloudAccountStatus = {
  PROPAGATING: 'PROPAGATING',
  ACTIVE: 'ACTIVE',
  MISSING_PERMISSIONS: 'MISSING_PERMISSIONS',
  ERROR: 'ERROR',
  DELETING_WHEN_UNUSED: 'DELETING_WHEN_UNUSED',
} as const;
export type CloudAccountStatus = keyof typeof CloudAccountStatus;

/** What an account of a status is used for. */
interface StatusRule {
  /** Whether subscriptions can be created in it. */
  readonly acceptsSubscriptions: boolean;
  /** Whether its health is checked from then on. */
  readonly isHealthChecked: boolean;
  /** Whether the gateway has credentials of it that AWS accepted; null when the status before its deletion tells. */
  readonly hasCredentials: boolean | null;
}

/** The one place that tells what a status means. A new status does not compile until its rule is here. */
const statusRules: Readonly<Record<CloudAccountStatus, StatusRule>> = {
  PROPAGATING: { acceptsSubscriptions: false, isHealthChecked: false, hasCredentials: false },
  ACTIVE: { acceptsSubscriptions: true, isHealthChecked: true, hasCredentials: true },
  MISSING_PERMISSIONS: { acceptsSubscriptions: false, isHealthChecked: false, hasCredentials: true },
  ERROR: { acceptsSubscriptions: false, isHealthChecked: false, hasCredentials: false },
  DELETING_WHEN_UNUSED: { acceptsSubscriptions: false, isHealthChecked: false, hasCredentials: null },
};

/** The statuses of customer accounts that must have stored credentials. */
export const statusesWithCredentials = Object.values(CloudAccountStatus).filter(
  (status) => statusRules[status].hasCredentials,
);

/** The fields that users set and that AWS does not verify. A new one is a column of the entity and its name here. */
const detailFields = ['name', 'region'] as const;
export type AccountDetails = Pick<CloudAccount, 'name' | 'region'> &
  Partial<Pick<CloudAccount, (typeof detailFields)[number]>>;

/** The details of a new account that its input omits. */
const noDetails: Partial<AccountDetails> = Object.fromEntries(detailFields.map((field) => [field, null]));

/** The details among the fields of an input. Omitted fields are absent. */
export function detailsIn(input: Partial<AccountDetails>): Partial<AccountDetails> {
  return Object.fromEntries(
    detailFields.flatMap((field) => (input[field] === undefined ? [] : [[field, input[field]]])),
  );
}

/** Account that a customer connects, with its credentials and the result of their verification. */
export interface NewCustomerAccount extends AccountDetails, Pick<Expectations, 'consoleRoleName' | 'nodeRoleName'> {
  readonly tenantId: number;
  readonly provider: CloudProvider;
  readonly access: AwsAccess;
  /** Null while AWS does not recognize the access key or the role. */
  readonly proof: Proof | null;
}

/** Change of roles. An omitted field is unchanged. */
export interface RolesChange {
  readonly consoleRoleName?: string;
  /** Null: the role that `iamSetup` creates. */
  readonly nodeRoleName?: string | null;
}

/**
 * Access to one account at a cloud provider, in which subscriptions are built.
 *
 * A customer's account is at AWS and uses one IAM user or one access role. Two accounts never share it. Hosted accounts
 * belong to the vendor, have no credentials here, and are visible to every tenant.
 */
@Entity('cloud_account')
export class CloudAccount {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  /** Case-folded name, which is unique in the tenant. */
  @Column('varchar', { name: 'name_key', length: longestNameKey })
  readonly nameKey!: string;

  @Column('varchar', { length: 8 })
  readonly provider!: CloudProvider;

  /** Home region. For AWS, it determines the partition. */
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

  /** IAM role of instances. Null: the role that `iamSetup` creates. */
  @Column('varchar', { name: 'node_role_name', length: 64, nullable: true })
  readonly nodeRoleName!: string | null;

  @Column('boolean', { name: 'is_sandbox' })
  readonly isSandbox!: boolean;

  /** Status that a cancelled deletion restores. Null while no deletion is scheduled. */
  @Column('varchar', { name: 'status_before_deletion', length: 24, nullable: true })
  readonly statusBeforeDeletion!: CloudAccountStatus | null;

  /** Time when the deletion was scheduled. Null while none is scheduled. */
  @Column('datetime', { name: 'deletion_requested_at', precision: 3, nullable: true })
  readonly deletionRequestedAt!: Date | null;

  @Column('varchar', { name: 'deletion_requested_by_kind', length: 16, nullable: true })
  readonly deletionRequestedByKind!: ActorKind | null;

  @Column('int', { name: 'deletion_requested_by_id', nullable: true })
  readonly deletionRequestedById!: number | null;

  @Column('varchar', { name: 'deletion_requested_by_name', length: 64, nullable: true })
  readonly deletionRequestedByName!: string | null;

  /** Incremented by changes of users, never by observations of the gateway. */
  @Column('int')
  readonly version!: number;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  readonly updatedAt!: Date;

  /** Creates a customer's account. It is ACTIVE if its credentials are proven and complete. */
  static create(details: NewCustomerAccount, now: Date): CloudAccount {
    const { tenantId, provider, proof } = details;
    if (provider !== 'AWS') throw new CustomerAccountMustBeAws();

    return Object.assign(new CloudAccount(), {
      tenantId,
      ...storedDetails({ ...noDetails, ...detailsIn(details) }),
      provider,
      ownership: 'CUSTOMER',
      ...(proof ? { status: statusWith(proof), ...accessWith(proof) } : unverifiedAccess(details)),
      ...noDeletion,
      version: 1,
      createdAt: now,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** Creates an account of the vendor, in which every tenant can build. */
  static createHosted(details: AccountDetails & { readonly provider: CloudProvider }, now: Date): CloudAccount {
    const { provider, region } = details;
    refuseFaultyRegion(provider, region, ['region']);

    return Object.assign(new CloudAccount(), {
      tenantId: operatorTenantId,
      ...storedDetails({ ...noDetails, ...detailsIn(details) }),
      provider,
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

  /** Schedules the deletion: the account accepts no new subscriptions, and is deleted when no blockers are left. */
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
   * Cancels a scheduled deletion. The status is the previous one, or the one that the account would have reached since.
   *
   * @throws CloudAccountDeletionNotScheduled
   */
  cancelDeletion(now: Date): void {
    this.refuseDeletionCancellation();
    Object.assign(this, {
      status: this.statusBeforeDeletion ?? 'ACTIVE', // a hosted account that was retired before this value was stored
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

  /** Scheduled deletion. Null when none is scheduled, or when the actor is unknown. */
  get scheduledDeletion(): { readonly requestedBy: Actor; readonly requestedAt: Date } | null {
    const { deletionRequestedByKind: kind, deletionRequestedById: id, deletionRequestedByName: name } = this;
    if (!this.deletionRequestedAt || !kind || name === null) return null;
    return { requestedBy: { kind, id, name }, requestedAt: this.deletionRequestedAt };
  }

  /** Marks permissions as complete. @returns whether the status changed */
  markPermissionsComplete(): boolean {
    if ((this.statusBeforeDeletion ?? this.status) !== 'MISSING_PERMISSIONS') return false;
    this.setStatus('ACTIVE');
    return true;
  }

  /** Whether the gateway begins to check its health. Hosted accounts have no credentials to check. */
  get isHealthChecked(): boolean {
    return this.ownership === 'CUSTOMER' && statusRules[this.status].isHealthChecked;
  }

  get isScheduledForDeletion(): boolean {
    return this.status === 'DELETING_WHEN_UNUSED';
  }

  /** Applies all changes of one request as one new version. Omitted fields are unchanged. */
  change(details: Partial<AccountDetails>, now: Date): void {
    Object.assign(this, {
      ...storedDetails(details),
      version: this.version + 1,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** Uses these credentials from now on. A scheduled deletion remains scheduled. */
  acceptCredentials(proof: Proof): void {
    Object.assign(this, accessWith(proof) satisfies Partial<CloudAccount>);
    this.setStatus(statusWith(proof));
  }

  /**
   * Marks new credentials as being tried. An account without working credentials becomes PROPAGATING. Other accounts
   * are unchanged.
   */
  beginTrial({ consoleRoleName, nodeRoleName }: Expectations): void {
    if (!this.hasNeverBeenVerified) return;
    Object.assign(this, { consoleRoleName, nodeRoleName } satisfies Partial<CloudAccount>);
    this.setStatus('PROPAGATING');
  }

  /** Marks the tried credentials as rejected or cancelled. An account without other credentials becomes ERROR. */
  endTrial(): void {
    if (this.hasNeverBeenVerified) this.setStatus('ERROR');
  }

  /** Sets the status, or the status after a cancellation if a deletion is scheduled. */
  private setStatus(status: CloudAccountStatus): void {
    Object.assign(
      this,
      (this.isScheduledForDeletion ? { statusBeforeDeletion: status } : { status }) satisfies Partial<CloudAccount>,
    );
  }

  /** Whether AWS has not accepted any credentials of the account yet. */
  private get hasNeverBeenVerified(): boolean {
    return this.awsAccountId === null;
  }

  /** Whether a change of name, region and roles would change nothing. */
  isUnchangedBy(change: RolesChange & Partial<AccountDetails>): boolean {
    const { consoleRoleName, nodeRoleName } = change;
    const wanted: Partial<CloudAccount> = { ...storedDetails(detailsIn(change)), consoleRoleName, nodeRoleName };
    const stored = new Map<string, unknown>(Object.entries(this));
    return Object.entries(wanted).every(
      ([field, value]) => changedTo<unknown>(value, stored.get(field)) === stored.get(field),
    );
  }

  /** Whether credentials of `identity` belong to another AWS account, so that they cannot manage existing resources. */
  isInOtherAwsAccount({ accountId }: AwsIdentity): boolean {
    return this.awsAccountId !== null && this.awsAccountId !== accountId;
  }

  /** @throws CredentialsRejected when the credentials are known to belong to another AWS account than `expected` */
  refuseUnexpectedAwsAccount(expected: string | null | undefined): void {
    const refusal = this.awsAccountId === null ? null : refusalOfAccount(this.awsAccountId, expected);
    if (refusal) throw refusal;
  }

  /**
   * Stores the current ARN of the IAM user. A user that was renamed or moved to another path keeps its ID. Ignores
   * other users. @returns whether the ARN changed
   */
  updateUserArn({ userId, accountId, arn }: AwsIdentity): boolean {
    if (userId !== this.awsUserId || accountId !== this.awsAccountId || arn === this.awsUserArn) return false;
    Object.assign(this, { awsUserArn: arn } satisfies Partial<CloudAccount>);
    return true;
  }

  /** @throws CloudAccountIsHosted because only the operator can change hosted accounts */
  refuseChangeIfHosted(): void {
    if (this.ownership === 'HOSTED') throw new CloudAccountIsHosted();
  }

  /** @throws CloudAccountIsHosted, CloudAccountWithoutCredentials */
  refuseVerification(): void {
    this.refuseChangeIfHosted();
    if (this.hasNeverBeenVerified) throw new CloudAccountWithoutCredentials();
  }

  /**
   * Rule: an account cannot be deleted while it has an active subscription, or a blocker of any other kind.
   *
   * @param seen blockers to list in the refusal
   * @throws CloudAccountInUse
   */
  refuseRemoval(blockers: BlockerCounts, seen?: SeenBlockers): void {
    if (blockersInWords(blockers).length > 0) throw new CloudAccountInUse(blockers, seen);
  }

  /** @throws UnknownRegion unless the account's provider has it */
  refuseUnknownRegion(region: string): void {
    refuseFaultyRegion(this.provider, region, ['input', 'region']);
  }

  /** @throws VersionConflict when the account has changed since `expected` was read */
  refuseStaleVersion(expected: number | null | undefined): void {
    if (expected != null && expected !== this.version) throw new VersionConflict(this.version);
  }

  /**
   * Rule: new subscriptions need an account that is ACTIVE and not known to be BROKEN.
   *
   * @param health null when it is unknown
   * @throws CloudAccountDeletionScheduled, CloudAccountNotActive, CloudAccountBroken
   */
  refuseNewSubscription(health: { readonly isBroken: boolean } | null): void {
    if (this.isScheduledForDeletion) throw new CloudAccountDeletionScheduled();
    if (!statusRules[this.status].acceptsSubscriptions) throw new CloudAccountNotActive();
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

/** How details are stored. */
function storedDetails({ name, ...others }: Partial<AccountDetails>): Partial<CloudAccount> {
  return { ...others, ...(name !== undefined && named(name)) };
}

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

/** Requested names, stored until AWS recognizes the credentials. */
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
