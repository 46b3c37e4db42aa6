import type { Viewer } from '#libs/access';
import { ExternalIdService } from '#libs/iam-setup';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { AwsAccessRole } from '../aws-access-role.js';
import { CredentialStore, type AccessSlot, type Keeper } from '../credential-store.js';
import type { IntendedUse } from '../credential-use.entity.js';
import { CredentialUseService } from '../uses/credential-use.service.js';
import { StoredAccessRoles } from './stored-access-roles.js';

/** Path of the external ID in the inputs of mutations. */
export const externalIdPath = ['input', 'credentials', 'awsAssumeRole', 'externalIdHandle'];

/** Stores access roles. The external ID of a stored role belongs to its account. */
@Injectable()
export class AccessRoleStore extends CredentialStore<AwsAccessRole> {
  constructor(
    private readonly stored: StoredAccessRoles,
    private readonly externalIds: ExternalIdService,
    private readonly uses: CredentialUseService,
  ) {
    super();
  }

  /** @throws ExternalIdInUse, ExternalIdChangeNotAllowed, AwsRoleAlreadyConnected */
  async put(
    { apiKeyName: setBy }: Keeper,
    account: Held<AccountReference>,
    slot: AccessSlot,
    { arn: roleArn, externalId, sessionSeconds }: AwsAccessRole,
    now: Date,
    lastVersion = 0,
  ): Promise<number> {
    const { tenantId, id: cloudAccountId } = account;
    const { createdAt: issuedAt } = await this.externalIds.assign(account, externalId, now, externalIdPath);
    const version = 1 + Math.max(lastVersion, await this.lastVersion(tenantId, cloudAccountId));
    await this.stored.put({
      ...{ tenantId, cloudAccountId, slot, version, roleArn, externalId, issuedAt, sessionSeconds },
      ...{ setAt: now, setBy, lastVerifiedAt: now },
    });
    return version;
  }

  async reveal(
    tenantId: number,
    cloudAccountId: number,
    slot: AccessSlot,
    use: IntendedUse,
  ): Promise<AwsAccessRole | null> {
    const stored = await this.stored.find(tenantId, cloudAccountId, slot);
    if (!stored) return null;
    await this.uses.record(stored, use, 'OPENED');
    return stored.role;
  }

  async isCurrent({ tenantId }: Viewer, cloudAccountId: number, role: AwsAccessRole): Promise<boolean> {
    const stored = await this.stored.find(tenantId, cloudAccountId, 'CURRENT');
    return stored?.roleArn === role.arn && stored.externalId === role.externalId;
  }

  async promoteCandidate({ tenantId, id: cloudAccountId }: Held<AccountReference>, now: Date): Promise<boolean> {
    const candidate = await this.stored.find(tenantId, cloudAccountId, 'CANDIDATE');
    if (!candidate) return false;
    const { version, roleArn, externalId, issuedAt, sessionSeconds, setAt, setBy } = candidate;
    await this.stored.put({
      ...{ tenantId, cloudAccountId, slot: 'CURRENT', version, roleArn, externalId, issuedAt, sessionSeconds },
      ...{ setAt, setBy, lastVerifiedAt: now },
    });
    await this.stored.remove(tenantId, cloudAccountId, 'CANDIDATE');
    return true;
  }

  markVerified(tenantId: number, cloudAccountId: number, now: Date): Promise<void> {
    return this.stored.markVerified(tenantId, cloudAccountId, now);
  }

  async refuseReplacement(): Promise<void> {}

  removeCandidate({ tenantId, id }: Held<AccountReference>): Promise<void> {
    return this.stored.remove(tenantId, id, 'CANDIDATE');
  }

  removeAll({ tenantId, id }: Held<AccountReference>): Promise<void> {
    return this.stored.remove(tenantId, id);
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]) {
    return this.stored.ofAccounts(tenantId, cloudAccountIds);
  }

  async lastVersion(tenantId: number, cloudAccountId: number): Promise<number> {
    const stored = await this.stored.all(tenantId, cloudAccountId);
    return Math.max(0, ...stored.map(({ version }) => version));
  }
}
