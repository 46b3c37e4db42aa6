import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cliAnswer, runCli } from '../support/cli.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import type { GatewayProcess, Place } from '../support/process.js';
import { createCloudAccount, newAccount, numberOf, updateCloudAccount } from '../support/steps.js';

const env = { AWS_SANDBOX: 'on' };

describe.each(databaseKinds)('The key ring, while gateways serve on %s,', (kind) => {
  const newPlace = usePlaces();
  let place: Place;
  let gateways: GatewayProcess[];
  const accounts: string[] = [];
  const versions = new Map<string, number>();
  let users = 0;

  beforeAll(async () => {
    place = await newPlace(kind);
    gateways = [await place.start(env)];
    if (kind === 'MariaDB') {
      const itsOwnFolder = { DATA_DIR: `${place.dataDir}-2`, KEY_RING_FILE: place.keyRingFile };
      gateways.push(await place.start({ ...env, ...itsOwnFolder }));
    }
    for (let i = 0; i < 3; i++) accounts.push(await create());
  });

  const json = (...args: string[]) => cliAnswer(place, 'keyring', ...args);
  const active = async () => (await json('list')).find((key: any) => key.active).id;
  const create = async (key?: string) => {
    const input = newAccount((users++).toString(36).toUpperCase().padStart(4, '0'));
    const { createCloudAccount: payload } = await gateways[0]!.ask(createCloudAccount, { input }, key);
    expect(payload.userErrors).toEqual([]);
    versions.set(payload.cloudAccount.id, 1);
    return payload.cloudAccount.id;
  };
  /** Each gateway verifies another console role with the secret of every account. */
  const everySecretOpens = async (ids = accounts, key?: string) => {
    for (const gateway of gateways)
      for (const id of ids) {
        const expectedVersion = versions.get(id)!;
        const consoleRoleName = expectedVersion % 2 === 1 ? 'second-console-role' : 'console-role';
        const input = { id, expectedVersion, consoleRoleName };
        const { updateCloudAccount: payload } = await gateway.ask(updateCloudAccount, { input }, key);
        expect(payload).toMatchObject({
          userErrors: [],
          cloudAccount: { consoleRoleName, credentials: { version: 1 } },
        });
        versions.set(id, expectedVersion + 1);
      }
  };
  const underKeks = async () =>
    new Set((await place.rows('SELECT kek_id FROM encryption_key')).map(({ kek_id }) => kek_id));

  it('is listed with what it wraps, and shows no key', async () => {
    const { stdout } = await runCli(place, 'keyring', 'list');
    const file = JSON.parse(await readFile(place.keyRingFile, 'utf8'));

    expect(await json('list')).toEqual([
      { id: file.active, active: true, 'in the file': true, 'stored keys': 2, since: expect.any(String) },
    ]);
    expect(stdout).toContain(file.active);
    expect(stdout).not.toContain(file.keys[file.active].slice(0, 10));
  });

  it('is rotated, and new keys are wrapped with the new KEK and read by every gateway', async () => {
    const before = await active();
    const [{ id }] = await json('rotate');

    expect(await active()).toBe(id);
    const [{ tenant, key }] = await cliAnswer(place, 'tenants', 'add', '--name', 'Newcomer');
    const account = await create(key);
    const [row] = await place.rows('SELECT kek_id FROM encryption_key WHERE tenant_id = ?', [tenant]);
    expect(row.kek_id).toBe(id);
    await everySecretOpens([account], key);
    await everySecretOpens();
    expect((await stat(place.keyRingFile)).mode & 0o777).toBe(0o600);

    const refused = await runCli(place, 'keyring', 'retire', '--id', before);
    expect(refused.stderr).toBe(
      `2 stored keys are still wrapped with ${before}. Run \`keyring rewrap\`, then run this command again.\n`,
    );
    expect(refused.code).toBe(1);
    const ofActive = await runCli(place, 'keyring', 'retire', '--id', id);
    expect([ofActive.code, ofActive.stderr]).toEqual([1, expect.stringContaining('is the active key.')]);
  });

  it('no longer needs the old KEK after everything is wrapped again', async () => {
    const [old] = (await json('list')).filter((key: any) => !key.active);
    const { stdout, stderr } = await runCli(place, 'keyring', 'rewrap', '--json');

    expect(stderr).toContain('2 of 2 stored keys wrapped');
    expect(JSON.parse(stdout)).toMatchObject([{ 'stored keys wrapped': 2, 'unreadable keys': null }]);
    expect(await json('rewrap')).toMatchObject([{ 'stored keys wrapped': 0 }]);
    await json('retire', '--id', old.id);

    expect(await json('list')).toMatchObject([{ active: true, 'stored keys': 3 }]);
    expect(await readFile(place.keyRingFile, 'utf8')).not.toContain(old.id);
    await everySecretOpens();
  });

  it('gives tenants new keys, and every secret is encrypted with them', async () => {
    const sealed = () =>
      place.rows('SELECT id, version, encryption_key_id, sealed_secret FROM aws_access_key ORDER BY id');
    await json('rotate');
    const before = await sealed();

    expect(await json('rewrap', '--tenant-keys')).toMatchObject([
      { 'stored keys wrapped': 3, 'secrets re-encrypted': 4, 'unreadable accounts': null },
    ]);
    expect(await json('rewrap', '--tenant-keys')).toMatchObject([
      { 'stored keys wrapped': 0, 'secrets re-encrypted': 0 },
    ]);

    const after = await sealed();
    for (const [i, { version, encryption_key_id, sealed_secret }] of after.entries()) {
      expect(version).toBe(before[i].version);
      expect(encryption_key_id).toBeGreaterThan(before[i].encryption_key_id);
      expect(sealed_secret).not.toEqual(before[i].sealed_secret);
    }
    await everySecretOpens();
    expect(await underKeks()).toEqual(new Set([await active()]));
    const uses = await place.rows("SELECT DISTINCT actor_kind, result FROM credential_use WHERE purpose = 'KEY_RING'");
    expect(uses.map((row) => ({ ...row }))).toEqual([{ actor_kind: 'OPERATOR', result: 'OPENED' }]);
  });

  it('is rotated by one command at a time, and no key of a completed rotation is lost', async () => {
    const both = await Promise.all([1, 2, 3].map(() => runCli(place, 'keyring', 'rotate', '--json')));

    const done = both.filter(({ code }) => code === 0).map(({ stdout }) => JSON.parse(stdout)[0].id);
    expect(done.length).toBeGreaterThanOrEqual(1);
    for (const { code, stderr } of both)
      if (code !== 0) expect(stderr).toMatch(/^Another command is changing the key ring/);
    const { keys } = JSON.parse(await readFile(place.keyRingFile, 'utf8'));
    expect(Object.keys(keys)).toEqual(expect.arrayContaining(done));
  });

  it('is verified, and accounts that cannot be decrypted are named', async () => {
    expect(await json('verify')).toMatchObject([{ secrets: 4, 'unreadable keys': null, 'unreadable accounts': null }]);
    const victim = numberOf(accounts[1]!);
    await place.execute(
      `UPDATE aws_access_key SET sealed_secret = (SELECT sealed_secret FROM (SELECT * FROM aws_access_key) k WHERE cloud_account_id = ${numberOf(accounts[0]!)}) WHERE cloud_account_id = ${victim}`,
    );

    const { code, stdout, stderr } = await runCli(place, 'keyring', 'verify', '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ secrets: 4, 'unreadable accounts': String(victim) }]);
    expect(stderr).toMatch(/4 of 4 secrets\nSome keys or secrets cannot be decrypted\. /);
    const [event] = await place.rows("SELECT * FROM event WHERE type = 'CREDENTIALS_UNREADABLE'");
    expect(event).toMatchObject({ subject_id: victim, actor_kind: 'OPERATOR' });
  });

  it('decrypts all data after a restart', async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    gateways = [await place.start(env)];

    await everySecretOpens([accounts[0]!, accounts[2]!]);
  });
});

describe('keyring init', () => {
  const newPlace = usePlaces();

  it('creates the file, which the first start then uses', async () => {
    const place = await newPlace();
    const [{ id }] = await cliAnswer(place, 'keyring', 'init');

    expect(JSON.parse(await readFile(place.keyRingFile, 'utf8')).active).toBe(id);
    await place.start();
    expect(await cliAnswer(place, 'keyring', 'list')).toMatchObject([{ id, active: true }]);
  });

  it.each(databaseKinds)('creates none for data that another one has encrypted (%s)', async (kind) => {
    const place = await newPlace(kind);
    await (await place.start()).stop();
    const elsewhere = { dataDir: `${place.dataDir}-2`, databaseUrl: place.databaseUrl };
    await mkdir(elsewhere.dataDir);
    if (kind === 'SQLite')
      for (const file of await readdir(place.dataDir))
        if (file.startsWith('gateway.sqlite')) await copyFile(join(place.dataDir, file), join(elsewhere.dataDir, file));

    const { code, stderr } = await runCli(elsewhere, 'keyring', 'init');

    expect(stderr).toMatch(/The database already contains secrets, which a new key ring cannot decrypt/);
    expect(code).toBe(1);
    expect(existsSync(`${elsewhere.dataDir}/key-ring.json`)).toBe(false);
  });
});
