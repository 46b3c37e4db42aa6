import { CostBudgets, CostBudgetSpent } from './cost-budgets.js';

const one = { tenantId: 1, apiKeyId: 11 };
const sibling = { tenantId: 1, apiKeyId: 12 };
const stranger = { tenantId: 2, apiKeyId: 21 };

describe('Cost budgets', () => {
  /** So slow that nothing is restored during a test. */
  const restoreRate = 0.001;
  const budgets = (apiKey = 100, tenant = 150) =>
    new CostBudgets({ apiKey: { maximum: apiKey, restoreRate }, tenant: { maximum: tenant, restoreRate } });
  const refusalOf = (spent: Promise<unknown>) =>
    spent.then(
      () => null,
      (error: unknown) => {
        expect(error).toBeInstanceOf(CostBudgetSpent);
        return error as CostBudgetSpent;
      },
    );

  it('return the state of the budget that has less', async () => {
    const limits = budgets();
    expect(await limits.spend(one, 30)).toEqual({ requested: 30, maximum: 100, remaining: 70, restoreRate });
    await limits.spend(sibling, 90);
    expect(await limits.spend(one, 5)).toEqual({ requested: 5, maximum: 150, remaining: 25, restoreRate });
  });

  it('refuse an API key that has spent its budget, and no other one', async () => {
    const limits = budgets(100, 1000);
    await limits.spend(one, 90);
    const refusal = await refusalOf(limits.spend(one, 20));
    expect(refusal).toMatchObject({
      code: 'RATE_LIMITED',
      state: { requested: 20, remaining: 10 },
      retryAfter: 10_000,
    });
    expect(refusal!.message).toContain('of your API key');
    await limits.spend(sibling, 20);
    await limits.spend(stranger, 20);
    await limits.spend(one, 10); // what it has left
  });

  it('refuse all API keys of a tenant that has spent its budget, and no other tenant', async () => {
    const limits = budgets();
    await limits.spend(one, 80);
    await limits.spend(sibling, 60);
    expect((await refusalOf(limits.spend(sibling, 20)))!.message).toContain('of your tenant');
    await limits.spend(stranger, 100);
  });

  it('charge neither budget for a request that the other one refuses', async () => {
    const limits = budgets();
    await limits.spend(one, 90);
    for (let i = 0; i < 10; i++) await refusalOf(limits.spend(one, 50)); // by the API key
    expect((await limits.spend(sibling, 50)).remaining).toBe(10); // of the tenant: 150 - 90 - 50
    for (let i = 0; i < 10; i++) await refusalOf(limits.spend(sibling, 40)); // by the tenant
    expect(await limits.charge(sibling, 10)).toMatchObject({ remaining: 0, maximum: 150 });
  });

  it('run a document that costs more than the whole budget when the bucket is full', async () => {
    const limits = budgets(100, 1000);
    expect(await limits.spend(one, 5000)).toMatchObject({ requested: 5000, remaining: 0 });
    await refusalOf(limits.spend(one, 5000));
  });

  it('charge a request that is refused anyway, as far as the budget suffices', async () => {
    const limits = budgets();
    expect(await limits.charge(one, 60)).toMatchObject({ remaining: 40 });
    expect(await limits.charge(one, 60)).toMatchObject({ remaining: 40 });
  });
});
