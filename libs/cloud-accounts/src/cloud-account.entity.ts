import { operatorTenantId } from '#libs/access';
import { UnknownRegion, type AwsIdentity, type ProvenCredentials } from '#libs/aws-credentials';
import { InvalidField, InvalidInput, VersionConflict, faultInName, nameKey, normalizeName } from '#libs/kernel';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { SubscriptionsInTheWay } from './active-subscriptions.js';
import {
  CloudAccountInUse,
  CloudAccountIsHosted,
  CloudAccountNotActive,
  CustomerAccountMustBeAws,
} from './cloud-account.errors.js';
import { faultInRegionOf, type CloudProvider } from './cloud-provider.js';

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

/**
 * The access to one account at a cloud provider, in which subscriptions are built.
 *
 * A customer's account is at AWS, and stands for one IAM user there: no two accounts share one. Hosted accounts are the
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
  @Column('varchar', { name: 'name_key', length: 192 })
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

  @Column('boolean', { name: 'is_sandbox' })
  readonly isSandbox!: boolean;

  /** Counts what users change, never what the gateway observes. */
  @Column('int')
  readonly version!: number;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  readonly updatedAt!: Date;

  /** A customer's account, which works from its first moment: its credentials were proven before. */
  static create(
    details: { tenantId: number; name: string; provider: CloudProvider; region: string; proven: ProvenCredentials },
    now: Date,
  ): CloudAccount {
    const { tenantId, name, provider, region, proven } = details;
    if (provider !== 'AWS') throw new CustomerAccountMustBeAws();

    return Object.assign(new CloudAccount(), {
      tenantId,
      ...named(name),
      provider,
      region,
      ownership: 'CUSTOMER',
      status: 'ACTIVE',
      ...accessWith(proven),
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
      isSandbox: false,
      version: 1,
      createdAt: now,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** From now on no subscription may begin here, and the account goes with its last one. */
  retire(now: Date): void {
    Object.assign(this, {
      status: 'DELETING_WHEN_UNUSED',
      version: this.version + 1,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** That nothing is missing any more: returns whether that changed anything. */
  hasPermissionsNow(): boolean {
    if (this.status !== 'MISSING_PERMISSIONS') return false;
    Object.assign(this, { status: 'ACTIVE' } satisfies Partial<CloudAccount>);
    return true;
  }

  get goesWhenUnused(): boolean {
    return this.status === 'DELETING_WHEN_UNUSED';
  }

  /** Everything one request changes, as one new version. What is not given stays. */
  change({ name, proven }: { name?: string | null; proven?: ProvenCredentials | null }, now: Date): void {
    Object.assign(this, {
      ...(name != null && named(name)),
      ...(proven && accessWith(proven)),
      version: this.version + 1,
      updatedAt: now,
    } satisfies Partial<CloudAccount>);
  }

  /** Whether a change of name and role would change nothing; what is not given stays. */
  isAlready({ name, consoleRoleName }: { name?: string | null; consoleRoleName?: string | null }): boolean {
    return (
      (name == null || normalizeName(name) === this.name) &&
      (consoleRoleName == null || consoleRoleName === this.consoleRoleName)
    );
  }

  /** Whether credentials of `identity` would take what was built here out of our reach. */
  isInAnotherAwsAccountThan({ accountId }: AwsIdentity): boolean {
    return this.awsAccountId !== accountId;
  }

  /** @throws CloudAccountIsHosted because hosted accounts are the operator's alone to change */
  refuseChangeIfHosted(): void {
    if (this.ownership === 'HOSTED') throw new CloudAccountIsHosted();
  }

  /**
   * The rule: an account with an active subscription cannot be deleted, a hosted one not by a tenant.
   *
   * @throws CloudAccountIsHosted, CloudAccountInUse
   */
  refuseDeletion(inTheWay: SubscriptionsInTheWay): void {
    this.refuseChangeIfHosted();
    if (inTheWay.total > 0) throw new CloudAccountInUse(inTheWay);
  }

  /** @throws UnknownRegion unless it is one of the account's provider */
  refuseForeignRegion(region: string): void {
    refuseFaultyRegion(this.provider, region, ['input', 'region']);
  }

  /** @throws VersionConflict when somebody changed the account since `expected` was read */
  refuseOtherVersionThan(expected: number | null | undefined): void {
    if (expected != null && expected !== this.version) throw new VersionConflict(this.version);
  }

  /** @throws CloudAccountNotActive unless subscriptions may be built here */
  refuseSubscriptionsUnlessActive(): void {
    if (this.status !== 'ACTIVE') throw new CloudAccountNotActive();
  }
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

function accessWith({ key, identity, consoleRole }: ProvenCredentials) {
  return {
    awsAccountId: identity.accountId,
    awsUserId: identity.userId,
    awsUserArn: identity.arn,
    consoleRoleName: consoleRole.name,
    consoleRoleArn: consoleRole.arn,
    isSandbox: key.isSandbox,
  };
}
