import { CiphertextRejected } from './envelope.js';
import { KeyRing, type KekId } from './key-ring.js';
import { KeyRingChangeRefused, EncryptionKeyRotation } from './encryption-key-rotation.js';
import { Keychain } from './keychain.js';
import { KekNotAdmitted } from './keys.js';
import type { KekProvider } from './kek-provider.js';
import { InMemoryStoredKeys } from './testing/in-memory-stored-keys.js';
import { TestClock } from './testing/test-clock.js';

const [oldKek, newKek]: KekId[] = ['kek-00000001', 'kek-00000002'];
const bytes = new Map<KekId, Buffer>([
  [oldKek!, Buffer.alloc(32, 1)],
  [newKek!, Buffer.alloc(32, 2)],
]);

/** Ring that can be replaced like a file: every call uses the current one. */
class ReplacedRing implements KekProvider {
  ring = ringOf(oldKek!);

  get active(): string {
    return this.ring.active;
  }
  has(kekId: string): boolean {
    return this.ring.has(kekId);
  }
  wrap(...given: Parameters<KeyRing['wrap']>) {
    return this.ring.wrap(...given);
  }
  unwrap(...given: Parameters<KeyRing['unwrap']>) {
    return this.ring.unwrap(...given);
  }
}

function ringOf(...ids: KekId[]): KeyRing {
  return new KeyRing(ids.at(-1)!, new Map(ids.map((id) => [id, Buffer.from(bytes.get(id)!)])));
}

describe('the rotation of encryption keys', () => {
  let clock: TestClock;
  let storedKeys: InMemoryStoredKeys;
  let keks: ReplacedRing;
  let keychain: Keychain;
  let rotation: EncryptionKeyRotation;
  const quietly = () => undefined;

  beforeEach(async () => {
    clock = new TestClock();
    storedKeys = new InMemoryStoredKeys([oldKek!]);
    keks = new ReplacedRing();
    keychain = new Keychain(keks, storedKeys, clock);
    rotation = new EncryptionKeyRotation(keks, storedKeys, keychain, clock);
    for (const tenantId of [7, 8]) await keychain.tenantKey(tenantId);
    await keychain.prepareGatewayKey();
  });
  afterEach(() => keychain.close());

  const rotate = async () => {
    clock.advance(1000);
    await rotation.admit(newKek!, Buffer.alloc(0));
    keks.ring = ringOf(oldKek!, newKek!);
  };
  const keksInUse = async () => (await storedKeys.list()).map(({ kekId }) => kekId);

  it('wraps every key again, reports its progress, and changes no key', async () => {
    const before = [await keychain.tenantKey(7), await keychain.gatewayKey('cursors')];
    await rotate();
    const steps: string[] = [];

    expect(await rotation.rewrap((done, of) => steps.push(`${done} of ${of}`))).toEqual({ done: 3, unreadable: [] });

    expect(steps).toEqual(['1 of 3', '2 of 3', '3 of 3']);
    expect(await keksInUse()).toEqual([newKek, newKek, newKek]);
    const another = new Keychain(ringOf(newKek!), storedKeys, clock);
    expect([await another.tenantKey(7), await another.gatewayKey('cursors')]).toEqual(before);
    expect(await rotation.rewrap(quietly)).toEqual({ done: 0, unreadable: [] });
  });

  it('continues after an interruption', async () => {
    await rotate();
    const cutOff = rotation.rewrap((done) => {
      if (done === 2) throw new Error('kill -9');
    });
    await expect(cutOff).rejects.toThrow('kill -9');

    expect((await rotation.rewrap(quietly)).done).toBe(1);
  });

  it('also wraps keys that gateways wrapped with the old key in the meantime', async () => {
    await rotate();
    const stale = new Keychain(ringOf(oldKek!), storedKeys, clock);
    let isFirst = true;

    await rotation.rewrap(() => {
      if (isFirst) void stale.tenantKey(9);
      isFirst = false;
    });

    expect(await keksInUse()).toEqual([newKek, newKek, newKek, newKek]);
  });

  it('does not change a key that cannot be unwrapped, and names it', async () => {
    await rotate();
    storedKeys.tamper(1, { wrappedKey: Buffer.alloc(64) });

    const { done, unreadable } = await rotation.rewrap(quietly);

    expect([done, unreadable.map(({ id }) => id)]).toEqual([2, [1]]);
    expect(await rotation.unreadableKeys(quietly)).toMatchObject({ keys: 3, unreadable: [{ id: 1 }] });
  });

  it('keeps a KEK that wraps a key, and the active one', async () => {
    await rotate();

    await expect(rotation.dismiss(oldKek!)).rejects.toThrow(
      new KeyRingChangeRefused(
        `3 stored keys are still wrapped with ${oldKek}. Run \`keyring rewrap\`, then run this command again.`,
      ),
    );
    await expect(rotation.dismiss(newKek!)).rejects.toThrow(`${newKek} is the active key.`);
  });

  it('prevents wrapping with a retired KEK, even by a gateway that did not notice', async () => {
    await rotate();
    await rotation.rewrap(quietly);
    await rotation.dismiss(oldKek!);

    const stale = new Keychain(ringOf(oldKek!), storedKeys, clock);
    await expect(stale.tenantKey(9)).rejects.toThrow(KekNotAdmitted);
    expect(await keksInUse()).not.toContain(oldKek);
  });

  it('makes a gateway wrap with the new KEK when the old one is retired at that moment', async () => {
    await rotate();
    await rotation.rewrap(quietly);
    await rotation.dismiss(oldKek!);
    keks.ring = ringOf(oldKek!);
    const add = storedKeys.add.bind(storedKeys);
    storedKeys.add = (key) => {
      keks.ring = ringOf(newKek!);
      return add(key);
    };

    await keychain.tenantKey(9);

    expect((await storedKeys.newestFor('tenant', 9))?.kekId).toBe(newKek);
  });

  describe('does not interrupt a running gateway', () => {
    const retireTheOld = async () => {
      await rotate();
      await rotation.rewrap(quietly);
      await rotation.dismiss(oldKek!);
      keks.ring = ringOf(newKek!);
      clock.advance(5 * 60_000); // nothing is cached any more
    };

    it('with its root key, which it read at its start', async () => {
      const before = await keychain.gatewayKey('cursors');
      await retireTheOld();

      expect(await keychain.gatewayKey('cursors')).toEqual(before);
    });

    it('that has just read a key when it is wrapped again and the old KEK retired', async () => {
      const before = await keychain.tenantKey(7);
      const [find, newestFor] = [storedKeys.find.bind(storedKeys), storedKeys.newestFor.bind(storedKeys)];
      const seen = { byId: await find(before.id), newest: await newestFor('tenant', 7) };
      await retireTheOld();
      let reads = 0;
      storedKeys.find = async (id) => (++reads === 1 ? seen.byId : find(id));
      expect(await keychain.keyById(before.id, 7)).toEqual(before);

      clock.advance(5 * 60_000);
      reads = 0;
      storedKeys.newestFor = async (...key) => (++reads === 1 ? seen.newest : newestFor(...key));
      expect(await keychain.tenantKey(7)).toEqual(before);
    });

    it('except for a key whose KEK does not exist', async () => {
      const { id } = await keychain.tenantKey(7);
      keks.ring = ringOf(newKek!);
      clock.advance(5 * 60_000);

      await expect(keychain.keyById(id, 7)).rejects.toThrow(CiphertextRejected);
    });
  });

  describe('of tenant keys', () => {
    it('creates a new version for each tenant, once for each active KEK', async () => {
      const before = await keychain.tenantKey(7);
      await rotate();

      await rotation.renewTenantKeys(quietly);
      const after = await keychain.tenantKey(7);
      await rotation.renewTenantKeys(quietly);

      expect(after.bytes).not.toEqual(before.bytes);
      expect(await keychain.tenantKey(7)).toEqual(after);
      expect((await rotation.newestTenantKeys()).map(({ tenantId, version }) => [tenantId, version])).toEqual([
        [7, 2],
        [8, 2],
      ]);
      expect(await keychain.keyById(before.id, 7)).toEqual(before);
    });

    it('creates one even if two processes do it concurrently', async () => {
      await rotate();

      await Promise.all([rotation.renewTenantKeys(quietly), rotation.renewTenantKeys(quietly)]);

      expect(await storedKeys.list()).toHaveLength(5);
    });
  });

  it('is visible to other processes', async () => {
    await rotate();
    await rotation
      .rewrap((done) => {
        if (done === 1) throw new Error('enough');
      })
      .catch(quietly);

    expect(await rotation.uses([oldKek!, newKek!])).toMatchObject([
      { kekId: oldKek, isActive: false, isThere: true, wrappedKeys: 2 },
      { kekId: newKek, isActive: true, isThere: true, wrappedKeys: 1, admittedAt: clock.now() },
    ]);
  });
});
