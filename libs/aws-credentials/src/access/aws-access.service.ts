import type { Viewer } from '#libs/access';
import { ExternalIdService, partitionOf } from '#libs/iam-setup';
import { InvalidField, InvalidInput } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AwsAccessKey } from '../aws-access-key.js';
import { AwsAccessRole, GivenAccessRole } from '../aws-access-role.js';
import { AwsCredentialsService, type Keeper } from './aws-credentials.service.js';
import { RotationInProgress } from '../aws-credentials.errors.js';
import type { AwsAccess } from '../verification/aws-verification.js';
import type { KeyRotation } from '../key-rotation.entity.js';
import type { IntendedUse } from '../credential-use.entity.js';
import { CredentialUseService } from '../uses/credential-use.service.js';
import type { StoredAccessRole } from './stored-access-role.entity.js';
import { StoredAccessRoles } from './stored-access-roles.js';

/** How a caller wants the gateway to get into an AWS account. */
export type GivenAccess = AwsAccessKey | GivenAccessRole;

const path = ['input', 'credentials', 'awsAssumeRole'];
const handlePath = [...path, 'externalIdHandle'];

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
   * @throws ExternalIdNotFound, ExternalIdTaken, ExternalIdStays
   * @throws InvalidInput for a role in another partition than `region`
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
    if (role.partition !== partitionOf(region)) {
      const message = 'The access role must be in the partition of the region.';
      throw new InvalidInput([new InvalidField([...path, 'roleArn'], message)]);
    }
    return role;
  }

  /**
   * Makes a proven way in the account's current one, and removes every other. Call it in the unit of work that holds the
   * account.
   *
   * @throws ExternalIdTaken, ExternalIdStays, AwsRoleAlreadyConnected
   * @throws RotationInProgress for a role while the key is being rotated
   */
  async keep(viewer: Keeper, cloudAccountId: number, access: AwsAccess, now: Date): Promise<void> {
    const { tenantId } = viewer;
    if (access instanceof AwsAccessRole) {
      await this.put(viewer, cloudAccountId, 'CURRENT', access, now);
      await this.roles.remove(tenantId, cloudAccountId, 'CANDIDATE');
      await this.keys.shred(tenantId, cloudAccountId);
    } else {
      await this.keys.keep(viewer, cloudAccountId, access, now, await this.lastVersion(tenantId, cloudAccountId));
      await this.roles.remove(tenantId, cloudAccountId);
    }
  }

  /**
   * Keeps a way in that is not proven yet, in the place of another such; the current one stays. Call it while the account is
   * held. An external id is the account's from then on.
   *
   * @returns its version
   * @throws ExternalIdTaken, ExternalIdStays
   * @throws RotationInProgress for a role while the key is being rotated; a key comes before a rotation, which then ends
   */
  async keepCandidate(viewer: Keeper, cloudAccountId: number, access: AwsAccess, now: Date): Promise<number> {
    const { tenantId } = viewer;
    const last = await this.lastVersion(tenantId, cloudAccountId);
    if (!(access instanceof AwsAccessRole)) {
      await this.roles.remove(tenantId, cloudAccountId, 'CANDIDATE');
      return this.keys.keepCandidate(viewer, cloudAccountId, access, now, last);
    }
    if (await this.isRotating(tenantId, cloudAccountId)) throw new RotationInProgress();
    await this.shredCandidate(tenantId, cloudAccountId);
    return this.put(viewer, cloudAccountId, 'CANDIDATE', access, now, last);
  }

  /** What is not proven yet, for verification and for nothing else; null when there is none. @throws CredentialsUnreadable */
  revealCandidate(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccess | null> {
    return this.open(tenantId, cloudAccountId, 'CANDIDATE', use);
  }

  /**
   * Makes the candidate the current way in, and removes every other. Call it while the account is held, once it is proven.
   *
   * @throws CredentialsUnreadable, AwsRoleAlreadyConnected
   */
  async promoteCandidate(tenantId: number, cloudAccountId: number, now: Date): Promise<void> {
    const candidate = await this.roles.find(tenantId, cloudAccountId, 'CANDIDATE');
    if (!candidate) {
      await this.keys.promoteCandidate(tenantId, cloudAccountId, now);
      return this.roles.remove(tenantId, cloudAccountId);
    }
    const { version, roleArn, externalId, issuedAt, sessionSeconds, setAt, setBy } = candidate;
    await this.roles.put({
      ...{ tenantId, cloudAccountId, slot: 'CURRENT', version, roleArn, externalId, issuedAt, sessionSeconds },
      ...{ setAt, setBy, lastVerifiedAt: now },
    });
    await this.roles.remove(tenantId, cloudAccountId, 'CANDIDATE');
    await this.keys.shred(tenantId, cloudAccountId);
  }

  /** Removes what is not proven yet; the current way in stays. */
  async shredCandidate(tenantId: number, cloudAccountId: number): Promise<void> {
    await this.keys.shredCandidate(tenantId, cloudAccountId);
    await this.roles.remove(tenantId, cloudAccountId, 'CANDIDATE');
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

  /** Whether a rotation of the account's key is under way. The answer holds while the account is held. */
  isRotating(tenantId: number, cloudAccountId: number): Promise<boolean> {
    return this.keys.isRotating(tenantId, cloudAccountId);
  }

  /** The newest rotation of each account's key. The answer holds while the accounts are held. */
  rotationsOf(tenantId: number, cloudAccountIds: readonly number[]): Promise<KeyRotation[]> {
    return this.keys.rotationsOf(tenantId, cloudAccountIds);
  }

  /**
   * Removes every way into an account that is going. Its external id stays taken.
   *
   * @throws RotationInProgress
   */
  async shred(tenantId: number, cloudAccountId: number): Promise<void> {
    await this.keys.shred(tenantId, cloudAccountId);
    await this.roles.remove(tenantId, cloudAccountId);
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
    { tenantId, apiKeyName: setBy }: Keeper,
    cloudAccountId: number,
    slot: StoredAccessRole['slot'],
    { arn: roleArn, externalId, sessionSeconds }: AwsAccessRole,
    now: Date,
    last?: number,
  ): Promise<number> {
    const taken = await this.externalIds.take({ tenantId }, externalId, cloudAccountId, now, handlePath);
    const version = 1 + (last ?? (await this.lastVersion(tenantId, cloudAccountId)));
    await this.roles.put({
      ...{ tenantId, cloudAccountId, slot, version, roleArn, externalId, issuedAt: taken.createdAt, sessionSeconds },
      ...{ setAt: now, setBy, lastVerifiedAt: now },
    });
    return version;
  }

  /** Of keys and roles together, so that no key is ever sealed for a version that another had. */
  private async lastVersion(tenantId: number, cloudAccountId: number): Promise<number> {
    const roles = await this.roles.all(tenantId, cloudAccountId);
    return Math.max(await this.keys.lastVersion(tenantId, cloudAccountId), ...roles.map(({ version }) => version));
  }
}
