import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { databaseKinds, usePlaces } from '../support/places.js';
import { projectFolder, type Place } from '../support/process.js';

const runCli = (place: Place, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = {
      PATH: process.env['PATH'],
      DATA_DIR: place.dataDir,
      ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl }),
    };
    execFile(process.execPath, [join(projectFolder, 'dist/src/cli.js'), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

describe.each(databaseKinds)('The command line, while a gateway serves on %s,', (kind) => {
  const newPlace = usePlaces();
  let place: Place;
  beforeAll(async () => {
    place = await newPlace(kind);
    gateway = await place.start();
  });
  let gateway: Awaited<ReturnType<Place['start']>>;

  const cli = (...args: string[]) => runCli(place, ...args);
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli(...args, '--json');
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const opens = async (key: string) => (await gateway.send('{ __typename }', {}, key)).status === 200;

  it('makes a tenant whose key opens its own tenant only', async () => {
    const [{ tenant, key }] = await json('tenants', 'add', '--name', 'Second');

    expect(await opens(key)).toBe(true);
    expect(await json('tenants', 'list')).toContainEqual({ id: tenant, name: 'Second', created: expect.any(String) });
  });

  it('makes a second key, and revokes it for good', async () => {
    const [{ id, key }] = await json('keys', 'create', '--tenant', '2', '--name', 'Spare');
    expect(await opens(key)).toBe(true);

    await json('keys', 'revoke', '--id', String(id));

    expect(await opens(key)).toBe(false);
    expect(await opens(gateway.key)).toBe(true);
    const listed = await json('keys', 'list', '--tenant', '2');
    expect(listed).toMatchObject([
      { name: 'First key', revoked: null },
      { id, name: 'Spare', revoked: expect.any(String) },
    ]);
    expect(JSON.stringify(listed)).not.toContain('gwk_live');
  });
});

describe('The command line', () => {
  const newPlace = usePlaces();
  let place: Place;
  beforeAll(async () => {
    place = await newPlace();
    await (await place.start()).stop();
  });
  const cli = (...args: string[]) => runCli(place, ...args);

  it.each([
    [['keys', 'revoke', '--id', '999'], 1, /There is no such key/],
    [['keys', 'create', '--tenant', '999', '--name', 'x'], 1, /There is no such tenant/],
    [['tenants', 'add', '--name', ' '], 1, /must not be blank/],
    [['tenants', 'add'], 2, /--name is missing[\s\S]*npm run cli/],
    [['keys', 'create', '--tenant', 'two', '--name', 'x'], 2, /--tenant must be a whole number/],
    [['make', 'coffee'], 2, /no such command/],
    [['keys', 'list', '--colour'], 2, /colour/],
  ])('refuses %j', async (args, code, said) => {
    const answer = await cli(...args);
    expect(answer.stderr).toMatch(said);
    expect(answer.code).toBe(code);
  });

  it('explains itself', async () => {
    expect(await cli()).toMatchObject({ code: 0, stdout: expect.stringContaining('npm run cli -- keys create') });
    expect((await cli('tenants', 'list')).stdout).toMatch(/^id +name +created\n1 +Operator/);
  });
});
