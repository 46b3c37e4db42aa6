import { blockers } from '../soak/blockers.js';
import { cut } from '../soak/cut.js';
import { drift } from '../soak/drift.js';
import { fuzz } from '../soak/fuzz.js';
import { kill } from '../soak/kill.js';
import { naughty } from '../soak/naughty.js';
import { race } from '../soak/race.js';
import { requests } from '../soak/requests.js';
import type { Soak } from '../soak/soak.js';
import { slow } from '../soak/slow.js';
import { sweep } from '../soak/sweep.js';
import { timing } from '../soak/timing.js';
import { databaseKinds, onMariaDb } from '../support/places.js';

const seed = 1;
const short = (soak: Soak, database: (typeof databaseKinds)[number]) =>
  soak({ size: 'short', seed, database, say: () => undefined });

const { hasSlowHttpTest } = globalThis as unknown as { hasSlowHttpTest?: boolean };
let slowConnections: ReturnType<Soak> | undefined;

// It waits most of its time, so the others go on meanwhile.
beforeAll(() => {
  slowConnections = hasSlowHttpTest ? short(slow, 'SQLite') : undefined;
  slowConnections?.catch(() => undefined); // told where it is awaited
});

/** In full size: `npm run test:soak -- NAME`. */
describe.each(databaseKinds)('On %s', (database) => {
  it('of two requests that exclude each other one wins, the other is told why, and no subscription is left without its account', async () => {
    const { figures, violations } = await short(race, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ pairs: 102, 'active subscriptions without their account': 0 });
  });

  it('the preview of a deletion names a thousand blockers, page by page', async () => {
    const { figures, violations } = await short(blockers, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ subscriptions: 5000, 'named by the pages': 1000 });
  });

  it('whatever is done to what was built is found once, and closed once it is repaired, kill -9 or not', async () => {
    const { figures, violations } = await short(drift, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ resources: 72, 'differences made': 18, 'differences found': 18, repaired: 12 });
  });

  it('a kill -9 at any moment loses nothing that was acknowledged and leaves nothing by halves', async () => {
    const { figures, violations } = await short(kill, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ kills: 3, 'first starts killed': 2, 'of them started again': 2 });
    expect(figures['secrets that open']).toBe(figures['there after a restart']);
    expect(figures['acknowledged']).toBeGreaterThanOrEqual(20);
  });

  it('no secret is found anywhere, in any encoding, and each is still there to sign with', async () => {
    const { figures, violations } = await short(sweep, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ 'secrets sent in': 137, 'of them recovered': 8, 'secrets found in them': 0 });
  });

  it('whatever string stands in whatever input is kept as it is or refused with a code, and nothing else changes', async () => {
    const { figures, violations } = await short(naughty, database);

    expect(violations).toEqual([]);
    expect(figures['inputs tried']).toBeGreaterThanOrEqual(25);
    expect(figures['inputs that took some']).toBeGreaterThanOrEqual(5);
    expect(figures['strings tried']).toBeGreaterThanOrEqual(485);
  });
});

describe('Connections to the database', () => {
  onMariaDb('may be cut at any moment: what was asked for takes effect once or not at all', async () => {
    const { figures, violations } = await short(cut, 'MariaDB');

    expect(violations).toEqual([]);
    expect(figures['cuts']).toBe(6);
    expect(figures['done']).toBeGreaterThan(5);
  });
});

describe('Malformed requests', () => {
  it('never get a secret back, whole or in part, nor have it printed, nor break the gateway', async () => {
    const { figures, violations } = await short(fuzz, 'SQLite');

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({
      requests: 260,
      'secrets that came back': 0,
      'secrets that were printed': 0,
      'answers with 5xx': 0,
    });
  });
});

describe('Requests made and spoilt at random', () => {
  it('are answered or refused, and break nothing', async () => {
    const { figures, violations } = await short(requests, 'SQLite');

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ requests: 600, 'answers with 5xx or INTERNAL': 0, 'faults in the log': 0 });
  });
});

describe('The time a refused key takes', () => {
  it('tells neither whether there is one of that id nor how much of its secret was right', async () => {
    const { violations } = await short(timing, 'SQLite');

    expect(violations).toEqual([]);
  });
});

(hasSlowHttpTest ? describe : describe.skip)('Slow connections', () => {
  it('are closed in time, and keep nobody from being answered', async () => {
    const { figures, violations } = await slowConnections!;

    expect(violations).toEqual([]);
    expect(figures['probes']).toBeGreaterThan(20);
  });
});
