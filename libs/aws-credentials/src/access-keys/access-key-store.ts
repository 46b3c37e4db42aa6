import type { Viewer } from '#libs/access';
import { CiphertextRejected, Keychain, Vault, type SecretSubject } from '#libs/encryption';
import { eachOf, type AccountReference, type Held, type Secret } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsUnreadable, RotationInProgress } from '../aws-credentials.errors.js';
import { CredentialStore, type AccessSlot, type Keeper } from '../credential-store.js';
import type { IntendedUse } from '../credential-use.entity.js';
import { CredentialUseService } from '../uses/credential-use.service.js';
import type { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';
import type { RotatableAccessKeys } from '../rotatable-access-keys.js';
import type { AccessKeySlot, StoredAccessKey } from '../stored-access-key.entity.js';
import { StoredAccessKeys } from './stored-access-keys.js';

/** Stores access keys. Each secret is encrypted for its tenant, account, slot and version. */
@Injectable()
export class AccessKeyStore extends CredentialStore<AwsAccessKey> {
  constructor(
    private readonly stored: StoredAccessKeys,
    private readonly vault: Vault,
    private readonly keychain: Keychain,
    private readonly uses: CredentialUseService,
    private readonly rotations: AccessKeyRotations,
  ) {
    super();
  }

  /**
   * Stores an access key of the customer. A current key ends a rotation in progress, which then deletes what it created. A
   * candidate cancels a rotation that has not switched access keys yet.
   */
  async put(
    by: Keeper,
    account: Held<AccountReference>,
    slot: AccessSlot,
    key: AwsAccessKey,
    now: Date,
    lastVersion = 0,
  ): Promise<number> {
    await this.changeRotation(account, (rotation) =>
      slot === 'CURRENT' ? rotation.supersede(now) : rotation.makeRoomForCandidate(now),
    );
    return this.store(by, account, slot, key, now, lastVersion);
  }

  /** Stores an access key that a rotation created. */
  async putCreated(
    by: Keeper,
    account: Held<AccountReference>,
    slot: 'CANDIDATE' | 'RETIRING',
    key: AwsAccessKey,
    now: Date,
  ): Promise<void> {
    await this.store(by, account, slot, key, now);
  }

  /** Makes the candidate the current key. A rotation in progress ends and deletes what it created. */
  async promoteCandidate(account: Held<AccountReference>, now: Date): Promise<boolean> {
    if (!(await this.stored.find(account.tenantId, account.id, 'CANDIDATE'))) return false;
    await this.changeRotation(account, (rotation) => rotation.supersede(now));
    await this.move(account, 'CANDIDATE', 'CURRENT');
    await this.markVerified(account.tenantId, account.id, now);
    return true;
  }

  /**
   * Makes the new access key, which AWS has accepted, the current one, and retires the old one.
   *
   * @throws CredentialsUnreadable
   */
  async switchToCandidate(account: Held<AccountReference>, now: Date): Promise<void> {
    await this.move(account, 'CURRENT', 'RETIRING');
    await this.move(account, 'CANDIDATE', 'CURRENT');
    await this.markVerified(account.tenantId, account.id, now);
  }

  /**
   * Makes the retiring access key the current one again, and retires the other.
   *
   * @throws CredentialsUnreadable
   */
  async switchBack(account: Held<AccountReference>, now: Date): Promise<void> {
    const current = await this.stored.find(account.tenantId, account.id, 'CURRENT');
    const retiring = await this.stored.find(account.tenantId, account.id, 'RETIRING');
    if (!current || !retiring) return;
    const sealed = [await this.resealed(current, 'RETIRING'), await this.resealed(retiring, 'CURRENT')];
    for (const key of sealed) await this.stored.put(key);
    await this.markVerified(account.tenantId, account.id, now);
  }

  /** Retires the candidate of a rotation that is rolled back. It is then deleted in AWS. */
  retireCandidate(account: Held<AccountReference>): Promise<void> {
    return this.move(account, 'CANDIDATE', 'RETIRING');
  }

  removeCandidate({ tenantId, id }: Held<AccountReference>): Promise<void> {
    return this.stored.remove(tenantId, id, 'CANDIDATE');
  }

  markVerified(tenantId: number, cloudAccountId: number, now: Date): Promise<void> {
    return this.stored.markVerified(tenantId, cloudAccountId, now);
  }

  async reveal(
    tenantId: number,
    cloudAccountId: number,
    slot: AccessKeySlot,
    use: IntendedUse,
  ): Promise<AwsAccessKey | null> {
    const stored = await this.stored.find(tenantId, cloudAccountId, slot);
    return stored && this.open(stored, use);
  }

  /**
   * Decrypts a stored access key. This is the only method that returns a stored secret, and only after the use is recorded.
   *
   * @throws CredentialsUnreadable
   */
  async open(stored: StoredAccessKey, use: IntendedUse): Promise<AwsAccessKey> {
    try {
      const secret = await this.opened(stored);
      await this.uses.record(stored, use, 'OPENED');
      return new AwsAccessKey(stored.accessKeyId, secret);
    } catch (error) {
      if (error instanceof CredentialsUnreadable) await this.uses.record(stored, use, 'REJECTED');
      throw error;
    }
  }

  /** Returns false for an access key that cannot be decrypted: it must be stored again. */
  async isCurrent({ tenantId, actor }: Viewer, cloudAccountId: number, key: AwsAccessKey): Promise<boolean> {
    const stored = await this.stored.find(tenantId, cloudAccountId, 'CURRENT');
    if (stored?.accessKeyId !== key.accessKeyId) return false;
    if (stored.fingerprint !== (await this.fingerprint(tenantId, key))) return false;
    try {
      await this.open(stored, { actor, purpose: 'VERIFICATION' });
      return true;
    } catch (error) {
      if (error instanceof CredentialsUnreadable) return false;
      throw error;
    }
  }

  /** Removes the retiring key. Call it when the key does not exist in AWS any more. */
  removeRetiring({ tenantId, id }: Held<AccountReference>): Promise<void> {
    return this.stored.remove(tenantId, id, 'RETIRING');
  }

  /** All access keys of one account, without decryption. */
  listSlots(tenantId: number, cloudAccountId: number): Promise<StoredAccessKey[]> {
    return this.stored.all(tenantId, [cloudAccountId]);
  }

  /**
   * Facts that determine whether the access keys of these accounts can be rotated, except those from AWS. In the order
   * of the accounts.
   */
  async listRotatable(tenantId: number, cloudAccountIds: readonly number[]): Promise<RotatableAccessKeys[]> {
    const keys = Map.groupBy(await this.stored.all(tenantId, cloudAccountIds), ({ cloudAccountId }) => cloudAccountId);
    const rotations = await this.rotations.ofAccounts(tenantId, cloudAccountIds);
    return eachOf(cloudAccountIds, rotations, ({ cloudAccountId }) => cloudAccountId).map((rotation, i) => {
      return { rotation, keys: keys.get(cloudAccountIds[i]!) ?? [] };
    });
  }

  /** IDs that are stored in any slot of any account. */
  findStoredIds(accessKeyIds: readonly string[]): Promise<string[]> {
    return this.stored.findStoredIds(accessKeyIds);
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    return this.stored.ofAccounts(tenantId, cloudAccountIds);
  }

  async lastVersion(tenantId: number, cloudAccountId: number): Promise<number> {
    const stored = await this.stored.all(tenantId, [cloudAccountId]);
    return Math.max(0, ...stored.map(({ version }) => version));
  }

  async removeAll(account: Held<AccountReference>): Promise<void> {
    await this.refuseReplacement(account);
    await this.rotations.remove(account);
    await this.stored.remove(account.tenantId, account.id);
  }

  /** A rotation in progress could no longer delete or report what it created in AWS. */
  async refuseReplacement(account: Held<AccountReference>): Promise<void> {
    const rotation = await this.rotations.find(account.tenantId, account.id);
    if (rotation && !rotation.isOver) throw new RotationInProgress();
  }

  /** A change by the customer has priority over a rotation. */
  private async changeRotation(
    account: Held<AccountReference>,
    change: (rotation: AccessKeyRotation) => AccessKeySlot | null,
  ): Promise<void> {
    const rotation = await this.rotations.hold(account);
    if (!rotation || rotation.isOver) return;
    const retiring = change(rotation);
    if (retiring) await this.move(account, retiring, 'RETIRING');
    await this.rotations.update(rotation);
  }

  /**
   * Moves an access key to another slot, replaces the one there, and encrypts it for that slot. Does not return the
   * secret.
   */
  private async move({ tenantId, id }: Held<AccountReference>, from: AccessKeySlot, to: AccessKeySlot): Promise<void> {
    const stored = await this.stored.find(tenantId, id, from);
    if (!stored) return;
    await this.stored.put(await this.resealed(stored, to));
    await this.stored.remove(tenantId, id, from);
  }

  private async resealed(stored: StoredAccessKey, slot: AccessKeySlot) {
    const { tenantId, cloudAccountId, version, setAt, setBy, lastVerifiedAt } = stored;
    const key = new AwsAccessKey(stored.accessKeyId, await this.opened(stored));
    return { ...(await this.sealed(tenantId, cloudAccountId, slot, version, key)), setAt, setBy, lastVerifiedAt };
  }

  private async store(
    { apiKeyName }: Keeper,
    { tenantId, id }: Held<AccountReference>,
    slot: AccessKeySlot,
    key: AwsAccessKey,
    now: Date,
    last = 0,
  ): Promise<number> {
    const version = 1 + Math.max(last, await this.lastVersion(tenantId, id));
    const sealed = await this.sealed(tenantId, id, slot, version, key);
    await this.stored.put({ ...sealed, setAt: now, setBy: apiKeyName, lastVerifiedAt: now });
    return version;
  }

  private async sealed(
    tenantId: number,
    cloudAccountId: number,
    slot: AccessKeySlot,
    version: number,
    key: AwsAccessKey,
  ) {
    const sealed = await this.vault.seal(subjectOf({ tenantId, cloudAccountId, slot, version }), key.secretAccessKey);
    return {
      tenantId,
      cloudAccountId,
      slot,
      version,
      accessKeyId: key.accessKeyId,
      encryptionKeyId: sealed.keyId,
      sealedSecret: sealed.record,
      fingerprint: await this.fingerprint(tenantId, key),
    };
  }

  private async opened(stored: StoredAccessKey): Promise<Secret> {
    try {
      return await this.vault.open(subjectOf(stored), { keyId: stored.encryptionKeyId, record: stored.sealedSecret });
    } catch (error) {
      throw error instanceof CiphertextRejected ? new CredentialsUnreadable({ cause: error }) : error;
    }
  }

  private async fingerprint(tenantId: number, { accessKeyId, secretAccessKey }: AwsAccessKey): Promise<string> {
    const mac = await this.keychain.mac(`fingerprint/${tenantId}`, `${accessKeyId}:${secretAccessKey.reveal()}`);
    return mac.toString('hex').slice(0, 16);
  }
}

/** Context that the secret is encrypted for. */
export function subjectOf(
  key: Pick<StoredAccessKey, 'tenantId' | 'cloudAccountId' | 'slot' | 'version'>,
): SecretSubject {
  const { tenantId, cloudAccountId: accountId, slot, version } = key;
  return { purpose: 'aws-access-key', tenantId, accountId, slot, version };
}
