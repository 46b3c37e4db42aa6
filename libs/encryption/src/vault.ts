import { Secret } from '#libs/kernel';
import { open, seal, utf8 } from './envelope.js';
import type { Keychain } from './keychain.js';

/** Whose secret it is, and which: a sealed secret opens for the very same subject only. */
export interface SecretSubject {
  /** What the secret is used for. */
  readonly purpose: string;
  readonly tenantId: number;
  readonly accountId: number;
  /** Which of the account's secrets. */
  readonly slot: string;
  /** Goes up with every new secret in the slot, so that an old one put back does not open. */
  readonly version: number;
}

/** A secret as it is stored. The record is 36 bytes longer than the secret. */
export interface SealedSecret {
  readonly keyId: number;
  readonly record: Buffer;
}

/** Encrypts secrets for storage, each bound to its subject, under the key of its tenant. */
export class Vault {
  constructor(private readonly keychain: Keychain) {}

  /** Call it in the unit of work that stores the result: see Keychain. */
  async seal(subject: SecretSubject, secret: Secret): Promise<SealedSecret> {
    const key = await this.keychain.tenantKey(subject.tenantId);
    try {
      const plaintext = utf8(secret.reveal());
      try {
        return { keyId: key.id, record: seal(key, plaintext, contextOf(subject)) };
      } finally {
        plaintext.fill(0);
      }
    } finally {
      key.bytes.fill(0);
    }
  }

  /** @throws CiphertextRejected unless this very record was sealed for this very subject */
  async open(subject: SecretSubject, sealed: SealedSecret): Promise<Secret> {
    const key = await this.keychain.keyById(sealed.keyId, subject.tenantId);
    try {
      const plaintext = open(key, sealed.record, contextOf(subject));
      const secret = new Secret(plaintext.toString('utf8'));
      plaintext.fill(0);
      return secret;
    } finally {
      key.bytes.fill(0);
    }
  }
}

function contextOf({ purpose, tenantId, accountId, slot, version }: SecretSubject): string[] {
  return [purpose, String(tenantId), String(accountId), slot, String(version)];
}
