import { GraphQLSchemaHost } from '@nestjs/graphql';
import { costlyDocuments, faultsIn, type CostlyDocument } from '../support/costly-documents.js';
import { fillTenant } from '../support/full-tenant.js';
import { database, Gateway } from '../support/gateway.js';

/** In milliseconds of CPU, client and gateway together; on an idle machine it is a quarter of this. */
const mostCpu = 600;

// In full size, with 30,000 subscriptions: npm run test:soak -- costs
describe('the costliest documents that are permitted', () => {
  let gateway: Gateway;
  let documents: CostlyDocument[];

  beforeAll(async () => {
    gateway = await Gateway.start();
    const ids = await fillTenant((...statement) => gateway.sql(...statement), database, {
      ...{ accounts: 100, subscriptions: 3000 },
    });
    documents = costlyDocuments(gateway.get(GraphQLSchemaHost).schema, ids);
  }, 120_000);
  afterAll(() => gateway.stop());

  /** Some of the costliest by their count, and one for each list inside a list. */
  const chosen = () => {
    const nested = documents.filter(({ name }) => / > .*(counts|everything|ids)/.test(name));
    const one = new Map([...nested].reverse().map((document) => [document.name.replace(/ \(\d+\)$/, ''), document]));
    return [...new Set([...documents.slice(0, 8), ...one.values()])].slice(0, 20);
  };

  it('are valid, and of every kind', () => {
    expect(documents.length).toBeGreaterThan(200);
    expect(chosen().length).toBeGreaterThan(10);
    for (const { query } of chosen()) expect(faultsIn(gateway.get(GraphQLSchemaHost).schema, query)).toEqual([]);
  });

  it('take little of the processor', async () => {
    const costs: [string, number][] = [];
    for (const { name, query } of chosen()) {
      const took: number[] = [];
      for (let i = 0; i < 2; i++) {
        const before = process.cpuUsage();
        await gateway.send(query);
        const { user, system } = process.cpuUsage(before);
        took.push((user + system) / 1000);
      }
      costs.push([name, Math.min(...took)]);
    }
    expect(costs.filter(([, cpu]) => cpu > mostCpu)).toEqual([]);
  }, 120_000);

  it('let a probe of the process be answered before them, three at once', async () => {
    const { query } = documents.find(({ name }) => name.startsWith('cloudAccounts > subscriptions: ids'))!;
    let answered = 0;
    const three = Array.from({ length: 3 }, () => gateway.send(query).then(() => answered++));
    const alive = await fetch(`${gateway.url}/livez`);
    expect([alive.status, answered]).toEqual([200, expect.any(Number)]);
    expect(answered).toBeLessThan(3);
    await Promise.all(three);
  }, 60_000);
});
