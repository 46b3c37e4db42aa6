import { Secret } from '#libs/kernel';
import { open, seal, utf8 } from './envelope.js';
import type { Keychain } from './keychain.js';

/** Identity of a secret. A sealed secret can be opened only with the same identity. */
export interface SecretSubject {
  readonly purpose: string;
  readonly tenantId: number;
  readonly accountId: number;
  /** Slot of the account. */
  readonly slot: string;
  /** Incremented for every new secret in the slot, so that a restored old one does not open. */
  readonly version: number;
}

/** Stored secret. The record is 36 bytes longer than the secret. */
export interface SealedSecret {
  readonly keyId: number;
  readonly record: Buffer;
}

/** Encrypts secrets for storage with the key of their tenant. Each is bound to its identity. */
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

  /** @throws CiphertextRejected unless this record was sealed for this identity */
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
