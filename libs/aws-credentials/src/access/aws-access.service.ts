import type { Viewer } from '#libs/access';
import { ExternalIdService, partitionOf, RegionInAnotherPartition } from '#libs/iam-setup';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AwsAccessKey } from '../aws-access-key.js';
import { AwsAccessRole, GivenAccessRole } from '../aws-access-role.js';
import { AwsCredentialsService, type Keeper } from './aws-credentials.service.js';
import { RotationInProgress } from '../aws-credentials.errors.js';
import type { AwsAccess } from '../verification/aws-verification.js';
import type { IntendedUse } from '../credential-use.entity.js';
import { CredentialUseService } from '../uses/credential-use.service.js';
import type { StoredAccessRole } from './stored-access-role.entity.js';
import { StoredAccessRoles } from './stored-access-roles.js';

/** How a caller wants the gateway to get into an AWS account. */
export type GivenAccess = AwsAccessKey | GivenAccessRole;

const handlePath = ['input', 'credentials', 'awsAssumeRole', 'externalIdHandle'];

/** The way into each cloud account: a key or an access role, never both; the one that is set takes the other's place. */
@Injectable()
export class AwsAccessService {
  constructor(
    private readonly keys: AwsCredentialsService,
    private readonly roles: StoredAccessRoles,
    private readonly externalIds: ExternalIdService,
    private readonly uses: CredentialUseService,
  ) {}

  /**
   * What was given, ready to be asked with: a role with the external id that was issued for it.
   *
   * @param cloudAccountId that is to be entered with it; null for one that does not exist yet, undefined for none
   * @throws ExternalIdNotFound, ExternalIdInUse, ExternalIdChangeNotAllowed, RegionInAnotherPartition
   */
  async resolve(
    viewer: Pick<Viewer, 'tenantId'>,
    given: GivenAccess,
    region: string,
    cloudAccountId?: number | null,
  ): Promise<AwsAccess> {
    if (given instanceof AwsAccessKey) return given;

    const found = await this.externalIds.get(viewer, given.externalIdHandle, handlePath);
    if (cloudAccountId !== undefined)
      await this.externalIds.refuseUnlessFitting(viewer, found, cloudAccountId, handlePath);
    const role = new AwsAccessRole(given.roleArn, found.externalId);
    if (role.partition !== partitionOf(region)) throw new RegionInAnotherPartition('access role');
    return role;
  }

  /**
   * Makes a proven way in the account's current one, and removes every other.
   *
   * @throws ExternalIdInUse, ExternalIdChangeNotAllowed, AwsRoleAlreadyConnected
   * @throws RotationInProgress for a role while the key is being rotated
   */
  async keep(by: Keeper, account: Held<AccountReference>, access: AwsAccess, now: Date): Promise<void> {
    const { tenantId, id } = account;
    if (access instanceof AwsAccessRole) {
      await this.put(by, account, 'CURRENT', access, now);
      await this.roles.remove(tenantId, id, 'CANDIDATE');
      await this.keys.shred(account);
    } else {
      await this.keys.keep(by, account, access, now, await this.lastVersion(account));
      await this.roles.remove(tenantId, id);
    }
  }

  /**
   * Keeps a way in that is not proven yet, in the place of another such; the current one stays. An external id is the
   * account's from then on.
   *
   * @returns its version
   * @throws ExternalIdInUse, ExternalIdChangeNotAllowed
   * @throws RotationInProgress for a role while the key is being rotated; a key comes before a rotation, which then ends
   */
  async keepCandidate(by: Keeper, account: Held<AccountReference>, access: AwsAccess, now: Date): Promise<number> {
    const { tenantId, id } = account;
    const last = await this.lastVersion(account);
    if (!(access instanceof AwsAccessRole)) {
      await this.roles.remove(tenantId, id, 'CANDIDATE');
      return this.keys.keepCandidate(by, account, access, now, last);
    }
    if (await this.keys.isRotating(tenantId, id)) throw new RotationInProgress();
    await this.shredCandidate(account);
    return this.put(by, account, 'CANDIDATE', access, now, last);
  }

  /** What is not proven yet, for verification and for nothing else; null when there is none. @throws CredentialsUnreadable */
  revealCandidate(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccess | null> {
    return this.open(tenantId, cloudAccountId, 'CANDIDATE', use);
  }

  /**
   * Makes the candidate the current way in, and removes every other. Call it once the candidate is proven.
   *
   * @throws CredentialsUnreadable, AwsRoleAlreadyConnected
   */
  async promoteCandidate(account: Held<AccountReference>, now: Date): Promise<void> {
    const { tenantId, id: cloudAccountId } = account;
    const candidate = await this.roles.find(tenantId, cloudAccountId, 'CANDIDATE');
    if (!candidate) {
      await this.keys.promoteCandidate(account, now);
      return this.roles.remove(tenantId, cloudAccountId);
    }
    const { version, roleArn, externalId, issuedAt, sessionSeconds, setAt, setBy } = candidate;
    await this.roles.put({
      ...{ tenantId, cloudAccountId, slot: 'CURRENT', version, roleArn, externalId, issuedAt, sessionSeconds },
      ...{ setAt, setBy, lastVerifiedAt: now },
    });
    await this.roles.remove(tenantId, cloudAccountId, 'CANDIDATE');
    await this.keys.shred(account);
  }

  /** Removes what is not proven yet; the current way in stays. */
  async shredCandidate(account: Held<AccountReference>): Promise<void> {
    await this.keys.shredCandidate(account);
    await this.roles.remove(account.tenantId, account.id, 'CANDIDATE');
  }

  /** Notes that AWS has just accepted the current way in. */
  async verified(tenant: { readonly tenantId: number }, cloudAccountId: number, now: Date): Promise<void> {
    await this.keys.verified(tenant, cloudAccountId, now);
    await this.roles.markVerified(tenant.tenantId, cloudAccountId, now);
  }

  /**
   * The account's current way in, for the call that needs it now; null when it has none. Never call it in a unit of work:
   * each use is written down. A role's session is to be called by the `operationId` of the use.
   *
   * @throws CredentialsUnreadable
   */
  reveal(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccess | null> {
    return this.open(tenantId, cloudAccountId, 'CURRENT', use);
  }

  /** Whether this is the account's way in already. */
  async has(viewer: Viewer, cloudAccountId: number, access: AwsAccess): Promise<boolean> {
    if (!(access instanceof AwsAccessRole)) return this.keys.has(viewer, cloudAccountId, access);
    const stored = await this.roles.find(viewer.tenantId, cloudAccountId, 'CURRENT');
    return stored?.roleArn === access.arn && stored.externalId === access.externalId;
  }

  /** The current access roles. */
  rolesOfAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessRole[]> {
    return this.roles.ofAccounts(tenantId, cloudAccountIds);
  }

  /**
   * Removes every way into an account that is going. Its external id stays taken.
   *
   * @throws RotationInProgress
   */
  async shred(account: Held<AccountReference>): Promise<void> {
    await this.keys.shred(account);
    await this.roles.remove(account.tenantId, account.id);
  }

  private async open(
    tenantId: number,
    cloudAccountId: number,
    slot: StoredAccessRole['slot'],
    use: IntendedUse,
  ): Promise<AwsAccess | null> {
    const stored = await this.roles.find(tenantId, cloudAccountId, slot);
    if (stored) {
      await this.uses.record(stored, use, 'OPENED');
      return stored.role;
    }
    return slot === 'CURRENT'
      ? this.keys.reveal(tenantId, cloudAccountId, use)
      : this.keys.revealCandidate(tenantId, cloudAccountId, use);
  }

  private async put(
    { apiKeyName: setBy }: Keeper,
    account: Held<AccountReference>,
    slot: StoredAccessRole['slot'],
    { arn: roleArn, externalId, sessionSeconds }: AwsAccessRole,
    now: Date,
    last?: number,
  ): Promise<number> {
    const { tenantId, id: cloudAccountId } = account;
    const taken = await this.externalIds.take(account, externalId, now, handlePath);
    const version = 1 + (last ?? (await this.lastVersion(account)));
    await this.roles.put({
      ...{ tenantId, cloudAccountId, slot, version, roleArn, externalId, issuedAt: taken.createdAt, sessionSeconds },
      ...{ setAt: now, setBy, lastVerifiedAt: now },
    });
    return version;
  }

  /** Of keys and roles together, so that no key is ever sealed for a version that another had. */
  private async lastVersion({ tenantId, id }: AccountReference): Promise<number> {
    const roles = await this.roles.all(tenantId, id);
    return Math.max(await this.keys.lastVersion(tenantId, id), ...roles.map(({ version }) => version));
  }
}
