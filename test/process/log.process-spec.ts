import { once } from 'node:events';
import { request } from 'node:http';
import { usePlaces } from '../support/places.js';
import type { GatewayProcess } from '../support/process.js';
import { createApiKey, createCloudAccount, newAccount, numberOf, revokeApiKey, sandboxKey } from '../support/steps.js';
import { until } from '../support/until.js';

const canary = 'CaNaRyOfTheLog0123456789';
const forged = `Mine\n{"level":"fatal","msg":"forged ${canary}"}\n\u001b[2J`;

const fields =
  'level time msg context requestId method route status durationMs operation tenantId apiKeyId refused aborted path code error';

/** Log entries after the start. A line that is not JSON fails the test. */
const entriesOf = (gateway: GatewayProcess): any[] =>
  gateway.output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter(({ context }) => context !== 'Start');

describe('The log', () => {
  const newPlace = usePlaces();
  let gateway: GatewayProcess;
  const ids: string[] = [];

  const entryOf = async (id: string) => {
    await until('the request is logged', () => entriesOf(gateway).some(({ requestId }) => requestId === id));
    return entriesOf(gateway).find(({ requestId, context }) => requestId === id && context === 'HTTP');
  };
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}`, ...init.headers };
    const response = await fetch(gateway.url + path, { method: 'POST', ...init, headers });
    await response.text();
    ids.push(response.headers.get('x-request-id')!);
    return ids.at(-1)!;
  };
  const ask = (query: string, variables: object = {}, rest: object = {}) =>
    send('/graphql', { body: JSON.stringify({ query, variables, ...rest }) });

  beforeAll(async () => {
    const place = await newPlace();
    gateway = await place.start({ LOG_LEVEL: 'info', AWS_TIMEOUT_MS: '500' });
  });

  it('has the operation, the caller and the result of each request', async () => {
    const id = await ask('query Named($f: Int) { a: cloudAccounts(first: $f) { totalCount } ...F } fragment F on Query { node(id: "x") { id } }'); // prettier-ignore

    expect(await entryOf(id)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      context: 'HTTP',
      requestId: id,
      method: 'POST',
      route: '/graphql',
      status: 200,
      durationMs: expect.any(Number),
      operation: 'query cloudAccounts node',
      tenantId: 2,
      apiKeyId: 1,
    });
  });

  it('contains nothing of the URL of a GET', async () => {
    const parameters = new URLSearchParams({
      query: 'query ($id: ID!) { node(id: $id) { id } }',
      variables: JSON.stringify({ id: canary }),
      extensions: JSON.stringify({ canary }),
      [canary]: canary,
    });
    const response = await fetch(`${gateway.url}/graphql?${parameters.toString()}`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });

    ids.push(response.headers.get('x-request-id')!);
    expect(await entryOf(ids.at(-1)!)).toMatchObject({ method: 'GET', route: '/graphql', operation: 'query node' });
    expect(gateway.output).not.toContain(canary);
  });

  it('has only the arrival of a request without an API key', async () => {
    const id = await send('/graphql', { headers: { authorization: canary }, body: '{"query":"{ cloudAccounts { totalCount } }"}' }); // prettier-ignore

    const entry = await entryOf(id);
    expect(entry).toMatchObject({ status: 401, route: '/graphql' });
    expect(Object.keys(entry)).not.toEqual(expect.arrayContaining(['operation']));
    expect(Object.keys(entry)).not.toEqual(expect.arrayContaining(['tenantId']));
  });

  it('has the reason for a refused API key; its holder learns only that it was revoked', async () => {
    const input = { name: 'Elsewhere', role: 'VIEWER', allowedCidrs: ['203.0.113.0/24'] };
    const asked = async (query: string, variables: object, key = gateway.key) => {
      const { body, headers } = await gateway.send(query, variables, key);
      ids.push(headers.get('x-request-id')!);
      return body;
    };
    const { createApiKey: made } = (await asked(createApiKey, { input })).data;
    const [refusal] = (await asked('{ __typename }', {}, made.secret)).errors;
    await asked(revokeApiKey, { input: { id: made.apiKey.id } });
    const [again] = (await asked('{ __typename }', {}, made.secret)).errors;

    expect([refusal, again].map(({ extensions }) => extensions.reason)).toEqual(['UNKNOWN', 'REVOKED']);
    const apiKeyId = numberOf(made.apiKey.id);
    const known = { status: 401, tenantId: 2, apiKeyId };
    expect(await entryOf(refusal.extensions.requestId)).toMatchObject({ ...known, refused: 'WRONG_ADDRESS' });
    expect(await entryOf(again.extensions.requestId)).toMatchObject({ ...known, refused: 'REVOKED' });
  });

  it('shows that a caller disconnected', async () => {
    const { hostname, port } = new URL(gateway.url);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` };
    const call = request({ hostname, port, path: '/graphql', method: 'POST', headers }).on('error', () => undefined);
    const input = newAccount('LG01', { credentials: sandboxKey('HANGS', 'LG01') });
    call.end(JSON.stringify({ query: createCloudAccount, variables: { input } }));
    await once(call, 'socket');
    setTimeout(() => call.destroy(), 200);

    await until('it is logged', () => entriesOf(gateway).some(({ aborted }) => aborted === true));
  });

  it('has an internal error with the request ID of the caller', async () => {
    const place = await newPlace();
    const broken = await place.start();
    await broken.ask('{ cloudSubscriptions { totalCount } }');
    expect(entriesOf(broken)).toEqual([]); // the embedded database begins with `warn`
    await place.execute('ALTER TABLE subscription RENAME TO gone');
    const { extensions } = await broken.error('{ cloudSubscriptions { totalCount } }');

    await until('the fault is logged', () => entriesOf(broken).length > 0);
    expect(entriesOf(broken)).toEqual([
      {
        level: 'error',
        time: expect.any(String),
        context: 'GraphQL',
        requestId: extensions.requestId,
        path: 'cloudSubscriptions.totalCount',
        error: expect.objectContaining({ name: 'QueryFailedError', frames: expect.any(Array) }),
      },
    ]);
  });

  it('has the error that ended the process, without its message', async () => {
    const bug = `process.on('SIGUSR2', () => { throw new Error('Bad value "${canary}"') })`;
    const place = await newPlace();
    const dying = await place.start({}, { flags: ['--import', `data:text/javascript,${encodeURIComponent(bug)}`] });

    expect(await dying.kill('SIGUSR2')).toEqual({ code: 1, signal: null });
    expect(entriesOf(dying)).toMatchObject([{ level: 'fatal', error: { name: 'Error', message: 'Bad value "…"' } }]);
    expect(dying.output).not.toContain(canary);
  });

  it('is one line of JSON for each request, without text of a caller', async () => {
    await ask(`query ${canary} { __typename }`);
    await ask(`subscription ${canary} { ${canary} }`); // the schema has no such kind of operation, so no field is checked
    await ask('{ __typename }', {}, { operationName: forged });
    await ask(`query Q { __typename }`, { [canary]: canary, secretAccessKey: canary }, { operationName: 'Q' });
    await ask(createCloudAccount, { input: newAccount('LG02', { name: canary }) });
    await ask(createCloudAccount, { input: newAccount('LG03', { credentials: sandboxKey('WORKS', 'LG03', canary) }) });
    await ask(createCloudAccount, { input: newAccount('LG03', { name: forged }) });
    await ask(`{ ${canary} }`);
    await ask(`{ cloudAccounts(after: "${canary}") { totalCount } }`);
    await send(`/graphql?${canary}=1`, { body: '{}' });
    await send(`/${canary}`, { method: 'GET' });
    await send(`/%zz${canary}`, { method: 'GET' });
    await send('/livez', { method: 'GET', headers: { 'x-request-id': canary, cookie: canary, 'user-agent': canary } });
    await send('/graphql', { body: `{"query":"${canary}` });
    await send('/graphql', { headers: { 'content-type': canary }, body: canary });

    for (const id of ids) expect(await entryOf(id)).toBeDefined();
    const entries = entriesOf(gateway);
    expect(entries.filter(({ context }) => context === 'HTTP')).toHaveLength(ids.length + 1); // the disconnected caller saw no request ID
    expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(ids.length + 1);
    expect(entries.filter(({ level }) => level !== 'info')).toEqual([]);
    expect([...new Set(entries.flatMap(Object.keys))].filter((key) => !fields.split(' ').includes(key))).toEqual([]);
    expect(gateway.output).not.toContain(canary.slice(0, 12));
    expect(gateway.output).not.toContain('forged');
  });
});
