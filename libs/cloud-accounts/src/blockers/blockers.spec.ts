import type { AccessKeyRotation, RotationsInProgress } from '#libs/aws-credentials';
import type { PageRequest, Position } from '#libs/kernel';
import type { Blocker } from '../blocker.js';
import { RotationBlockers } from '../rotation/rotation-blockers.js';
import { blockersFrom, ListedBlockers } from '../testing/listed-blockers.js';
import { blockersOf } from './blocker-connection.types.js';
import { placeOf } from './blockers.js';

const account = { id: 5, tenantId: 7, ownership: 'CUSTOMER' } as const;
const other = { id: 6, tenantId: 7 };

/** Kind of blocker that only this file knows. */
class Exports extends ListedBlockers {
  override describe(count: number): string {
    return count === 1 ? 'an export' : `${count} exports`;
  }
}

describe('The blockers of an account', () => {
  const subscriptions = new ListedBlockers();
  for (let i = 0; i < 4; i++) subscriptions.begin(account.id);
  const running = new Map([[account.id, { id: 9, state: 'RUNNING' } as AccessKeyRotation]]);
  const rotations = new RotationBlockers({ findByAccounts: async () => running } as unknown as RotationsInProgress);
  const two = { ROTATION: rotations, SUBSCRIPTION: subscriptions };

  const at = (id: number) => ({ value: id, id });
  const page = async (request: Partial<PageRequest<'ID'>>, blockers = blockersFrom(two)) => {
    const order = { field: 'ID', direction: 'ASC' } as const;
    const found = await blockers.page(account.tenantId, account, {
      orderBy: order,
      count: 2,
      from: 'start',
      ...request,
    });
    return [found.items, found.hasPreviousPage, found.hasNextPage] as const;
  };

  it.each<[string, Partial<PageRequest<'ID'>>, unknown[]]>([
    ['begins with the rotation', {}, [[0, 1], false, true]],
    ['goes on after the rotation', { after: at(0) }, [[1, 2], true, true]],
    ['goes on after a subscription', { after: at(1) }, [[2, 3], true, true]],
    ['ends', { after: at(3) }, [[4], true, false]],
    ['is whole on one page', { count: 5 }, [[0, 1, 2, 3, 4], false, false]],
    ['is cut before its last', { count: 4 }, [[0, 1, 2, 3], false, true]],
    ['is read from its end', { from: 'end' }, [[3, 4], true, false]],
    ['has something before all subscriptions', { from: 'end', count: 4 }, [[1, 2, 3, 4], true, false]],
    ['is whole from its end', { from: 'end', count: 5 }, [[0, 1, 2, 3, 4], false, false]],
    ['is read from before a subscription', { from: 'end', before: at(2) }, [[0, 1], false, true]],
    ['has nothing before the rotation', { from: 'end', before: at(0) }, [[], false, true]],
  ])('make a list that %s', async (_, request, found) => {
    const [items, ...more] = await page(request);

    expect([items.map(({ id }) => id), ...more]).toEqual(found);
  });

  it('are found with old cursors that contain only the ID', async () => {
    const cursor = (id: number) =>
      Buffer.from(JSON.stringify(['cloudAccount/5/blockers', 'ID', 'ASC', id, id])).toString('base64url');
    const after = async (id: number) => {
      const args = { first: 1, after: cursor(id) };
      const { nodes } = await blockersOf(blockersFrom(two), { account, tenantId: 7 }, args);
      return (await nodes).map(({ kind, id }) => [kind, id]);
    };

    expect(await after(0)).toEqual([['SUBSCRIPTION', 1]]);
    expect(await after(3)).toEqual([['SUBSCRIPTION', 4]]);
  });

  describe('of a third kind', () => {
    const exports = new Exports();
    for (const tenantId of [7, 7, 8, 7]) exports.begin(account.id, tenantId);
    const blockers = blockersFrom({ ...two, EXPORT: exports });

    it('are listed with the others, in both directions, from and to each of them', async () => {
      const [all] = await page({ count: 100 }, blockers);
      expect(all.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
        'ROTATION 0',
        ...[1, 2, 3, 4].map((id) => `SUBSCRIPTION ${id}`),
        ...[1, 2, 4].map((id) => `EXPORT ${id}`),
      ]);

      const position = (item: Blocker): Position => ({ value: placeOf(item), id: item.id });
      const ends = [undefined, ...all];
      for (const first of ends)
        for (const last of ends)
          for (let count = 1; count <= all.length + 1; count++) {
            const between = all.slice(first ? all.indexOf(first) + 1 : 0, last ? all.indexOf(last) : undefined);
            const range = { count, ...(first && { after: position(first) }), ...(last && { before: position(last) }) };
            const hasMore = between.length > count;

            expect(await page({ ...range, from: 'start' }, blockers)).toEqual([
              between.slice(0, count),
              first !== undefined,
              hasMore,
            ]);
            expect(await page({ ...range, from: 'end' }, blockers)).toEqual([
              between.slice(-count),
              hasMore,
              last !== undefined,
            ]);
          }
    });

    it('have their own cursors', async () => {
      const { edges } = await blockersOf(blockers, { account, tenantId: 7 }, { first: 7 });
      const after = (await edges)[5]!.cursor;

      const { nodes } = await blockersOf(blockers, { account, tenantId: 7 }, { first: 5, after });
      expect((await nodes).map(({ kind, id }) => [kind, id])).toEqual([
        ['EXPORT', 2],
        ['EXPORT', 4],
      ]);
      await expect(blockersOf(blockersFrom(two), { account, tenantId: 7 }, { after })).rejects.toThrow(/after/);
    });

    it('are counted, and those of another tenant are hidden', async () => {
      const [counts, none] = await blockers.countsOf([account, other]);

      expect(counts).toMatchObject({ ROTATION: { count: 1 }, EXPORT: { count: 4, text: '4 exports' } });
      expect(none).toMatchObject({ ROTATION: { count: 0 }, SUBSCRIPTION: { count: 0 }, EXPORT: { count: 0 } });
      expect([await blockers.existOn(account), await blockers.existOn(other)]).toEqual([true, false]);
      expect(await blockers.countVisible(7, account)).toBe(8);
      expect(await blockers.countHidden(7, account)).toBe(1);
      expect(await blockers.countHidden(7, { ...account, ownership: 'HOSTED' })).toBe(0);
      expect(await blockers.seenBy(7, account, counts!)).toMatchObject({ visible: 8, hidden: 1 });
      expect(await blockers.seenBy(8, account, counts!)).toMatchObject({ visible: 1, hidden: 8 });
    });

    it('change the digest, also when one ends and another begins', async () => {
      const digest = async () => (await blockers.fingerprintsOf([account]))[0]!;
      const before = await digest();
      expect(before.count).toBe(9);

      const one = exports.begin(account.id);
      const more = await digest();
      exports.end(one);
      expect([more.count, more.digest === before.digest]).toEqual([10, false]);
      expect(await digest()).toEqual(before);
      const ended = exports.begin(account.id);
      exports.begin(account.id);
      exports.end(ended);
      expect((await digest()).digest).not.toBe(more.digest);
    });
  });
});
