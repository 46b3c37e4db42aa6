import type { Viewer } from '#libs/access';
import { CiphertextRejected, Keychain, Vault, type SecretSubject } from '#libs/encryption';
import { eachOf, type AccountReference, type Held, type Secret } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsUnreadable, RotationInProgress } from '../aws-credentials.errors.js';
import type { AwsIdentity, AwsRole } from '../aws-iam.js';
import type { IntendedUse } from '../credential-use.entity.js';
import { CredentialUseService } from '../uses/credential-use.service.js';
import type { KeyRotation } from '../key-rotation.entity.js';
import { KeyRotations } from '../key-rotations.js';
import type { RotatableKeys } from '../rotatable-keys.js';
import type { KeySlot, StoredAccessKey } from '../stored-access-key.entity.js';
import { StoredAccessKeys } from './stored-access-keys.js';

/** Credentials that worked, and what AWS said of them. */
export interface ProvenCredentials {
  readonly key: AwsAccessKey;
  readonly identity: AwsIdentity;
  readonly consoleRole: AwsRole;
}

/** In whose name a key is kept. */
export type Keeper = Pick<Viewer, 'apiKeyName'>;

/** Keeps access keys safe: one per account, replaced as a whole, gone with its account. */
@Injectable()
export class AwsCredentialsService {
  constructor(
    private readonly stored: StoredAccessKeys,
    private readonly vault: Vault,
    private readonly keychain: Keychain,
    private readonly uses: CredentialUseService,
    private readonly rotations: KeyRotations,
  ) {}

  /**
   * Seals a proven key and makes it the account's current one; a candidate there was is gone, and a rotation under way ends
   * by removing what it made.
   *
   * @param last the version of what was there before, when that was no key
   */
  async keep(by: Keeper, account: Held<AccountReference>, key: AwsAccessKey, now: Date, last = 0): Promise<void> {
    await this.changeRotation(account, (rotation) => rotation.supersede(now));
    await this.put(by, account, 'CURRENT', key, now, last);
    await this.stored.remove(account.tenantId, account.id, 'CANDIDATE');
  }

  /**
   * Seals a key that is not proven yet, apart from the current one, which stays. A rotation that has not switched keys yet
   * is cancelled.
   *
   * @returns its version
   */
  async keepCandidate(
    by: Keeper,
    account: Held<AccountReference>,
    key: AwsAccessKey,
    now: Date,
    last = 0,
  ): Promise<number> {
    await this.changeRotation(account, (rotation) => rotation.makeRoomForCandidate(now));
    return this.put(by, account, 'CANDIDATE', key, now, last);
  }

  /** Seals a key that a rotation made, into the slot where the rotation wants it. */
  async keepMade(
    by: Keeper,
    account: Held<AccountReference>,
    slot: 'CANDIDATE' | 'RETIRING',
    key: AwsAccessKey,
    now: Date,
  ): Promise<void> {
    await this.put(by, account, slot, key, now);
  }

  /**
   * The account's key that is not proven yet, for verification and for nothing else; null when there is none.
   * As `reveal` otherwise.
   *
   * @throws CredentialsUnreadable
   */
  async revealCandidate(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccessKey | null> {
    const stored = await this.stored.find(tenantId, cloudAccountId, 'CANDIDATE');
    return stored && this.open(stored, use);
  }

  /**
   * Makes the candidate the current key, which it replaces; a rotation under way ends by removing what it made. Call it
   * once the candidate is proven. The secret is sealed for its new slot and is not returned.
   *
   * @throws CredentialsUnreadable
   */
  async promoteCandidate(account: Held<AccountReference>, now: Date): Promise<void> {
    if (!(await this.stored.find(account.tenantId, account.id, 'CANDIDATE'))) return;
    await this.changeRotation(account, (rotation) => rotation.supersede(now));
    await this.move(account, 'CANDIDATE', 'CURRENT');
    await this.verified(account, account.id, now);
  }

  /**
   * A rotation's new key, which AWS has accepted, becomes the current one, and the current one retires.
   *
   * @throws CredentialsUnreadable
   */
  async switchToCandidate(account: Held<AccountReference>, now: Date): Promise<void> {
    await this.move(account, 'CURRENT', 'RETIRING');
    await this.move(account, 'CANDIDATE', 'CURRENT');
    await this.verified(account, account.id, now);
  }

  /**
   * The retiring key becomes the current one again, and the current one retires in its stead.
   *
   * @throws CredentialsUnreadable
   */
  async switchBack(account: Held<AccountReference>, now: Date): Promise<void> {
    const current = await this.stored.find(account.tenantId, account.id, 'CURRENT');
    const retiring = await this.stored.find(account.tenantId, account.id, 'RETIRING');
    if (!current || !retiring) return;
    const sealed = [await this.resealed(current, 'RETIRING'), await this.resealed(retiring, 'CURRENT')];
    for (const key of sealed) await this.stored.put(key);
    await this.verified(account, account.id, now);
  }

  /** The candidate of a rotation that is rolled back retires, to be deleted at AWS. */
  retireCandidate(account: Held<AccountReference>): Promise<void> {
    return this.move(account, 'CANDIDATE', 'RETIRING');
  }

  /** Removes the key that is not proven yet; the current one stays. */
  shredCandidate({ tenantId, id }: Held<AccountReference>): Promise<void> {
    return this.stored.remove(tenantId, id, 'CANDIDATE');
  }

  /** Notes that AWS has just accepted the account's current key. */
  verified({ tenantId }: { readonly tenantId: number }, cloudAccountId: number, now: Date): Promise<void> {
    return this.stored.markVerified(tenantId, cloudAccountId, now);
  }

  /**
   * The account's key in clear, for the call that needs it now; null when the account has none. Never call it in a unit of
   * work: who has seen the secret stays written down, whatever comes of it.
   *
   * @throws CredentialsUnreadable when what is stored was not sealed for this account
   */
  async reveal(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccessKey | null> {
    const stored = await this.stored.find(tenantId, cloudAccountId, 'CURRENT');
    return stored && this.open(stored, use);
  }

  /**
   * As `reveal`, of a key that was read before. Here alone a stored secret is given out; nobody gets it unless the use
   * could be written down.
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

  /** Whether this is the account's key already, and it can still be opened: one that cannot has to be kept again. */
  async has({ tenantId, actor }: Viewer, cloudAccountId: number, key: AwsAccessKey): Promise<boolean> {
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

  /** The account's key that is on its way out, for its rotation alone; null when there is none. As `reveal` otherwise. */
  async revealRetiring(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccessKey | null> {
    const stored = await this.stored.find(tenantId, cloudAccountId, 'RETIRING');
    return stored && this.open(stored, use);
  }

  /** Removes the key that is on its way out, once AWS has no such key any more. */
  shredRetiring({ tenantId, id }: Held<AccountReference>): Promise<void> {
    return this.stored.remove(tenantId, id, 'RETIRING');
  }

  /** Every key of one account, whatever its slot; nothing is decrypted. */
  slotsOf(tenantId: number, cloudAccountId: number): Promise<StoredAccessKey[]> {
    return this.stored.all(tenantId, [cloudAccountId]);
  }

  /** What decides, apart from AWS, whether the keys of these accounts can be rotated, in the order of the accounts. */
  async rotatablesOf(tenantId: number, cloudAccountIds: readonly number[]): Promise<RotatableKeys[]> {
    const keys = Map.groupBy(await this.stored.all(tenantId, cloudAccountIds), ({ cloudAccountId }) => cloudAccountId);
    const rotations = await this.rotations.ofAccounts(tenantId, cloudAccountIds);
    return eachOf(cloudAccountIds, rotations, ({ cloudAccountId }) => cloudAccountId).map((rotation, i) => {
      return { rotation, keys: keys.get(cloudAccountIds[i]!) ?? [] };
    });
  }

  /** Which of these ids are kept in any slot of any account. */
  keptAnywhere(accessKeyIds: readonly string[]): Promise<string[]> {
    return this.stored.keptAnywhere(accessKeyIds);
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    return this.stored.ofAccounts(tenantId, cloudAccountIds);
  }

  /** The greatest version of its keys; 0 when it has none. */
  async lastVersion(tenantId: number, cloudAccountId: number): Promise<number> {
    const stored = await this.stored.all(tenantId, [cloudAccountId]);
    return Math.max(0, ...stored.map(({ version }) => version));
  }

  /**
   * Removes every key of an account: it is going, or is entered otherwise.
   *
   * @throws RotationInProgress because what it made at AWS could no longer be removed, nor told of
   */
  async shred(account: Held<AccountReference>): Promise<void> {
    const { tenantId, id } = account;
    if (await this.isRotating(tenantId, id)) throw new RotationInProgress();
    await this.rotations.forget(account);
    await this.stored.remove(tenantId, id);
  }

  /** Whether a rotation of the account's key is under way. The answer holds while the account is held. */
  async isRotating(tenantId: number, cloudAccountId: number): Promise<boolean> {
    const rotation = await this.rotations.find(tenantId, cloudAccountId);
    return rotation !== null && !rotation.isOver;
  }

  /** What the customer does with their keys comes before a rotation of ours. */
  private async changeRotation(
    account: Held<AccountReference>,
    change: (rotation: KeyRotation) => KeySlot | null,
  ): Promise<void> {
    const rotation = await this.rotations.hold(account);
    if (!rotation || rotation.isOver) return;
    const retiring = change(rotation);
    if (retiring) await this.move(account, retiring, 'RETIRING');
    await this.rotations.update(rotation);
  }

  /** Puts a key into another slot, over the one there, and seals it for that slot. The secret is not returned. */
  private async move({ tenantId, id }: Held<AccountReference>, from: KeySlot, to: KeySlot): Promise<void> {
    const stored = await this.stored.find(tenantId, id, from);
    if (!stored) return;
    await this.stored.put(await this.resealed(stored, to));
    await this.stored.remove(tenantId, id, from);
  }

  private async resealed(stored: StoredAccessKey, slot: KeySlot) {
    const { tenantId, cloudAccountId, version, setAt, setBy, lastVerifiedAt } = stored;
    const key = new AwsAccessKey(stored.accessKeyId, await this.opened(stored));
    return { ...(await this.sealed(tenantId, cloudAccountId, slot, version, key)), setAt, setBy, lastVerifiedAt };
  }

  private async put(
    { apiKeyName }: Keeper,
    { tenantId, id }: Held<AccountReference>,
    slot: KeySlot,
    key: AwsAccessKey,
    now: Date,
    last = 0,
  ): Promise<number> {
    const version = 1 + Math.max(last, await this.lastVersion(tenantId, id));
    const sealed = await this.sealed(tenantId, id, slot, version, key);
    await this.stored.put({ ...sealed, setAt: now, setBy: apiKeyName, lastVerifiedAt: now });
    return version;
  }

  private async sealed(tenantId: number, cloudAccountId: number, slot: KeySlot, version: number, key: AwsAccessKey) {
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

/** What a stored key's secret is sealed for. */
export function subjectOf(
  key: Pick<StoredAccessKey, 'tenantId' | 'cloudAccountId' | 'slot' | 'version'>,
): SecretSubject {
  const { tenantId, cloudAccountId: accountId, slot, version } = key;
  return { purpose: 'aws-access-key', tenantId, accountId, slot, version };
}
