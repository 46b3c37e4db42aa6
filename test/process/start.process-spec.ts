import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import mysql from 'mysql2/promise';
import { onMariaDb, usePlaces } from '../support/places.js';
import { createCloudAccount, newAccount } from '../support/steps.js';
import { until } from '../support/until.js';

const list = '{ cloudAccounts(first: 10) { nodes { name } } }';
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('A first start', () => {
  const newPlace = usePlaces();

  it('prints paths and where the API key is; the second start uses the same data and creates no key', async () => {
    const place = await newPlace();
    const first = await place.start();
    await first.ask(createCloudAccount, { input: newAccount('A1U1', { name: 'Kept' }) });
    const keyRing = await readFile(place.keyRingFile, 'utf8');

    expect(first.output).toContain(first.url);
    expect(first.output).toContain(`Playground: ${first.url}/playground`);
    expect(first.output).toContain(place.databaseFile);
    expect(first.output).toContain(place.keyRingFile);
    expect(first.output).not.toContain('gwk_');
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = await place.start();

    expect(second.firstKey).toBeNull();
    expect(second.output).not.toContain('gwk_');
    expect((await second.ask(list)).cloudAccounts.nodes).toContainEqual({ name: 'Kept' });
    expect(await readFile(place.keyRingFile, 'utf8')).toBe(keyRing);
  });

  it('writes files that only its user can read', async () => {
    const place = await newPlace();
    await place.start();

    expect(modeOf(place.dataDir)).toBe(0o700);
    for (const file of [place.keyRingFile, place.firstApiKeyFile, place.databaseFile, `${place.dataDir}/gateway.lock`])
      expect([file, modeOf(file)]).toEqual([file, 0o600]);
  });

  it('changes nothing when its port is in use, and reports that', async () => {
    const place = await newPlace();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;

    const { code, output } = await place.refused({ PORT: String(port) });

    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} on 127.0.0.1 is already in use by another process.`);
    expect(output).toContain('Example: PORT=');
    expect(existsSync(place.dataDir)).toBe(false);
    other.close();
  });
});

describe('A second gateway on the same folder', () => {
  const newPlace = usePlaces();

  it('reports that and ends, with any port, and the first continues', async () => {
    const place = await newPlace();
    const first = await place.start();
    const ports = [new URL(first.url).port, '0'];

    for (const { code, output } of await Promise.all(ports.map((PORT) => place.refused({ PORT })))) {
      expect(code).toBe(1);
      expect(output).toContain(`Another gateway is already using the embedded database in ${place.dataDir}.`);
      expect(output).not.toContain('    at ');
    }
    expect((await first.ask(list)).cloudAccounts.nodes).toHaveLength(1);
  });

  it('starts immediately after the first was killed: no lock remains', async () => {
    const place = await newPlace();
    await (await place.start()).kill();

    const again = await place.start();

    expect((await again.ask(list)).cloudAccounts.nodes).toHaveLength(1);
  });
});

describe('Two gateways started at once on an empty server', () => {
  const newPlace = usePlaces();

  onMariaDb('prepare it one after the other, use one key ring, and one of them creates the first tenant', async () => {
    const place = await newPlace('MariaDB');
    // Both wait until the test releases them, so that they run concurrently.
    const gate = await mysql.createConnection({ uri: place.databaseUrl! });
    await gate.query("SELECT GET_LOCK(CONCAT('gateway:', LEFT(SHA2(DATABASE(), 256), 32)), 0)");
    // Shared like a mounted secret.
    const shared = { KEY_RING_FILE: `${place.dataDir}.json` };
    const launched = [place.launch(shared), place.launch({ ...shared, DATA_DIR: `${place.dataDir}-2` })];
    const waiting = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND state = 'User lock'";
    await until('both gateways wait for the lock', async () => (await place.rows(waiting)).length === 2);
    expect(await place.rows('SHOW TABLES')).toEqual([]);
    expect(existsSync(shared.KEY_RING_FILE)).toBe(false);
    await gate.end();

    const gateways = await Promise.all(launched.map((process) => place.ready(process)));

    const keys = gateways.flatMap(({ firstKey }) => firstKey ?? []);
    expect(keys).toHaveLength(1);
    for (const gateway of gateways) expect((await gateway.ask(list, {}, keys[0])).cloudAccounts.nodes).toHaveLength(1);
    expect(await place.rows('SELECT COUNT(*) AS n FROM tenant WHERE id <> 1')).toEqual([{ n: 1 }]);
    expect(await place.rows('SELECT COUNT(*) AS n FROM key_canary')).toEqual([{ n: 1 }]);
  });

  onMariaDb('refuse the second one without the key ring of the first', async () => {
    const place = await newPlace('MariaDB');
    await place.start();

    const { code, output } = await place.refused({ DATA_DIR: `${place.dataDir}-2` });

    expect(code).toBe(1);
    expect(output).toContain('data-2/key-ring.json does not exist');
    expect(existsSync(`${place.dataDir}-2/key-ring.json`)).toBe(false);
  });
});
