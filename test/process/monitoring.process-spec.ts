import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Random } from '../../src/graphql/testing/random.js';
import { secretBearingRequest } from '../../src/graphql/testing/secret-bearing-requests.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import { projectFolder, type GatewayProcess } from '../support/process.js';
import { metricsIn, parseExposition, type Sample } from '../support/prometheus.js';
import { createCloudAccount, newAccount, sandboxKey, suffix } from '../support/steps.js';
import { until } from '../support/until.js';

const secretBearingRequests = 60;
const list = 'query Mine($first: Int) { cloudAccounts(first: $first) { totalCount } }';

const metricsUrlOf = ({ output }: GatewayProcess) => /"Metrics: (\S+)"/.exec(output)![1]!;

async function scrape(gateway: GatewayProcess) {
  const response = await fetch(metricsUrlOf(gateway));
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
  return parseExposition(await response.text());
}

describe.each(databaseKinds)('Metrics on %s', (database) => {
  const newPlace = usePlaces();
  let gateway: GatewayProcess;
  const canaries: string[] = [];

  beforeAll(async () => {
    const place = await newPlace(database);
    gateway = await place.start({ METRICS_PORT: '0', AWS_SANDBOX: 'on', AWS_TIMEOUT_MS: '5000' });
    // Documents that were seen before take a shorter path.
    for (let i = 0; i < 5; i++) await gateway.ask(list);
    await gateway.ask('{ cloudAccounts { totalCount } viewer { role } }');
    await gateway.send(list, {}, 'gwk_live_unknown');
    await gateway.send(createCloudAccount, { input: newAccount(suffix(1)) });
    const wrong = newAccount(suffix(2), { credentials: sandboxKey('WRONG', suffix(2)) });
    await gateway.send(createCloudAccount, { input: wrong });
    const random = new Random(1);
    for (let i = 0; i < secretBearingRequests; i++) {
      const request = secretBearingRequest(random);
      canaries.push(...request.canaries.filter((canary) => canary.length >= 8));
      await gateway.post(JSON.stringify(request.body));
    }
  });

  const valueOf = (samples: Sample[], name: string, labels: Record<string, string>) =>
    samples
      .filter((sample) => sample.name === `cloud_account_gateway_${name}`)
      .find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value;

  it('count requests by operation, role and outcome', async () => {
    const { samples } = await scrape(gateway);
    const requests = (operation: string, role: string, outcome: string) =>
      valueOf(samples, 'graphql_requests_total', { operation, role, outcome });

    expect(requests('query cloudAccounts', 'OWNER', 'success')).toBe(5);
    expect(requests('query several', 'OWNER', 'success')).toBe(1);
    expect(requests('none', 'none', 'UNAUTHENTICATED')).toBe(1);
    expect(requests('mutation createCloudAccount', 'OWNER', 'success')).toBe(1);
    expect(requests('mutation createCloudAccount', 'OWNER', 'AWS_SECRET_ACCESS_KEY_WRONG')).toBe(1);
    const ofList = { operation: 'query cloudAccounts' };
    expect(valueOf(samples, 'graphql_request_duration_seconds_count', ofList)).toBeGreaterThanOrEqual(5);
    expect(valueOf(samples, 'graphql_cost_total', ofList)).toBeGreaterThan(5 * 20);
  });

  it('count calls to AWS, statements, background work, cloud accounts and cache hits', async () => {
    const action = 'sts:GetCallerIdentity';
    const isChecked = async () => {
      const { samples } = await scrape(gateway);
      return valueOf(samples, 'reconciler_runs_total', { reconciler: 'cloud_account_health', work: 'claim' }) !== undefined; // prettier-ignore
    };
    await until('a reconciler has looked', isChecked);
    const { samples } = await scrape(gateway);

    expect(valueOf(samples, 'aws_requests_total', { action, outcome: 'success' })).toBeGreaterThanOrEqual(1);
    expect(valueOf(samples, 'aws_requests_total', { action, outcome: 'AWS_SECRET_ACCESS_KEY_WRONG' })).toBe(1);
    expect(valueOf(samples, 'aws_request_duration_seconds_sum', { action })).toBeGreaterThan(0);
    expect(valueOf(samples, 'database_statement_duration_seconds_count', {})).toBeGreaterThan(10);
    for (const reconciler of [
      'cloud_account_health',
      'credential_trial',
      'drift',
      'access_key_rotation',
      'provisioning',
    ])
      expect([reconciler, valueOf(samples, 'reconciler_due', { reconciler })]).toEqual([
        reconciler,
        expect.any(Number),
      ]);
    const connections = valueOf(samples, 'database_connections', { state: 'idle' });
    if (database === 'MariaDB') expect(connections).toBeGreaterThan(0);
    expect(valueOf(samples, 'cache_lookups_total', { cache: 'api_keys', result: 'hit' })).toBeGreaterThan(0);
    expect(samples.filter(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
    // What is read from the database is at most 15 s old.
    const accounts = async () => {
      const { samples } = await scrape(gateway);
      const counted = (name: string) =>
        samples
          .filter((one) => one.name === `cloud_account_gateway_${name}`)
          .reduce((sum, { value }) => sum + value, 0);
      return counted('cloud_accounts') === 2 && counted('cloud_account_health') === 1; // one is hosted
    };
    await until('the new account is counted', accounts, 30);
  });

  it('have no text of a caller in a label, and few series', async () => {
    const { samples } = await scrape(gateway);

    const text = JSON.stringify(samples);
    expect(canaries.length).toBeGreaterThan(secretBearingRequests);
    expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
    const operations = new Set(samples.map(({ labels }) => labels['operation']));
    expect(operations.size).toBeLessThan(15);
    expect(samples.length).toBeLessThan(600);
  });

  it('are not on the port of the gateway', async () => {
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
    expect((await fetch(metricsUrlOf(gateway).replace(/metrics$/, 'graphql'))).status).toBe(404);
  });

  it('have every name that the dashboard and the alert rules use', async () => {
    const { types } = await scrape(gateway);
    const read = (file: string) => readFileSync(join(projectFolder, 'deploy', file), 'utf8');
    const { groups } = parse(read('prometheus/alerts.yml')) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    const { panels } = JSON.parse(read('grafana/dashboard.json')) as { panels: { targets?: { expr: string }[] }[] };
    const expressions = [
      ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ];
    const isExposed = (name: string) =>
      name === 'up' || types.has(name) || types.get(name.replace(/_(bucket|sum|count)$/, '')) === 'histogram';

    const named = new Set(expressions.flatMap(metricsIn));
    expect(named.size).toBeGreaterThan(20);
    expect([...named].filter((name) => !isExposed(name))).toEqual([]);
    // And each of ours is looked at.
    const ours = [...types.keys()].filter((name) => name.startsWith('cloud_account_gateway_'));
    const isUsed = (name: string) => [...named].some((one) => one === name || one.startsWith(`${name}_`));
    expect(ours.filter((name) => !isUsed(name))).toEqual([]);
  });
});

describe('A port for metrics that is in use', () => {
  const newPlace = usePlaces();

  it('is refused at the start, by the name of its setting', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const place = await newPlace();
    const { code, output } = await place.refused({ METRICS_PORT: String(port) });
    server.close();

    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} on 127.0.0.1 is already in use by another process. Choose another port. Example: METRICS_PORT=9465`); // prettier-ignore
  });
});

describe('A slow operation', () => {
  const newPlace = usePlaces();

  it('has an entry of its own in the log, without its variables', async () => {
    const place = await newPlace();
    const gateway = await place.start({ SLOW_OPERATION_MS: '1' });
    const canary = 'CaNaRyOfASlowOperation';
    await gateway.send(`query ${canary} ($id: ID!) { cloudAccounts { totalCount } node(id: $id) { id } }`, {
      id: canary,
    });
    await until('the operation is logged', () => gateway.output.includes('"Slow operation"'));

    const line = gateway.output.split('\n').find((one) => one.includes('"Slow operation"'))!;
    expect(JSON.parse(line)).toEqual({
      level: 'warn',
      time: expect.any(String),
      context: 'Slow operation',
      requestId: expect.any(String),
      operation: 'query cloudAccounts node',
      durationMs: expect.any(Number),
      statements: expect.any(Number),
      cost: expect.any(Number),
      tenantId: 2,
      apiKeyId: 1,
    });
    expect(JSON.parse(line).statements).toBeGreaterThan(1);
    expect(JSON.parse(line).cost).toBeGreaterThan(20);
    expect(gateway.output).not.toContain(canary);
    await fetch(`${gateway.url}/readyz`);
    expect(gateway.output.match(/"Slow operation"/g)).toHaveLength(1);
  });

  it('is none below the limit', async () => {
    const place = await newPlace();
    const gateway = await place.start({ SLOW_OPERATION_MS: '3600000', LOG_LEVEL: 'info' });
    await gateway.ask(list);
    await until('the request is logged', () => gateway.output.includes('"query cloudAccounts"'));

    expect(gateway.output).not.toContain('Slow operation');
  });
});

interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number };
  readonly attributes: { key: string; value: Record<string, unknown> }[];
}

describe('Traces', () => {
  const newPlace = usePlaces();
  let collector: Server;
  const received: string[] = [];
  const paths = new Set<string>();
  const spans = (): ReceivedSpan[] =>
    received.flatMap((text) =>
      (JSON.parse(text).resourceSpans as any[]).flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }: any) => spans),
      ),
    );
  const attribute = (span: ReceivedSpan, key: string) =>
    Object.values(span.attributes.find((one) => one.key === key)?.value ?? {})[0];
  let env: Record<string, string>;

  beforeAll(async () => {
    collector = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        received.push(text);
        paths.add(`${request.method} ${request.url} ${request.headers['content-type']}`);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: 'gateway-test' };
  });
  afterAll(() => void collector.close());

  it('have the request, its operation, its statements and its calls to AWS, and no secret', async () => {
    const place = await newPlace();
    const gateway = await place.start({ ...env, AWS_SANDBOX: 'on' });
    const traceId = 'a'.repeat(32);
    await gateway.post(
      JSON.stringify({ query: createCloudAccount, variables: { input: newAccount(suffix(3)) } }),
      gateway.key,
      {
        traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
      },
    );
    const { secretAccessKey } = newAccount(suffix(3)).credentials.awsAccessKey;
    const canaries = [gateway.key, secretAccessKey, 'Account 0300'];
    const random = new Random(2);
    for (let i = 0; i < secretBearingRequests; i++) {
      const request = secretBearingRequest(random);
      canaries.push(...request.canaries.filter((canary) => canary.length >= 8));
      await gateway.post(JSON.stringify(request.body));
    }
    await gateway.stop(); // sends what it has

    expect([...paths]).toEqual(['POST /v1/traces application/json']);
    const ofRequest = spans().filter((span) => span.traceId === traceId);
    const [root] = ofRequest.filter(({ parentSpanId }) => parentSpanId === 'b'.repeat(16));
    expect(root).toMatchObject({ name: 'POST /graphql' });
    // The API key is read, and its use noted, before the operation begins.
    const children = ofRequest.filter(({ parentSpanId }) => parentSpanId === root!.spanId);
    const operation = children.find(({ name }) => name === 'mutation createCloudAccount');
    expect(children.map(({ name }) => name).filter((name) => name !== operation?.name)).toEqual(['SELECT', 'UPDATE']);
    const parts = ofRequest.filter(({ parentSpanId }) => parentSpanId === operation!.spanId);
    expect(parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['INSERT', 'SELECT', 'sts:GetCallerIdentity']),
    );
    const insert = parts.find((span) => /INSERT INTO .?cloud_account/.test(String(attribute(span, 'db.query.text'))));
    expect(attribute(insert!, 'db.query.text')).toMatch(/\?/);
    expect(JSON.stringify(received)).toContain('gateway-test');
    expect(spans().length).toBeGreaterThan(2 * secretBearingRequests);
    expect(canaries.filter((canary) => received.some((text) => text.includes(canary)))).toEqual([]);
  });

  it('say so in the log when the collector does not answer, and serve all the same', async () => {
    const place = await newPlace();
    const gateway = await place.start({
      ...env,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    });

    await gateway.ask(list);
    await until('the failure is logged', () => gateway.output.includes('Traces cannot be sent.'));
    await gateway.ask(list);
    expect((await gateway.stop()).code).toBe(0);
  });

  /** Prints which parts of the bundle are loaded. */
  const hook = `import { registerHooks } from 'node:module'; registerHooks({ load(url, context, next) { if (/bundle\\/(traces|metrics)/.test(url)) console.log('loaded ' + url); return next(url, context); } });`;
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];

  it('and metrics are not even loaded while they are off', async () => {
    expect(globSync('dist/bundle/{traces,metrics}*.js', { cwd: projectFolder }).length).toBeGreaterThanOrEqual(2);
    const place = await newPlace();
    const off = await place.start({}, { flags });
    await off.ask(list);
    await off.stop();
    expect(off.output).not.toContain('loaded ');

    const on = await place.start({ ...env, METRICS_PORT: '0' }, { flags });
    await on.stop();
    expect(on.output).toMatch(/loaded \S+traces/);
    expect(on.output).toMatch(/loaded \S+metrics/);
  });
});
