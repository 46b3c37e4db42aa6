import { randomBytes } from 'node:crypto';
import { SystemClock } from '#libs/kernel';
import { KeyRing, type KekId } from './key-ring.js';
import { Keychain } from './keychain.js';
import { opensStoredKey } from './keys.js';
import { InMemoryStoredKeys } from './testing/in-memory-stored-keys.js';

const ringOf = (...ids: KekId[]) => new KeyRing(ids[0]!, new Map(ids.map((id) => [id, randomBytes(32)])));

describe('a stored key', () => {
  const ring = ringOf('kek-00000001');

  const storedKey = async () => {
    const stored = new InMemoryStoredKeys();
    await new Keychain(ring, stored, new SystemClock()).tenantKey(7);
    return (await stored.list())[0]!;
  };

  it('can be unwrapped by its ring', async () => {
    expect(opensStoredKey(ring, await storedKey())).toBe(true);
  });

  it.each([
    ['a ring with another key under the same name', ringOf('kek-00000001')],
    ['a ring without its key', ringOf('kek-00000002')],
  ])('cannot be unwrapped by %s', async (_, other) => {
    expect(opensStoredKey(other, await storedKey())).toBe(false);
  });

  it.each([{ tenantId: 8 }, { version: 2 }, { purpose: 'gateway' as const }, { commitment: Buffer.alloc(32) }])(
    'cannot be unwrapped with %j in place of its own',
    async (change) => {
      expect(opensStoredKey(ring, { ...(await storedKey()), ...change })).toBe(false);
    },
  );
});
