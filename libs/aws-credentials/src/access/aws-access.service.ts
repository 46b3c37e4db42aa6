import type { Viewer } from '#libs/access';
import { ExternalIdService } from '#libs/iam-setup';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { AwsAccess } from '../aws-access.js';
import { AwsAccessKey } from '../aws-access-key.js';
import { AwsAccessRole, GivenAccessRole } from '../aws-access-role.js';
import { AccessKeyStore } from '../access-keys/access-key-store.js';
import { AccessRoleStore, externalIdPath } from '../access-roles/access-role-store.js';
import type { StoredAccessRole } from '../access-roles/stored-access-role.entity.js';
import type { AccessSlot, CredentialStore, Keeper } from '../credential-store.js';
import type { IntendedUse } from '../credential-use.entity.js';
import type { StoredAccessKey } from '../stored-access-key.entity.js';

/** Credentials as sent by a caller. */
export type GivenAccess = AwsAccessKey | GivenAccessRole;

/** The credentials of each cloud account: of one kind at a time. New credentials replace those of every other kind. */
@Injectable()
export class AwsAccessService {
  private readonly stores: readonly CredentialStore[];

  constructor(
    private readonly keys: AccessKeyStore,
    private readonly roles: AccessRoleStore,
    private readonly externalIds: ExternalIdService,
  ) {
    this.stores = [roles, keys];
  }

  /**
   * Returns credentials that can be sent to AWS: an access role gets the external ID that was issued for it.
   *
   * @param cloudAccountId account that the credentials are for; null for a new account, undefined for none
   * @throws ExternalIdNotFound, ExternalIdInUse, ExternalIdChangeNotAllowed, RegionInAnotherPartition
   */
  async resolve(
    viewer: Pick<Viewer, 'tenantId'>,
    given: GivenAccess,
    region: string,
    cloudAccountId?: number | null,
  ): Promise<AwsAccess> {
    if (given instanceof AwsAccessKey) return given;

    const found = await this.externalIds.get(viewer, given.externalIdHandle, externalIdPath);
    if (cloudAccountId !== undefined)
      await this.externalIds.refuseUnlessAssignable(viewer, found, cloudAccountId, externalIdPath);
    const role = new AwsAccessRole(given.roleArn, found.externalId);
    role.refuseRegion(region);
    return role;
  }

  /**
   * Makes verified credentials the current ones, and removes all others.
   *
   * @throws ExternalIdInUse, ExternalIdChangeNotAllowed, AwsRoleAlreadyConnected
   * @throws RotationInProgress for a role during a rotation of the access key
   */
  async setCurrent(by: Keeper, account: Held<AccountReference>, access: AwsAccess, now: Date): Promise<void> {
    const own = this.storeOf(access);
    await this.put(by, account, 'CURRENT', access, now);
    await own.removeCandidate(account);
    for (const store of this.others(own)) await store.removeAll(account);
  }

  /**
   * Stores credentials that are not verified yet and replaces other candidates. The current credentials stay. From then
   * on, the external ID of a role belongs to the account.
   *
   * @returns the version of the candidate
   * @throws ExternalIdInUse, ExternalIdChangeNotAllowed
   * @throws RotationInProgress for a role during a rotation of the access key; an access key ends the rotation
   */
  async setCandidate(by: Keeper, account: Held<AccountReference>, access: AwsAccess, now: Date): Promise<number> {
    const others = this.others(this.storeOf(access));
    for (const store of others) await store.refuseReplacement(account);
    const version = await this.put(by, account, 'CANDIDATE', access, now);
    for (const store of others) await store.removeCandidate(account);
    return version;
  }

  /** Candidate, for verification only. Null when there is none. @throws CredentialsUnreadable */
  revealCandidate(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccess | null> {
    return this.open(tenantId, cloudAccountId, 'CANDIDATE', use);
  }

  /**
   * Makes the verified candidate the current credentials, and removes all others.
   *
   * @throws CredentialsUnreadable, AwsRoleAlreadyConnected
   */
  async promoteCandidate(account: Held<AccountReference>, now: Date): Promise<void> {
    for (const store of this.stores) {
      if (!(await store.promoteCandidate(account, now))) continue;
      for (const other of this.others(store)) await other.removeAll(account);
      return;
    }
  }

  /** Removes the candidate. The current credentials stay. */
  async removeCandidate(account: Held<AccountReference>): Promise<void> {
    for (const store of this.stores) await store.removeCandidate(account);
  }

  /** Records that AWS accepted the current credentials. */
  async markVerified({ tenantId }: { readonly tenantId: number }, cloudAccountId: number, now: Date): Promise<void> {
    for (const store of this.stores) await store.markVerified(tenantId, cloudAccountId, now);
  }

  /**
   * Current credentials of the account. Null when it has none. Call it outside of units of work, because it records each
   * use. The session of a role must have the name `use.operationId`.
   *
   * @throws CredentialsUnreadable
   */
  reveal(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccess | null> {
    return this.open(tenantId, cloudAccountId, 'CURRENT', use);
  }

  /** Whether these are the current credentials of the account. */
  isCurrent(viewer: Viewer, cloudAccountId: number, access: AwsAccess): Promise<boolean> {
    return access.match({
      accessKey: (key) => this.keys.isCurrent(viewer, cloudAccountId, key),
      accessRole: (role) => this.roles.isCurrent(viewer, cloudAccountId, role),
    });
  }

  /** Current access keys. */
  keysOfAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    return this.keys.ofAccounts(tenantId, cloudAccountIds);
  }

  /** Current access roles. */
  rolesOfAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessRole[]> {
    return this.roles.ofAccounts(tenantId, cloudAccountIds);
  }

  /**
   * Removes all credentials of an account that is being removed. Its external ID stays assigned.
   *
   * @throws RotationInProgress
   */
  async removeAll(account: Held<AccountReference>): Promise<void> {
    for (const store of this.stores) await store.removeAll(account);
  }

  private async put(
    by: Keeper,
    account: Held<AccountReference>,
    slot: AccessSlot,
    access: AwsAccess,
    now: Date,
  ): Promise<number> {
    const { tenantId, id } = account;
    const versions = await Promise.all(this.stores.map((store) => store.lastVersion(tenantId, id)));
    const last = Math.max(...versions);
    return access.match({
      accessKey: (key) => this.keys.put(by, account, slot, key, now, last),
      accessRole: (role) => this.roles.put(by, account, slot, role, now, last),
    });
  }

  private async open(
    tenantId: number,
    cloudAccountId: number,
    slot: AccessSlot,
    use: IntendedUse,
  ): Promise<AwsAccess | null> {
    for (const store of this.stores) {
      const access = await store.reveal(tenantId, cloudAccountId, slot, use);
      if (access) return access;
    }
    return null;
  }

  private storeOf(access: AwsAccess): CredentialStore {
    return access.match<CredentialStore>({ accessKey: () => this.keys, accessRole: () => this.roles });
  }

  private others(own: CredentialStore): CredentialStore[] {
    return this.stores.filter((store) => store !== own);
  }
}
