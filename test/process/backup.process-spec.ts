import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { cliAnswer, runCli } from '../support/cli.js';
import { onMariaDb, usePlaces } from '../support/places.js';
import type { Place } from '../support/process.js';
import { createCloudAccount, newAccount } from '../support/steps.js';

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('A backup of the embedded database', () => {
  const newPlace = usePlaces();

  /** Place with only a key ring. */
  const placeWithRing = async (keyRing: string): Promise<Place> => {
    const place = await newPlace();
    await mkdir(place.dataDir, { mode: 0o700 });
    await writeFile(place.keyRingFile, keyRing, { mode: 0o600 });
    return place;
  };

  it('that is created while accounts are created is restored elsewhere with every secret, and with its own key ring only', async () => {
    const place = await newPlace();
    const gateway = await place.start();
    let [created, isDone] = [0, false];
    const writing = (async () => {
      for (; !isDone; created++)
        await gateway.ask(createCloudAccount, {
          input: newAccount(`${String.fromCharCode(65 + (created % 26))}${Math.floor(created / 26)}U1`, {
            name: `N${created}`,
          }),
        });
    })();
    const backup = `${place.dataDir}-backup`;
    await gateway.ask('{ viewer { role } }');
    const [made] = await cliAnswer(place, 'backup', '--to', backup);
    isDone = true;
    await writing;
    const keyRing = await readFile(place.keyRingFile, 'utf8');
    const manifest = JSON.parse(await readFile(`${backup}/manifest.json`, 'utf8'));

    expect(await modeOf(backup)).toBe(0o700);
    for (const name of ['gateway.sqlite', 'manifest.json']) expect(await modeOf(`${backup}/${name}`)).toBe(0o600);
    const [key = ''] = /[A-Za-z0-9+/]{43}=/.exec(keyRing)!;
    for (const name of ['gateway.sqlite', 'manifest.json'])
      expect((await readFile(`${backup}/${name}`)).includes(key)).toBe(false);
    expect(Object.keys(manifest.keyRing)).toEqual([JSON.parse(keyRing).active]);
    const again = await runCli(place, 'backup', '--to', backup);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('overwrites nothing') });

    const withoutRing = await newPlace();
    expect(await runCli(withoutRing, 'restore', '--backup', backup)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/does not exist\. Copy the key ring that belongs to this backup to that path/),
    });
    expect(existsSync(withoutRing.dataDir)).toBe(false);

    const elsewhere = await placeWithRing(keyRing);
    const [restored] = await cliAnswer(elsewhere, 'restore', '--backup', backup);

    expect(restored).toMatchObject({ 'cloud accounts': made['cloud accounts'], rows: made.rows });
    const tables = Object.entries(manifest.rows);
    expect(tables.length).toBeGreaterThan(20);
    for (const [table, n] of tables)
      expect([table, await elsewhere.rows(`SELECT COUNT(*) AS n FROM ${table}`)]).toEqual([table, [{ n }]]);
    expect(await modeOf(elsewhere.databaseFile)).toBe(0o600);
    const [verified] = await cliAnswer(elsewhere, 'keyring', 'verify');
    expect(verified).toMatchObject({ secrets: manifest.rows.aws_access_key, 'unreadable accounts': null });
    elsewhere.key = place.key;
    const list = '{ cloudAccounts(first: 1) { totalCount } }';
    expect((await (await elsewhere.start()).ask(list)).cloudAccounts.totalCount).toBe(made['cloud accounts']);

    const twice = await runCli(elsewhere, 'restore', '--backup', backup);
    expect(twice.code).toBe(1);

    const stranger = await placeWithRing(keyRing.replace(key, Buffer.alloc(32, 7).toString('base64')));
    const refused = await runCli(stranger, 'restore', '--backup', backup);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not the one that encrypted this database'),
    });
    expect(existsSync(stranger.databaseFile)).toBe(false);

    const broken = `${backup}-broken`;
    await cp(backup, broken, { recursive: true });
    const bytes = await readFile(`${broken}/gateway.sqlite`);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(`${broken}/gateway.sqlite`, bytes);
    const third = await placeWithRing(keyRing);
    const damaged = await runCli(third, 'restore', '--backup', broken);
    expect(damaged).toMatchObject({ code: 1, stderr: expect.stringContaining('is damaged') });
    expect(existsSync(third.databaseFile)).toBe(false);
  });

  it.each(['without a database', 'with a database whose write-ahead log was left behind'])(
    'is required by a start with a used key ring, %s, which creates no new key',
    async (how) => {
      const place = await newPlace();
      const gateway = await place.start();
      const copy = await placeWithRing(await readFile(place.keyRingFile, 'utf8'));
      if (how.startsWith('with a')) await cp(place.databaseFile, copy.databaseFile);
      await gateway.stop();

      const { code, output } = await copy.refused();

      expect(code).toBe(1);
      expect(output).toMatch(
        /key-ring\.json has been in use since .* is empty\. .*restore --backup .*move the key ring first/,
      );
      expect(output).not.toMatch(/gwk_live|\n {4}at /);
      await rm(copy.keyRingFile);
      await (await copy.start()).stop();
    },
  );

  it('is not required with a key ring that `keyring init` created and that was never used', async () => {
    const place = await newPlace();
    await cliAnswer(place, 'keyring', 'init');

    expect((await place.start()).firstKey).not.toBeNull();
  });

  onMariaDb('needs another command for a server, whose empty database is noticed as well', async () => {
    const place = await newPlace('MariaDB');
    await (await place.start()).stop();
    const other = await newPlace('MariaDB');
    await mkdir(other.dataDir, { mode: 0o700 });
    await cp(place.keyRingFile, other.keyRingFile);

    expect(await runCli(place, 'backup', '--to', `${place.dataDir}-b`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--single-transaction'),
    });
    const { code, output } = await other.refused();
    expect(code).toBe(1);
    expect(output).toMatch(/has been in use since .* is empty\. Check DATABASE_URL/);
    expect(await other.rows('SHOW TABLES')).toEqual([]);
  });
});
