import type { AwsAccessService, KeyRotation } from '#libs/aws-credentials';
import type { PageRequest } from '#libs/kernel';
import { Blockers } from './blockers.js';
import { ListedSubscriptions } from '../testing/listed-subscriptions.js';

describe('The list of what stands in the way', () => {
  const subscriptions = new ListedSubscriptions();
  for (let i = 0; i < 4; i++) subscriptions.begin(5);
  const rotations = [{ cloudAccountId: 5, isOver: false, state: 'RUNNING' } as KeyRotation];
  const keys = { rotationsOf: async () => rotations } as unknown as AwsAccessService;
  const blockers = new Blockers(subscriptions, keys);

  const at = (id: number) => ({ value: id, id });
  const page = async (request: Partial<PageRequest<'ID'>>) => {
    const order = { field: 'ID', direction: 'ASC' } as const;
    const found = await blockers.page(7, 5, { orderBy: order, count: 2, from: 'start', ...request });
    return [found.items.map(({ id }) => id), found.hasPreviousPage, found.hasNextPage];
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
  ])('%s', async (_, request, found) => {
    expect(await page(request)).toEqual(found);
  });
});
