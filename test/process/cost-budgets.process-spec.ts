import { CostBudgets, CostBudgetSpent, openCostBudgets } from '../../src/fairness/cost-budgets.js';
import { PrivateRedis } from '../support/private-redis.js';
import { usePlaces } from '../support/places.js';
import { until } from '../support/until.js';

const { hasRedis } = globalThis as unknown as { hasRedis?: boolean };

const document = '{ cloudAccounts(first: 10) { nodes { name } } }';
/** Nothing is restored during a test. */
const settings = {
  API_KEY_COST_BUDGET: '500',
  API_KEY_COST_PER_SECOND: '1',
  TENANT_COST_BUDGET: '100000',
  LOG_LEVEL: 'warn',
};

(hasRedis ? describe : describe.skip)('Cost budgets in Redis', () => {
  const newPlace = usePlaces();
  let redis: PrivateRedis;
  beforeAll(async () => void (redis = await PrivateRedis.start()));
  afterAll(() => redis.kill());

  it('are leaky buckets as those in memory are', async () => {
    const budget = { maximum: 100, restoreRate: 100 };
    const { budgets, close } = await openCostBudgets(
      { apiKey: budget, tenant: { maximum: 1000, restoreRate: 1 } },
      redis.url,
    );
    const inMemory = new CostBudgets({ apiKey: budget, tenant: { maximum: 1000, restoreRate: 1 } });
    const viewer = { tenantId: 7, apiKeyId: 7 };
    for (const limits of [inMemory, budgets]) {
      expect(await limits.spend(viewer, 100)).toMatchObject({ requested: 100, maximum: 100, remaining: 0 });
      const refusal = await limits.spend(viewer, 90).then(
        () => null,
        (error: unknown) => error as CostBudgetSpent,
      );
      expect(refusal).toBeInstanceOf(CostBudgetSpent);
      expect(refusal!.retryAfter).toBe(1);
      // It was not charged for the refusal: after less than a second it has 90 again.
      await until('the budget is restored', () =>
        limits.spend(viewer, 90).then(
          () => true,
          () => false,
        ),
      );
    }
    close();
  });

  it('are shared by processes, and stay on in each of them while Redis is away', async () => {
    const place = await newPlace();
    const [one, other] = [
      await place.start({ ...settings, REDIS_URL: redis.url }),
      await (await newPlace()).start({ ...settings, REDIS_URL: redis.url }),
    ];
    // Both first keys have the same number, so that they share a bucket.
    const statuses = async (count: number) => {
      const found = { one: [] as number[], other: [] as number[] };
      for (let i = 0; i < count; i++) {
        found.one.push((await one.send(document)).status);
        found.other.push((await other.send(document)).status);
      }
      return found;
    };
    const shared = await statuses(5);
    expect([...shared.one, ...shared.other].filter((status) => status === 200)).toHaveLength(6);

    await redis.kill();
    await until('the failure is logged', async () => {
      await one.send('{ __typename }');
      return one.output.includes('Redis (REDIS_URL) is unavailable.');
    });
    const local = await statuses(10);
    for (const each of [local.one, local.other]) {
      expect(each.filter((status) => status === 200).length).toBeGreaterThanOrEqual(5);
      expect(each.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3);
      expect(each.filter((status) => status !== 200 && status !== 429)).toEqual([]);
    }

    await redis.restart();
    // An empty Redis: the shared bucket is full again.
    await until('the shared bucket is used again', async () => (await one.send(document)).status === 200);
    expect((await one.stop()).code).toBe(0);
  });

  it('do not prevent a start without Redis', async () => {
    const place = await newPlace();
    const gateway = await place.start({ ...settings, REDIS_URL: 'redis://127.0.0.1:1' });

    expect((await gateway.send(document)).status).toBe(200);
    expect(gateway.output).toContain('Redis (REDIS_URL) is unavailable.');
    expect((await gateway.stop()).code).toBe(0);
  });
});
