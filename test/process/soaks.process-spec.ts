import { blockers } from '../soak/blockers.js';
import { cost } from '../soak/cost.js';
import { cut } from '../soak/cut.js';
import { drift } from '../soak/drift.js';
import { kill } from '../soak/kill.js';
import { race } from '../soak/race.js';
import { inShort } from '../soak/soak.js';
import { databaseKinds, onMariaDb } from '../support/places.js';

describe.each(databaseKinds)('On %s', (database) => {
  it('one of two exclusive requests succeeds, the other gets the reason, and no subscription is without its account', async () => {
    const { figures, violations } = await inShort(race, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ pairs: 102, 'active subscriptions without their account': 0 });
  });

  it('the preview of a deletion names a thousand blockers, page by page', async () => {
    const { figures, violations } = await inShort(blockers, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ subscriptions: 5000, 'named by the pages': 1000 });
  });

  it('no document within the limits costs much, with any data', async () => {
    const { figures, violations } = await inShort(cost, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ documents: 10, 'refused or failed': 0 });
  });

  it('each drift is found once, and resolved once it is repaired, with or without kill -9', async () => {
    const { figures, violations } = await inShort(drift, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ resources: 72, 'differences made': 18, 'differences found': 18, repaired: 12 });
  });

  it('a kill -9 at any moment loses no acknowledged change and leaves nothing incomplete', async () => {
    const { figures, violations } = await inShort(kill, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ kills: 3, 'first starts killed': 2, 'of them started again': 2 });
    expect(figures['secrets that open']).toBe(figures['there after a restart']);
    expect(figures['acknowledged']).toBeGreaterThanOrEqual(20);
  });
});

describe('Connections to the database', () => {
  onMariaDb('can be cut at any moment: a request takes effect once or not at all', async () => {
    const { figures, violations } = await inShort(cut, 'MariaDB');

    expect(violations).toEqual([]);
    expect(figures['cuts']).toBe(6);
    expect(figures['done']).toBeGreaterThan(5);
  });
});
