import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { mayMount, useMounts } from '../support/mount.js';
import { onMariaDb, usePlaces } from '../support/places.js';
import { startPrivateMariaDb } from '../support/private-mariadb.js';
import { Place, type GatewayProcess } from '../support/process.js';
import { createCloudAccount, newAccount } from '../support/steps.js';
import { until } from '../support/until.js';

const readyz = async ({ url }: GatewayProcess) => {
  const answer = await fetch(`${url}/readyz`);
  return { code: answer.status, ...((await answer.json()) as Record<string, unknown>) };
};

const ready = {
  code: 200,
  status: 'ok',
  checks: { database: 'ok', migrations: 'ok', keyRing: 'ok' },
};
const notReady = (reason: string) => ({
  code: 503,
  status: 'failing',
  checks: { database: 'failing', migrations: 'ok', keyRing: 'ok' },
  reasons: { database: reason },
});

let created = 0;
/** Result of creating one more account. */
async function create(gateway: GatewayProcess): Promise<string> {
  const which = `${String.fromCharCode(65 + (created % 26))}${Math.floor(created++ / 26)}U1`;
  return JSON.stringify((await gateway.send(createCloudAccount, { input: newAccount(which, { name: which }) })).body);
}

/** Expects that the gateway is not ready while it cannot write, and ready again without a restart. */
async function expectNoticed(gateway: GatewayProcess, reason: string, end: () => unknown): Promise<void> {
  await until('/readyz is failing', async () => (await readyz(gateway)).code === 503);
  expect(await readyz(gateway)).toEqual(notReady(reason));
  expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
  expect(await create(gateway)).toContain('DATABASE_UNAVAILABLE');
  await end();
  await until('/readyz is ok again', async () => (await readyz(gateway)).code === 200);
  expect(await readyz(gateway)).toEqual(ready);
  expect(await create(gateway)).toContain('"userErrors":[]');
}

describe('A gateway whose database cannot write', () => {
  const { mount } = useMounts();
  const newPlace = usePlaces();

  (mayMount ? it : it.skip)('is not ready while the disk is full, and says so', async () => {
    const place = await newPlace();
    mount(place.dataDir, 'size=12m');
    const gateway = await place.start({ AWS_SANDBOX: 'on' });
    expect(await readyz(gateway)).toEqual(ready);
    const filler = join(place.dataDir, 'filler');
    const fill = () => {
      for (const bytes of [65_536, 4096])
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' });
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENOSPC' });
        }
    };
    fill();

    // The log of the database has some space left.
    await until('a change is refused', async () => (await create(gateway)).includes('DATABASE_UNAVAILABLE'));
    await expectNoticed(gateway, 'The disk is full.', () => rmSync(filler));
  });

  onMariaDb('is not ready while the server is read-only, and reports that', async () => {
    const server = await startPrivateMariaDb();
    const admin = await mysql.createConnection({ uri: server.url });
    try {
      const place = await Place.make('MariaDB', server.url);
      await admin.query("CREATE USER 'plain'@'127.0.0.1' IDENTIFIED BY 'plain'");
      await admin.query(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES, DROP ON *.* TO 'plain'@'127.0.0.1'",
      );
      const url = Object.assign(new URL(place.databaseUrl!), { username: 'plain', password: 'plain' });
      const gateway = await place.start({ DATABASE_URL: String(url), AWS_SANDBOX: 'on' });
      expect(await readyz(gateway)).toEqual(ready);
      await admin.query('SET GLOBAL read_only = 1');

      await expectNoticed(gateway, 'The database server is read-only.', () => admin.query('SET GLOBAL read_only = 0'));
      await place.remove();
    } finally {
      await admin.end();
      await server.stop();
    }
  });
});
