import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { costlyDocuments, type CostlyDocument } from '../support/costly-documents.js';
import { fillTenant } from '../support/full-tenant.js';
import { schema } from '../support/operations.js';
import { inPlace, type GatewayProcess } from '../support/process.js';
import { Random } from './random.js';
import type { SoakOptions, SoakResult } from './soak.js';

/** Cost of a document for the gateway. */
interface Cost {
  /** Milliseconds of CPU time. */
  readonly cpu: number;
  /** Peak growth of the process in megabytes. */
  readonly memory: number;
  /** Maximum milliseconds until `/livez` answers in the meantime. */
  readonly livez: number;
}

const bars: Cost = { cpu: 250, memory: 100, livez: 100 };

/** In the short size, other tests run at the same time, which slow everything down and delay /livez. */
const sizes = {
  short: { documents: 10, patience: 4, isQuiet: false, data: { subscriptions: 3000, resourcesWithHistory: 20 } },
  full: { documents: Infinity, patience: 1, isQuiet: true, data: {} },
};

/** Number of attempts, because the machine can be busy. */
const attempts = 5;

const probeEvery = 10;

/** Makes garbage collection possible from outside, so that garbage of earlier documents is not counted. */
const flags = ['--expose-gc', '--import', 'data:text/javascript,process.on("SIGUSR2", () => gc())'];

/**
 * The costliest documents within the limits, derived from the schema, for a tenant with 30,000 subscriptions of one
 * address block and texts of the maximum length: none exceeds the maximum cost.
 */
export async function cost({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  return inPlace(database, async (place) => {
    const { documents: most, patience, isQuiet, data } = sizes[size];
    const gateway = await place.start(
      { AWS_SANDBOX: 'on', VENDOR_AWS_ACCOUNT_ID: '111122223333', LOG_LEVEL: 'error' },
      { flags },
    );
    const ids = await fillTenant((...statement) => place.rows(...statement), database, data);
    const documents: CostlyDocument[] = [];
    for (const make of new Random(seed).shuffled(costlyDocuments(schema, ids))) {
      if (documents.length >= most) break;
      documents.push(...[make()].filter((document) => document !== undefined));
    }
    say(`${documents.length} documents`);

    const meter = new Meter(gateway);
    // Code that has not run yet is not compiled.
    for (const { query } of documents.slice(0, 100)) await meter.run(query);
    const within = ({ cpu, memory, livez }: Cost) =>
      cpu <= patience * bars.cpu && memory <= patience * bars.memory && (!isQuiet || livez <= bars.livez);
    const costs: (CostlyDocument & { cost: Cost })[] = [];
    for (const [i, document] of documents.entries()) {
      let cost = await meter.cost(document.query);
      for (let again = 1; again < attempts && !within(cost); again++)
        cost = least(cost, await meter.cost(document.query));
      costs.push({ ...document, cost });
      if (i % 100 === 99) say(`${i + 1} of ${documents.length} documents`);
    }
    await gateway.stop();

    const worst = (what: keyof Cost) => costs.toSorted((a, b) => b.cost[what] - a.cost[what]);
    for (const what of ['cpu', 'memory', 'livez'] as const)
      for (const { name, values, cost } of worst(what).slice(0, 10))
        say(`${what}: ${told(cost)}, ${values} values: ${name}`);
    return {
      figures: {
        documents: documents.length,
        'ms of CPU at the most': worst('cpu')[0]!.cost.cpu,
        'MB of memory at the most': worst('memory')[0]!.cost.memory,
        'ms until /livez answered at the most': worst('livez')[0]!.cost.livez,
        'refused or failed': meter.failures.length,
      },
      violations: [
        ...meter.failures,
        ...costs.filter(({ cost }) => !within(cost)).map(({ name, cost }) => `${told(cost)}: ${name}`),
      ],
    };
  });
}

const told = ({ cpu, memory, livez }: Cost) => `${cpu} ms of CPU, ${memory} MB, /livez within ${livez} ms`;

const least = (one: Cost, other: Cost): Cost => ({
  cpu: Math.min(one.cpu, other.cpu),
  memory: Math.min(one.memory, other.memory),
  livez: Math.min(one.livez, other.livez),
});

/** Measures the process of a gateway with the counters of Linux. */
class Meter {
  readonly failures: string[] = [];

  constructor(private readonly gateway: GatewayProcess) {}

  /** Probes cost time as well, so a document runs once without them and once with them. */
  async cost(query: string): Promise<Cost> {
    await this.collectGarbage();
    this.forgetPeak();
    const [cpu, rss] = [this.cpu(), this.memory('VmRSS')];
    await this.run(query);
    const spent = { cpu: Math.round(this.cpu() - cpu), memory: Math.max(0, Math.round(this.memory('VmHWM') - rss)) };
    return { ...spent, livez: Math.round(await this.longestProbe(this.run(query))) };
  }

  async run(query: string): Promise<void> {
    const { url, key } = this.gateway;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    if (!response.ok || text.startsWith('{"errors"'))
      this.failures.push(`${text.slice(0, 300)} to ${query.slice(0, 300)}`);
  }

  private async longestProbe(work: Promise<void>): Promise<number> {
    let isOver = false;
    void work.finally(() => (isOver = true));
    let longest = 0;
    while (!isOver) {
      const asked = performance.now();
      await (await fetch(`${this.gateway.url}/livez`)).text();
      longest = Math.max(longest, performance.now() - asked);
      await wait(probeEvery);
    }
    await work;
    return longest;
  }

  /** In milliseconds, of all threads. */
  private cpu(): number {
    const tasks = `/proc/${this.gateway.process.pid}/task`;
    const times = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    return times.reduce((sum, time) => sum + Number(time), 0) / 1e6;
  }

  /** In megabytes. */
  private memory(what: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${this.gateway.process.pid}/status`, 'utf8');
    return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)![1]) / 1024;
  }

  private async collectGarbage(): Promise<void> {
    process.kill(this.gateway.process.pid, 'SIGUSR2');
    await (await fetch(`${this.gateway.url}/livez`)).text(); // The signal was handled before.
  }

  private forgetPeak(): void {
    writeFileSync(`/proc/${this.gateway.process.pid}/clear_refs`, '5');
  }
}
