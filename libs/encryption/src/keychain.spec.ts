import { CiphertextRejected, commitmentOf } from './envelope.js';
import { KeyRing, type KekId } from './key-ring.js';
import { Keychain } from './keychain.js';
import { StoredKeyExists, type NewStoredKey, type StoredKey } from './keys.js';
import { InMemoryStoredKeys } from './testing/in-memory-stored-keys.js';
import { TestClock } from './testing/test-clock.js';

const zeros = Buffer.alloc(32);
const kek: KekId = 'kek-00000001';
const nextKek: KekId = 'kek-00000002';
const keks = new Map<KekId, Buffer>([
  [kek, Buffer.alloc(32, 1)],
  [nextKek, Buffer.alloc(32, 2)],
]);

/** Records every Buffer, so that a test can check whether it was zeroed. */
class WatchedRing extends KeyRing {
  readonly wrapped: Buffer[] = [];
  readonly unwrapped: Buffer[] = [];

  override wrap(plaintextKey: Buffer, context: readonly string[]) {
    this.wrapped.push(plaintextKey);
    return super.wrap(plaintextKey, context);
  }

  override unwrap(kekId: string, wrapped: Buffer, context: readonly string[]): Buffer {
    const bytes = super.unwrap(kekId, wrapped, context);
    this.unwrapped.push(bytes);
    return bytes;
  }
}

describe('the keychain', () => {
  let clock: TestClock;
  let storedKeys: InMemoryStoredKeys;
  let ring: WatchedRing;
  let keychain: Keychain;
  const anotherProcess = (ring = new WatchedRing(kek, keks)) => new Keychain(ring, storedKeys, clock);

  beforeEach(() => {
    clock = new TestClock();
    storedKeys = new InMemoryStoredKeys();
    ring = new WatchedRing(kek, keks);
    keychain = new Keychain(ring, storedKeys, clock);
  });
  afterEach(() => keychain.close());

  /** Adds a version, as a rotation does. */
  async function addVersion(tenantId: number, version: number, bytes: Buffer, change: Partial<NewStoredKey> = {}) {
    const context = ['tenant', String(tenantId), String(version)];
    const { kekId, wrapped } = new KeyRing(kek, keks).wrap(bytes, context);
    const commitment = commitmentOf(bytes, context);
    const row = { tenantId, purpose: 'tenant', version, kekId, wrappedKey: wrapped, commitment } as const;
    return storedKeys.add({ ...row, createdAt: clock.now(), ...change });
  }

  describe('a tenant’s key', () => {
    it('is created on first use, and is always the same afterwards, in every process', async () => {
      const first = await keychain.tenantKey(7);

      expect(first.bytes).toHaveLength(32);
      expect(await keychain.tenantKey(7)).toEqual(first);
      expect(await keychain.keyById(first.id, 7)).toEqual(first);
      expect(await anotherProcess().tenantKey(7)).toEqual(first);
    });

    it('is stored wrapped with the active KEK, with its commitment', async () => {
      const { id, bytes } = await keychain.tenantKey(7);

      const stored = await storedKeys.find(id);
      expect(stored).toMatchObject({ tenantId: 7, purpose: 'tenant', version: 1, kekId: kek, createdAt: clock.now() });
      expect(stored?.wrappedKey).toHaveLength(64);
      expect(stored?.wrappedKey.includes(bytes)).toBe(false);
      expect(stored?.commitment).toEqual(commitmentOf(bytes, ['tenant', '7', '1']));
    });

    it('differs for each tenant', async () => {
      const keys = await Promise.all([1, 2, 3].map((tenantId) => keychain.tenantKey(tenantId)));

      expect(new Set(keys.map(({ bytes }) => bytes.toString('hex'))).size).toBe(3);
      expect(new Set(keys.map(({ id }) => id)).size).toBe(3);
    });

    it('is the newest version, while older ones can be found by ID', async () => {
      const first = await keychain.tenantKey(7);
      const id = await addVersion(7, 2, Buffer.alloc(32, 9));

      expect(await keychain.tenantKey(7)).toEqual({ id, bytes: Buffer.alloc(32, 9) });
      expect(await keychain.keyById(first.id, 7)).toEqual(first);
    });

    it('is one key, even if twenty callers need it first concurrently', async () => {
      const keys = await Promise.all(Array.from({ length: 20 }, () => keychain.tenantKey(7)));

      expect(new Set(keys.map(({ id, bytes }) => `${id} ${bytes.toString('hex')}`)).size).toBe(1);
      expect(await storedKeys.list()).toHaveLength(1);
      expect(ring.wrapped.filter((made) => !made.equals(zeros))).toHaveLength(1); // the nineteen others are zeroed
    });

    it('is one key, even if twenty processes need it first concurrently', async () => {
      const keys = await Promise.all(Array.from({ length: 20 }, () => anotherProcess().tenantKey(7)));

      expect(new Set(keys.map(({ id, bytes }) => `${id} ${bytes.toString('hex')}`)).size).toBe(1);
      expect(await storedKeys.list()).toHaveLength(1);
    });

    it('fails when others have created it, but it cannot be read', async () => {
      let asked = 0;
      storedKeys.newestFor = async () => {
        if (++asked > 10) throw new Error('Asked without end.');
        return null;
      };
      await keychain.tenantKey(7);

      await expect(keychain.tenantKey(7)).rejects.toThrow(StoredKeyExists);
      expect(asked).toBe(4);
    });

    it('is not created, and leaves nothing behind, when it cannot be stored', async () => {
      storedKeys.add = async () => {
        throw new Error('The disk is full.');
      };

      await expect(keychain.tenantKey(7)).rejects.toThrow('The disk is full.');
      expect(ring.wrapped).toEqual([zeros]);
    });
  });

  describe('a key that is created in a unit of work that is rolled back', () => {
    it('does not exist: the next one is another, stored one', async () => {
      const lost = await storedKeys.rollBack(() => keychain.tenantKey(7));
      const kept = await keychain.tenantKey(7);

      expect(kept.bytes).not.toEqual(lost.bytes);
      expect(await anotherProcess().keyById(kept.id, 7)).toEqual(kept);
    });

    it('does not exist, even if it was used several times before the end', async () => {
      const lost = await storedKeys.rollBack(async () => {
        const { id } = await keychain.tenantKey(7);
        await keychain.keyById(id, 7);
        return keychain.tenantKey(7);
      });

      await expect(keychain.keyById(lost.id, 7)).rejects.toThrow(CiphertextRejected);
      const kept = await keychain.tenantKey(7);
      expect(kept.bytes).not.toEqual(lost.bytes);
      expect(await anotherProcess().keyById(kept.id, 7)).toEqual(kept);
    });

    it('is not confused with the key that gets its ID', async () => {
      const lost = await storedKeys.rollBack(async () => {
        await keychain.tenantKey(7);
        return keychain.tenantKey(7);
      });
      const other = await keychain.tenantKey(8);

      expect(other.id).toBe(lost.id);
      expect(await keychain.keyById(other.id, 8)).toEqual(other);
      await expect(keychain.keyById(lost.id, 7)).rejects.toThrow(CiphertextRejected);
    });

    it('does not exist if it was the key of the gateway', async () => {
      const lost = await storedKeys.rollBack(async () => {
        await keychain.gatewayKey('cursors');
        return keychain.gatewayKey('cursors');
      });
      const kept = await keychain.gatewayKey('cursors');

      expect(kept).not.toEqual(lost);
      expect(await anotherProcess().gatewayKey('cursors')).toEqual(kept);
    });
  });

  describe('refuses', () => {
    it('a key of another tenant, cached or not', async () => {
      const { id } = await keychain.tenantKey(7);
      await keychain.keyById(id, 7);

      await expect(keychain.keyById(id, 8)).rejects.toThrow(CiphertextRejected);
      await expect(anotherProcess().keyById(id, 8)).rejects.toThrow(CiphertextRejected);
    });

    it('the key of the gateway for every tenant', async () => {
      await keychain.gatewayKey('cursors');
      const [{ id }] = (await storedKeys.list()) as [StoredKey];

      for (const tenantId of [0, 7, NaN, null as unknown as number]) {
        await expect(keychain.keyById(id, tenantId)).rejects.toThrow(CiphertextRejected);
      }
    });

    it.each([0, -1, 1.5, NaN, 99])('key ID %p, which does not exist', async (id) => {
      await keychain.tenantKey(7);

      await expect(keychain.keyById(id, 7)).rejects.toThrow(CiphertextRejected);
    });

    // One has cached the original row, the other has not: the cache must not bypass the checks.
    describe.each([['remembered'], ['not remembered']])('a key that is %s, when its row was changed:', (memory) => {
      it.each<[string, (row: StoredKey, other: StoredKey) => Partial<StoredKey>]>([
        ['given to another tenant', () => ({ tenantId: 8 })],
        ['another version', () => ({ version: 3 })],
        ['another tenant’s key and commitment', (_, { wrappedKey, commitment }) => ({ wrappedKey, commitment })],
        ['another tenant’s key', (_, { wrappedKey }) => ({ wrappedKey })],
        ['another commitment', (_, { commitment }) => ({ commitment })],
        ['a shortened commitment', ({ commitment }) => ({ commitment: commitment.subarray(0, 31) })],
        ['no commitment', () => ({ commitment: Buffer.alloc(0) })],
        ['another key-encryption key', () => ({ kekId: nextKek })],
        ['an unknown key-encryption key', () => ({ kekId: 'kek-00000003' })],
        [
          'a bit of the wrapped key',
          ({ wrappedKey }) => ({ wrappedKey: wrappedKey.fill(wrappedKey[20]! ^ 1, 20, 21) }),
        ],
      ])('%s', async (_, alter) => {
        const { id } = await keychain.tenantKey(7);
        const other = await keychain.tenantKey(8);
        if (memory === 'remembered') await keychain.tenantKey(7);
        const before = await storedKeys.list();
        storedKeys.tamper(id, alter((await storedKeys.find(id))!, (await storedKeys.find(other.id))!));
        const owner = (await storedKeys.find(id))!.tenantId!;

        await expect(keychain.keyById(id, owner)).rejects.toThrow(CiphertextRejected);
        if (owner === 7) await expect(keychain.tenantKey(7)).rejects.toThrow(CiphertextRejected);
        expect(await storedKeys.list()).toHaveLength(before.length); // a new key could not decrypt existing data
      });
    });

    it('a wrapped key of the wrong length, and zeroes it', async () => {
      const id = await addVersion(7, 1, Buffer.alloc(31, 9));

      await expect(keychain.keyById(id, 7)).rejects.toThrow(CiphertextRejected);
      expect(ring.unwrapped).toEqual([Buffer.alloc(31)]);
    });

    it('a key with another commitment, and zeroes it', async () => {
      const id = await addVersion(7, 1, Buffer.alloc(32, 9), { commitment: Buffer.alloc(32) });

      await expect(keychain.keyById(id, 7)).rejects.toThrow(CiphertextRejected);
      expect(ring.unwrapped).toEqual([zeros]);
    });

    it('to create a new key when the KEK of the stored one is not in the ring', async () => {
      await keychain.tenantKey(7);
      await keychain.gatewayKey('cursors');
      const withoutIt = anotherProcess(new WatchedRing(nextKek, new Map([[nextKek, Buffer.alloc(32, 2)]])));

      await expect(withoutIt.tenantKey(7)).rejects.toThrow(CiphertextRejected);
      await expect(withoutIt.gatewayKey('cursors')).rejects.toThrow(CiphertextRejected);
      expect(await storedKeys.list()).toHaveLength(2);
    });
  });

  describe('a cached key', () => {
    it('is unwrapped once in five minutes, then zeroed and unwrapped again', async () => {
      await keychain.tenantKey(7);
      for (let i = 0; i < 10; i++) await keychain.tenantKey(7);
      expect(ring.unwrapped).toHaveLength(1);
      expect(ring.unwrapped[0]).not.toEqual(zeros);

      clock.advance(5 * 60_000);
      await keychain.tenantKey(7);

      expect(ring.unwrapped).toHaveLength(2);
      expect(ring.unwrapped[0]).toEqual(zeros);
    });

    it('is zeroed when the keychain closes, but not a copy in use', async () => {
      await keychain.tenantKey(7);
      const { id, bytes } = await keychain.tenantKey(7);
      const inUse = Buffer.from(bytes);
      keychain.close();

      expect(ring.unwrapped).toEqual([zeros]);
      expect(bytes).toEqual(inUse);
      // A request in progress ends normally, and nothing remains.
      expect((await keychain.keyById(id, 7)).bytes).toEqual(inUse);
      expect(ring.unwrapped).toEqual([zeros, zeros]);
    });

    it('must be zeroed by its caller', async () => {
      const { bytes } = await keychain.tenantKey(7);
      const before = Buffer.from(bytes);
      bytes.fill(0);
      (await keychain.tenantKey(7)).bytes.fill(0);
      (await keychain.tenantKey(7)).bytes.fill(0);

      expect((await keychain.tenantKey(7)).bytes).toEqual(before);
    });
  });

  describe('a key of the gateway', () => {
    const uses = ['api-key-pepper', 'fingerprints', 'cursors', 'idempotency'];

    it('is always the same for one purpose, in every process, and differs between purposes', async () => {
      const keys = await Promise.all(uses.map((use) => keychain.gatewayKey(use)));

      expect(await Promise.all(uses.map((use) => anotherProcess().gatewayKey(use)))).toEqual(keys);
      expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(uses.length);
      expect(await storedKeys.list()).toHaveLength(1);
    });

    it('is not the root key, which is zeroed after use', async () => {
      const key = await keychain.gatewayKey('cursors');

      expect(key).not.toEqual(zeros);
      expect(ring.wrapped).toEqual([zeros]);
    });

    it('leaves no root key behind when it was prepared', async () => {
      await keychain.prepareGatewayKey();

      expect(ring.wrapped).toEqual([zeros]);
    });

    it('does not depend on the KEK that wrapped it', async () => {
      const key = await keychain.gatewayKey('cursors');
      const [{ id, wrappedKey }] = (await storedKeys.list()) as [StoredKey];
      const context = ['gateway', 'gateway', '1'];
      const { kekId, wrapped } = new KeyRing(nextKek, keks).wrap(ring.unwrap(kek, wrappedKey, context), context);
      storedKeys.tamper(id, { kekId, wrappedKey: wrapped });
      const onlyNext = new WatchedRing(nextKek, new Map([[nextKek, Buffer.alloc(32, 2)]]));

      expect(await anotherProcess(onlyNext).gatewayKey('cursors')).toEqual(key);
    });

    it('needs no query after it was prepared, even after it expired in memory', async () => {
      await keychain.prepareGatewayKey();
      const key = await anotherProcess().gatewayKey('cursors');
      storedKeys.newestFor = () => Promise.reject(new Error('Read again.'));

      expect(await keychain.gatewayKey('cursors')).toEqual(key);
      clock.advance(5 * 60_000);
      expect(await keychain.gatewayKey('cursors')).toEqual(key);
    });

    it('signs texts: the same for one purpose in every process, and different for each purpose', async () => {
      await keychain.prepareGatewayKey();
      const signatures = await Promise.all(uses.map((use) => keychain.mac(use, 'text')));

      expect(await Promise.all(uses.map((use) => keychain.mac(use, 'text')))).toEqual(signatures);
      expect(await Promise.all(uses.map((use) => anotherProcess().mac(use, 'text')))).toEqual(signatures);
      expect(new Set(signatures.map((signature) => signature.toString('hex'))).size).toBe(uses.length);
      expect(await keychain.mac(uses[0]!, 'another text')).not.toEqual(signatures[0]);
    });

    it('is not cached while it can belong to a unit of work that is rolled back', async () => {
      const before = await storedKeys.rollBack(() => keychain.mac('cursors', 'text'));

      expect(await keychain.mac('cursors', 'text')).not.toEqual(before);
    });

    it('is one key, even if twenty processes prepare it concurrently', async () => {
      const processes = Array.from({ length: 20 }, () => anotherProcess());
      await Promise.all(processes.map((one) => one.prepareGatewayKey()));

      const keys = await Promise.all(processes.map((one) => one.gatewayKey('cursors')));
      expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
      expect(await storedKeys.list()).toHaveLength(1);
    });
  });
});
