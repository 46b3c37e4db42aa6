import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { Secret } from '#libs/kernel';
import { CiphertextRejected, open, type EncryptionKey } from './envelope.js';
import { KeyRing, type KekId } from './key-ring.js';
import { Keychain } from './keychain.js';
import { alterationsOf } from './testing/alterations.js';
import { InMemoryStoredKeys } from './testing/in-memory-stored-keys.js';
import { TestClock } from './testing/test-clock.js';
import { Vault, type SealedSecret, type SecretSubject } from './vault.js';

const kek: KekId = 'kek-00000001';
const zeros = Buffer.alloc(32);
const text = 'forty characters of what must stay secret';
const subject: SecretSubject = { purpose: 'aws', tenantId: 7, accountId: 1001, slot: 'primary', version: 3 };

/** Records the returned keys, so that a test can check whether they were zeroed. */
class WatchedKeychain extends Keychain {
  readonly given: EncryptionKey[] = [];

  override async tenantKey(tenantId: number): Promise<EncryptionKey> {
    return this.watch(await super.tenantKey(tenantId));
  }

  override async keyById(id: number, tenantId: number): Promise<EncryptionKey> {
    return this.watch(await super.keyById(id, tenantId));
  }

  private watch(key: EncryptionKey): EncryptionKey {
    this.given.push(key);
    return key;
  }
}

describe('the vault', () => {
  let keychain: WatchedKeychain;
  let vault: Vault;
  let sealed: SealedSecret;
  const aVault = (kekByte: number, storedKeys: InMemoryStoredKeys) => {
    const ring = new KeyRing(kek, new Map([[kek, Buffer.alloc(32, kekByte)]]));
    const keychain = new WatchedKeychain(ring, storedKeys, new TestClock());
    return { keychain, vault: new Vault(keychain) };
  };

  beforeEach(async () => {
    ({ keychain, vault } = aVault(1, new InMemoryStoredKeys()));
    sealed = await vault.seal(subject, new Secret(text));
  });
  afterEach(() => keychain.close());

  it.each(['', 'a', text, 'crème brûlée 🍮', '\0', 'x'.repeat(10_000)])('returns a secret', async (text) => {
    const secret = await vault.open(subject, await vault.seal(subject, new Secret(text)));

    expect(secret).toBeInstanceOf(Secret);
    expect(secret.reveal()).toBe(text);
  });

  it('stores no plaintext', () => {
    expect(inspect(sealed, { depth: null }) + sealed.record.toString('latin1')).not.toContain(text);
  });

  it('binds a secret to its subject, part by part and in order', async () => {
    const key = await keychain.keyById(sealed.keyId, 7);

    expect(open(key, sealed.record, ['aws', '7', '1001', 'primary', '3']).toString()).toBe(text);
  });

  it('refuses a secret that it could not return unchanged', async () => {
    await expect(vault.seal(subject, new Secret('half a pair: \ud800'))).rejects.toThrow(TypeError);
    expect(keychain.given.map(({ bytes }) => bytes)).toEqual([zeros, zeros]);
  });

  it('zeroes the keys that it used, and the plaintext', async () => {
    const zeroed: string[] = [];
    const fill = jest.spyOn(Buffer.prototype, 'fill').mockImplementation(function (this: Buffer, value: unknown) {
      if (value === 0) zeroed.push(this.toString('utf8'));
      return Uint8Array.prototype.fill.call(this, value as number) as Buffer;
    });
    try {
      await vault.seal(subject, new Secret(text));
      expect(zeroed).toContain(text);
      zeroed.length = 0;
      await vault.open(subject, sealed);
      expect(zeroed).toContain(text);
      await vault.open({ ...subject, version: 4 }, sealed).catch(() => undefined);
    } finally {
      fill.mockRestore();
    }

    expect(keychain.given).toHaveLength(4);
    expect(keychain.given.map(({ bytes }) => bytes)).toEqual([zeros, zeros, zeros, zeros]);
  });

  it('refuses a moved or changed secret: at least 800 ways', async () => {
    const places = [
      { purpose: 'aws' },
      { purpose: 'webhook' },
      { tenantId: 8 },
      { tenantId: 71, accountId: 1 },
      { accountId: 1002 },
      { accountId: 100, slot: '1primary' },
      { slot: 'next' },
      { slot: 'primary3', version: 0 },
      { version: 2 },
      { version: 4 },
    ].map((change) => ({ ...subject, ...change }));
    const kept = await Promise.all(
      places.map(async (place) => ({ place, sealed: await vault.seal(place, new Secret(text)) })),
    );
    const foreign = aVault(2, new InMemoryStoredKeys()); // another installation with the same IDs
    const theirs = await foreign.vault.seal(subject, new Secret(text));
    const keyIds = [...new Set(kept.map(({ sealed }) => sealed.keyId)), 0, 99];

    const attempts = [
      // every secret in every other place, with every existing key
      ...kept
        .flatMap((from) =>
          kept.flatMap(({ place }) => keyIds.map((keyId) => ({ from, place, keyId, record: from.sealed.record }))),
        )
        .filter(({ from, place, keyId }) => place !== from.place || keyId !== from.sealed.keyId),
      ...alterationsOf(sealed.record).map(({ record }) => ({ place: subject, keyId: sealed.keyId, record })),
      { place: subject, keyId: theirs.keyId, record: theirs.record },
    ];
    expect(attempts.length).toBeGreaterThanOrEqual(800);

    const outcomes = await Promise.all(
      attempts.map(({ place, keyId, record }) =>
        vault.open(place, { keyId, record }).then(
          () => `accepted for ${inspect(place)} under key ${keyId}`,
          (error: unknown) => (error instanceof CiphertextRejected ? 'refused' : inspect(error)),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome !== 'refused')).toEqual([]);
    expect((await vault.open(subject, sealed)).reveal()).toBe(text);
    foreign.keychain.close();
  });

  it('refuses every secret when the KEK differs under the same ID', async () => {
    const storedKeys = new InMemoryStoredKeys();
    const before = aVault(1, storedKeys);
    const after = aVault(2, storedKeys);
    const sealed = await before.vault.seal(subject, new Secret(text));

    await expect(after.vault.open(subject, sealed)).rejects.toThrow(CiphertextRejected);
    await expect(after.vault.seal(subject, new Secret(text))).rejects.toThrow(CiphertextRejected);
    expect((await before.vault.open(subject, sealed)).reveal()).toBe(text);
    for (const { keychain } of [before, after]) keychain.close();
  });
});
