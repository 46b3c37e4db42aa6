import { createHmac } from 'node:crypto';
import type { Viewer } from '#libs/access';
import { CiphertextRejected, Keychain, Vault, type SecretSubject } from '#libs/encryption';
import { Injectable } from '@nestjs/common';
import { AwsAccessKey } from './aws-access-key.js';
import { CredentialsRejected, CredentialsUnreadable } from './aws-credentials.errors.js';
import { AwsIam, type AwsIdentity, type AwsRole } from './aws-iam.js';
import type { IntendedUse } from './credential-use.entity.js';
import { CredentialUseService } from './credential-use.service.js';
import type { StoredAccessKey } from './stored-access-key.entity.js';
import { StoredAccessKeys } from './stored-access-keys.js';

/** Credentials that worked, and what AWS said of them. */
export interface ProvenCredentials {
  readonly key: AwsAccessKey;
  readonly identity: AwsIdentity;
  readonly consoleRole: AwsRole;
}

/** Proves access keys by using them, and keeps them safe: one per account, replaced as a whole, gone with its account. */
@Injectable()
export class AwsCredentialsService {
  constructor(
    private readonly aws: AwsIam,
    private readonly stored: StoredAccessKeys,
    private readonly vault: Vault,
    private readonly keychain: Keychain,
    private readonly uses: CredentialUseService,
  ) {}

  /**
   * That `key` belongs to an IAM user who can see the console role. Stores nothing. Never call it in a unit of work:
   * it waits for AWS.
   *
   * @throws CredentialsRejected with what is wrong, and in which part
   */
  async prove(key: AwsAccessKey, region: string, consoleRoleName: string): Promise<ProvenCredentials> {
    const identity = await this.aws.identityOf(key, region);
    refuseAllButUsers(identity);

    const consoleRole = await this.aws.role(key, region, consoleRoleName);
    return { key, identity, consoleRole };
  }

  /** Seals a proven key and makes it the account's current one. Call it in the unit of work that holds the account. */
  async keep({ tenantId, apiKeyName }: Viewer, cloudAccountId: number, key: AwsAccessKey, now: Date): Promise<void> {
    const before = await this.stored.find(tenantId, cloudAccountId);
    const version = (before?.version ?? 0) + 1;
    const slot = 'CURRENT';
    const sealed = await this.vault.seal(subjectOf({ tenantId, cloudAccountId, slot, version }), key.secretAccessKey);

    await this.stored.put({
      tenantId,
      cloudAccountId,
      slot,
      version,
      accessKeyId: key.accessKeyId,
      encryptionKeyId: sealed.keyId,
      sealedSecret: sealed.record,
      fingerprint: await this.fingerprint(tenantId, key),
      setAt: now,
      setBy: apiKeyName,
      lastVerifiedAt: now,
    });
  }

  /** Notes that AWS has just accepted the account's current key. */
  verified({ tenantId }: Viewer, cloudAccountId: number, now: Date): Promise<void> {
    return this.stored.markVerified(tenantId, cloudAccountId, now);
  }

  /**
   * The account's key in clear, for the call that needs it now; null when the account has none. Never call it in a unit of
   * work: who has seen the secret stays written down, whatever comes of it.
   *
   * @throws CredentialsUnreadable when what is stored was not sealed for this account
   */
  async reveal(tenantId: number, cloudAccountId: number, use: IntendedUse): Promise<AwsAccessKey | null> {
    const stored = await this.stored.find(tenantId, cloudAccountId);
    return stored && this.open(stored, use);
  }

  /**
   * As `reveal`, of a key that was read before. Here alone a stored secret is opened; nobody gets it unless the use could
   * be written down.
   *
   * @throws CredentialsUnreadable
   */
  async open(stored: StoredAccessKey, use: IntendedUse): Promise<AwsAccessKey> {
    const sealed = { keyId: stored.encryptionKeyId, record: stored.sealedSecret };
    try {
      const secret = await this.vault.open(subjectOf(stored), sealed);
      await this.uses.record(stored, use, 'OPENED');
      return new AwsAccessKey(stored.accessKeyId, secret);
    } catch (error) {
      if (!(error instanceof CiphertextRejected)) throw error;
      await this.uses.record(stored, use, 'REJECTED');
      throw new CredentialsUnreadable({ cause: error });
    }
  }

  /** Whether this is the account's key already, and it can still be opened: one that cannot has to be kept again. */
  async has({ tenantId, actor }: Viewer, cloudAccountId: number, key: AwsAccessKey): Promise<boolean> {
    const stored = await this.stored.find(tenantId, cloudAccountId);
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

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    return this.stored.ofAccounts(tenantId, cloudAccountIds);
  }

  /** Removes every key of an account that is going. */
  shred(tenantId: number, cloudAccountId: number): Promise<void> {
    return this.stored.remove(tenantId, cloudAccountId);
  }

  private async fingerprint(tenantId: number, { accessKeyId, secretAccessKey }: AwsAccessKey): Promise<string> {
    const key = await this.keychain.gatewayKey(`fingerprint/${tenantId}`);
    try {
      return createHmac('sha256', key).update(`${accessKeyId}:${secretAccessKey.reveal()}`).digest('hex').slice(0, 16);
    } finally {
      key.fill(0);
    }
  }
}

function refuseAllButUsers({ arn }: AwsIdentity): void {
  if (/^arn:[a-z-]+:iam::\d{12}:root$/.test(arn)) {
    throw new CredentialsRejected(
      'AWS_ROOT_KEY',
      "The key is the root user's: it may do everything, and nothing limits it.",
      'accessKeyId',
    );
  }
  if (!/^arn:[a-z-]+:iam::\d{12}:user\/.+$/.test(arn)) {
    throw new CredentialsRejected('AWS_NOT_A_USER', 'The key does not belong to an IAM user.', 'accessKeyId');
  }
}

/** What a stored key's secret is sealed for. */
export function subjectOf(
  key: Pick<StoredAccessKey, 'tenantId' | 'cloudAccountId' | 'slot' | 'version'>,
): SecretSubject {
  const { tenantId, cloudAccountId: accountId, slot, version } = key;
  return { purpose: 'aws-access-key', tenantId, accountId, slot, version };
}
