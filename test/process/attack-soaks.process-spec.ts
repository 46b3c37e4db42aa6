import { fairness } from '../soak/fairness.js';
import { fuzz } from '../soak/fuzz.js';
import { naughty } from '../soak/naughty.js';
import { requests } from '../soak/requests.js';
import { slow } from '../soak/slow.js';
import { inShort, type SoakResult } from '../soak/soak.js';
import { sweep } from '../soak/sweep.js';
import { timing } from '../soak/timing.js';
import { databaseKinds } from '../support/places.js';

const { hasSlowHttpTest } = globalThis as unknown as { hasSlowHttpTest?: boolean };
let slowConnections: Promise<SoakResult> | undefined;

// It mostly waits, so the others run in the meantime.
beforeAll(() => {
  slowConnections = hasSlowHttpTest ? inShort(slow, 'SQLite') : undefined;
  slowConnections?.catch(() => undefined); // reported where it is awaited
});

describe.each(databaseKinds)('On %s', (database) => {
  it('no secret is found anywhere, in any encoding, and each can still be used', async () => {
    const { figures, violations } = await inShort(sweep, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ 'secrets sent in': 137, 'of them recovered': 8, 'secrets found in them': 0 });
  });

  it('any string in any input is stored unchanged or refused with a code, and nothing else changes', async () => {
    const { figures, violations } = await inShort(naughty, database);

    expect(violations).toEqual([]);
    expect(figures['inputs tried']).toBeGreaterThanOrEqual(25);
    expect(figures['inputs that took some']).toBeGreaterThanOrEqual(5);
    expect(figures['strings tried']).toBeGreaterThanOrEqual(485);
  });
});

describe('Malformed requests', () => {
  it('never get any part of a secret back or into a log, and never break the gateway', async () => {
    const { figures, violations } = await inShort(fuzz, 'SQLite');

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({
      requests: 260,
      'secrets that came back': 0,
      'secrets that were printed': 0,
      'answers with 5xx': 0,
    });
  });
});

describe('Random and invalid requests', () => {
  it('get an answer or a refusal, and break nothing', async () => {
    const { figures, violations } = await inShort(requests, 'SQLite');

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ requests: 600, 'answers with 5xx or INTERNAL': 0, 'faults in the log': 0 });
  });
});

describe('The time for a refused API key', () => {
  it('reveals neither whether its ID exists nor how much of its secret was right', async () => {
    const { violations } = await inShort(timing, 'SQLite');

    expect(violations).toEqual([]);
  });
});

const { hasRedis } = globalThis as unknown as { hasRedis?: boolean };

(hasRedis ? describe : describe.skip)('Attacks by load', () => {
  it.each(databaseKinds)(
    'are refused by budgets while other tenants are served, with or without Redis: %s',
    async (database) => {
      const { figures, violations } = await inShort(fairness, database);

      expect(violations).toEqual([]);
      expect(figures).toMatchObject({ 'wrong answers to them': 0 });
      expect(figures['of them refused']).toBeGreaterThan(0);
    },
  );
});

(hasSlowHttpTest ? describe : describe.skip)('Slow connections', () => {
  it('are closed in time, and do not delay other requests', async () => {
    const { figures, violations } = await slowConnections!;

    expect(violations).toEqual([]);
    expect(figures['probes']).toBeGreaterThan(20);
  });
});
