import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dataSourceFor } from '../../src/database/data-source.js';
import { databaseKinds, hasServer, onMariaDb, usePlaces } from '../support/places.js';
import { createApiKey } from '../support/steps.js';

const server = () => new URL(process.env['TEST_DATABASE_URL'] ?? 'mysql://none');
const closedPort = 9; // "discard": no server listens there

describe('A database that cannot be used', () => {
  const newPlace = usePlaces();

  const refusal = async (url: string) => {
    const place = await newPlace();
    const { code, output } = await place.refused({ DATABASE_URL: url });
    expect(code).toBe(1);
    expect(output).not.toContain('    at ');
    expect(existsSync(place.keyRingFile)).toBe(false);
    return output;
  };

  it('is reported when no server listens on the port', async () => {
    const output = await refusal(`mysql://gateway:pAssw0rd@127.0.0.1:${closedPort}/gateway`);

    expect(output).toContain(
      `The database server at 127.0.0.1:${closedPort}, set by DATABASE_URL, cannot be used: no server listens on this port. Start the server, or correct the host and port in DATABASE_URL.`,
    );
    expect(output).not.toContain('pAssw0rd');
  });

  it('is reported when its host is unknown', async () => {
    const output = await refusal('mysql://gateway:pAssw0rd@no-such-host.invalid/gateway');

    expect(output).toMatch(
      /no-such-host\.invalid, set by DATABASE_URL, .* resolved\. Correct the host in DATABASE_URL/,
    );
    expect(output).not.toContain('pAssw0rd');
  });

  onMariaDb('is reported when it refuses the password', async () => {
    const output = await refusal(`mysql://gateway:pAssw0rd@${server().host}/gateway`);

    expect(output).toContain(
      `${server().host}, set by DATABASE_URL, cannot be used: it does not accept the user or the password. Correct the user`,
    );
    expect(output).not.toContain('pAssw0rd');
  });

  onMariaDb('is reported when the server has no database with that name', async () => {
    const { username, password, host } = server();

    expect(await refusal(`mysql://${username}:${password}@${host}/no_such_database`)).toContain(
      `${host}, set by DATABASE_URL, cannot be used: the database does not exist. Create it (CREATE DATABASE)`,
    );
  });

  onMariaDb('is reported when it belongs to another application, and is not changed', async () => {
    const place = await newPlace('MariaDB');
    await place.execute('CREATE TABLE subscription (theirs INT)');

    const { code, output } = await place.refused();

    expect(code).toBe(1);
    expect(output).toContain('the gateway did not create the table subscription. Use a separate database');
    expect(output).not.toContain('    at ');
    expect((await place.rows('SHOW TABLES')).flatMap((row) => Object.values(row))).toEqual(['subscription']);
  });

  it.each([
    ['text', Buffer.from('This is not a database, and longer than the header of one would be. '.repeat(20))],
    [
      'noise behind the header of a real one',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080, 0xa5)]),
    ],
  ])('is reported when its file is %s, and is not changed', async (_, contents) => {
    const place = await newPlace();
    await mkdir(place.dataDir, { mode: 0o700 });
    await writeFile(place.databaseFile, contents);

    const { code, output } = await place.refused();

    expect(code).toBe(1);
    expect(output).toContain(`${place.databaseFile} cannot be read as a database`);
    expect(output).toContain('Restore it from a backup, or set another DATA_DIR.');
    expect(output).not.toContain('    at ');
    expect(existsSync(place.keyRingFile)).toBe(false);
    expect((await readFile(place.databaseFile)).equals(contents)).toBe(true);
  });

  it('knows whether a server exists', () => {
    expect(hasServer).toBe(process.env['TEST_DATABASE_URL'] !== undefined);
  });
});

describe.each(databaseKinds)('A database of an older version, on %s,', (kind) => {
  const newPlace = usePlaces();

  it('is migrated by a start, and its API keys still work', async () => {
    const place = await newPlace(kind);
    await (await place.start()).stop();
    const database = await dataSourceFor(place.databaseUrl ? { url: place.databaseUrl } : { file: place.databaseFile });
    await database.initialize();
    for (const { name } of database.migrations)
      if (Number(name?.slice(-13)) >= 1795200000000) await database.undoLastMigration({ transaction: 'each' });
    await database.destroy();
    await expect(place.rows('SELECT allowed_cidrs FROM api_key')).rejects.toThrow(/allowed_cidrs/);
    // A server commits each statement by itself: as if the migrating start had been interrupted.
    if (kind === 'MariaDB') await place.execute('ALTER TABLE api_key DROP CONSTRAINT ck_api_key_role');

    const gateway = await place.start();

    expect(await gateway.ask('{ viewer { role canIntrospect apiKey { expiresAt allowedCidrs } } }')).toEqual({
      viewer: { role: 'OWNER', canIntrospect: true, apiKey: { expiresAt: expect.anything(), allowedCidrs: [] } },
    });
    const input = { name: 'Reader', role: 'VIEWER' };
    const { createApiKey: made } = await gateway.ask(createApiKey, { input });
    expect(made.userErrors).toEqual([]);
    expect((await gateway.ask('{ viewer { role } }', {}, made.secret)).viewer.role).toBe('VIEWER');
    const [{ id }] = await place.rows('SELECT MAX(id) AS id FROM api_key');
    await expect(place.execute(`UPDATE api_key SET role = 'KING' WHERE id = ${id}`)).rejects.toThrow(/ck_api_key_role/);
  });
});

describe.each(databaseKinds)('A database of a newer version, on %s,', (kind) => {
  const newPlace = usePlaces();

  it('is refused, and not changed', async () => {
    const place = await newPlace(kind);
    await (await place.start()).stop();
    await place.execute("INSERT INTO schema_migration (timestamp, name) VALUES (9999999999999, 'Newer9999999999999')");

    const { code, output } = await place.refused();

    expect(code).toBe(1);
    expect(output).toContain('changed by a newer version of the gateway (Newer9999999999999)');
    await place.execute("DELETE FROM schema_migration WHERE name = 'Newer9999999999999'");
    await (await place.start()).stop();
  });
});
