import { KekNotAdmitted, StoredKeyExists, type NewStoredKey, type StoredKey, type StoredKeys } from '../keys.js';

/**
 * Contract of every implementation of StoredKeys.
 *
 * @param make creates an empty collection for each test, with two admitted KEKs: kek-00000001 and kek-00000002
 * @param tenantIds two tenants that exist, if the collection requires it
 */
export function itBehavesLikeStoredKeys(
  make: () => StoredKeys | Promise<StoredKeys>,
  [tenantId, anotherTenantId]: readonly [number, number] = [1, 2],
): void {
  let keys: StoredKeys;
  beforeEach(async () => {
    keys = await make();
  });

  const aKey = (change: Partial<NewStoredKey> = {}): NewStoredKey => ({
    tenantId,
    purpose: 'tenant',
    version: 1,
    kekId: 'kek-00000001',
    wrappedKey: Buffer.from(Array.from({ length: 64 }, (_, i) => (i * 37) % 256)),
    commitment: Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i)),
    createdAt: new Date('2024-02-29T12:34:56.789Z'),
    ...change,
  });
  const aGatewayKey = (change: Partial<NewStoredKey> = {}) => aKey({ tenantId: null, purpose: 'gateway', ...change });

  it.each([
    ['of a tenant', aKey()],
    ['of the gateway', aGatewayKey()],
  ])('returns a key %s as it was added', async (_, key) => {
    const id = await keys.add(key);

    expect(id).toBeGreaterThan(0);
    expect(promised(await keys.find(id))).toEqual({ ...key, id });
    expect(promised(await keys.newestFor(key.purpose, key.tenantId))).toEqual({ ...key, id });
    expect((await keys.list()).map(promised)).toEqual([{ ...key, id }]);
  });

  it('returns keys as Buffers', async () => {
    const stored = await keys.find(await keys.add(aKey()));

    expect(Buffer.isBuffer(stored?.wrappedKey)).toBe(true);
    expect(Buffer.isBuffer(stored?.commitment)).toBe(true);
  });

  it('does not find a key that was never added', async () => {
    const id = await keys.add(aKey());

    expect(await keys.find(id + 1)).toBeNull();
    expect(await keys.newestFor('tenant', anotherTenantId)).toBeNull();
    expect(await keys.newestFor('gateway', null)).toBeNull();
    expect(await keys.newestFor('gateway', tenantId)).toBeNull();
    expect(await keys.newestFor('tenant', null)).toBeNull();
  });

  it('finds the newest by version, in any order of insertion', async () => {
    for (const version of [2, 10, 9, 1]) await keys.add(aKey({ version }));
    await keys.add(aKey({ version: 11, tenantId: anotherTenantId }));
    await keys.add(aGatewayKey({ version: 12 }));

    expect((await keys.newestFor('tenant', tenantId))?.version).toBe(10);
  });

  it('finds the newest key of the gateway', async () => {
    for (const version of [1, 3, 2]) await keys.add(aGatewayKey({ version }));

    expect((await keys.newestFor('gateway', null))?.version).toBe(3);
  });

  it.each([
    ['a tenant', aKey()],
    ['the gateway, which has no tenant', aGatewayKey()],
  ])('refuses the same version for %s twice, and keeps the first', async (_, key) => {
    const id = await keys.add(key);

    await expect(keys.add({ ...key, kekId: 'kek-00000002' })).rejects.toThrow(StoredKeyExists);

    expect((await keys.list()).map((stored) => [stored.id, stored.kekId])).toEqual([[id, key.kekId]]);
  });

  it('accepts the same version for another tenant, and another version for the same', async () => {
    await keys.add(aKey());
    await keys.add(aGatewayKey());
    await keys.add(aKey({ tenantId: anotherTenantId }));
    await keys.add(aKey({ version: 2 }));

    const all = await keys.list();
    expect(all.map(({ tenantId, version }) => [tenantId, version])).toEqual([
      [tenantId, 1],
      [null, 1],
      [anotherTenantId, 1],
      [tenantId, 2],
    ]);
    expect(all.map(({ id }) => id)).toEqual([...new Set(all.map(({ id }) => id))].sort((a, b) => a - b));
  });

  it.each([
    ['a tenant', aKey()],
    ['the gateway', aGatewayKey()],
  ])('accepts one of twenty concurrent versions for %s', async (_, key) => {
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => keys.add(key)));

    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refused).toHaveLength(19);
    for (const reason of refused) expect(reason).toBeInstanceOf(StoredKeyExists);
    expect(await keys.list()).toHaveLength(1);
  });

  describe('wraps a key again', () => {
    const by = { kekId: 'kek-00000002', wrapped: Buffer.alloc(64, 9) };

    it('if it is unchanged, and changes only the wrapping', async () => {
      const id = await keys.add(aKey());
      const other = await keys.add(aGatewayKey());
      const seen = (await keys.find(id))!;

      expect(await keys.rewrap(seen, by)).toBe(true);

      const rewrapped = { ...aKey(), id, kekId: by.kekId, wrappedKey: by.wrapped };
      expect((await keys.list()).map(promised)).toEqual([rewrapped, { ...aGatewayKey(), id: other }]);
    });

    it('not if another process was faster', async () => {
      const id = await keys.add(aKey());
      const seen = (await keys.find(id))!;
      await keys.rewrap(seen, by);

      expect(await keys.rewrap(seen, { ...by, wrapped: Buffer.alloc(64, 10) })).toBe(false);
      expect((await keys.find(id))?.wrappedKey).toEqual(by.wrapped);
    });

    it('not with a KEK that is not admitted', async () => {
      const seen = (await keys.find(await keys.add(aKey())))!;

      await expect(keys.rewrap(seen, { ...by, kekId: 'kek-00000003' })).rejects.toThrow(KekNotAdmitted);
    });
  });

  describe('admits KEKs', () => {
    const kek = {
      kekId: 'kek-00000003',
      canary: Buffer.alloc(60, 3),
      admittedAt: new Date('2024-02-29T12:34:56.789Z'),
    };
    const ids = async () => (await keys.admitted()).map(({ kekId }) => kekId).sort();

    it('once each, and prevents wrapping with others', async () => {
      await expect(keys.add(aKey({ kekId: kek.kekId }))).rejects.toThrow(KekNotAdmitted);
      await keys.admit(kek);
      await keys.admit({ ...kek, canary: Buffer.alloc(60, 4) });

      await keys.add(aKey({ kekId: kek.kekId }));
      const [known] = (await keys.admitted()).filter(({ kekId }) => kekId === kek.kekId);
      expect({ ...known }).toEqual(kek);
    });

    it('and dismisses those that wrap nothing', async () => {
      await keys.add(aKey());

      expect(await keys.dismiss('kek-00000001')).toBe(1);
      expect(await keys.dismiss('kek-00000002')).toBe(0);
      expect(await keys.dismiss('kek-00000002')).toBe(0);
      expect(await ids()).toEqual(['kek-00000001']);
    });

    it('so that a KEK that is dismissed during a wrap is either kept, or wraps nothing', async () => {
      for (let round = 1; round <= 10; round++) {
        const kekId = `kek-0000010${round - 1}`;
        await keys.admit({ ...kek, kekId });
        const adding = [0, 1, 2].map((n) =>
          keys.add(aKey({ kekId, version: round * 10 + n })).then(() => true, refused),
        );
        const [left, ...added] = await Promise.all([keys.dismiss(kekId), ...adding]);

        const under = (await keys.list()).filter((key) => key.kekId === kekId).length;
        expect((await ids()).includes(kekId)).toBe(left > 0);
        expect(added.filter(Boolean)).toHaveLength(under);
        if (left === 0) expect(under).toBe(0);
      }
    });
  });

  it('copies the Buffers that it receives and returns', async () => {
    const key = aKey();
    const id = await keys.add({ ...key, wrappedKey: Buffer.from(key.wrappedKey) });
    (await keys.find(id))?.wrappedKey.fill(0);
    (await keys.newestFor('tenant', tenantId))?.wrappedKey.fill(0);

    expect((await keys.find(id))?.wrappedKey).toEqual(key.wrappedKey);
  });
}

function refused(error: unknown): boolean {
  if (error instanceof KekNotAdmitted) return false;
  throw error;
}

/** Fields of a stored key only: rows of a collection can have more. */
function promised(stored: StoredKey | null): StoredKey | null {
  if (!stored) return null;
  const { id, tenantId, purpose, version, kekId, wrappedKey, commitment, createdAt } = stored;
  return { id, tenantId, purpose, version, kekId, wrappedKey, commitment, createdAt };
}
