import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionOptions } from '#libs/database';
import mysql from 'mysql2/promise';
import { readConfig } from '../../src/config.js';
import { TestAuthority } from '../support/certificates.js';
import { hasServer } from '../support/places.js';
import { startPrivateMariaDb, type PrivateMariaDb } from '../support/private-mariadb.js';
import { Place } from '../support/process.js';

// Without a server there is nothing to connect to; the summary says so.
(hasServer ? describe : describe.skip)('TLS to the database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') };
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let server: PrivateMariaDb;
  let plain: PrivateMariaDb;
  let place: Place;

  beforeAll(async () => {
    authority = new TestAuthority(folder, 'authority');
    stranger = new TestAuthority(folder, 'stranger');
    authority.issue('localhost', 7, files);
    [server, plain] = await Promise.all([
      startPrivateMariaDb([`--ssl-cert=${files.certificate}`, `--ssl-key=${files.key}`, `--ssl-ca=${authority.file}`]),
      startPrivateMariaDb(),
    ]);
    place = await Place.make('MariaDB', server.url);
    await onServer("CREATE USER 'secure'@'127.0.0.1' IDENTIFIED BY 'pAssw0rd' REQUIRE SSL");
    await onServer("GRANT ALL ON *.* TO 'secure'@'127.0.0.1'");
  });
  afterAll(async () => {
    await place.remove();
    await Promise.all([server.stop(), plain.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const onServer = async (statement: string) => {
    const connection = await mysql.createConnection({ uri: server.url });
    await connection.query(statement);
    await connection.end();
  };
  const present = async (host: string, days: number) => {
    authority.issue(host, days, files);
    await onServer('FLUSH SSL');
  };

  const url = (parameters: string, { host = 'localhost', of = server } = {}) => {
    const { port } = new URL(of.url);
    return `mysql://secure:pAssw0rd@${host}:${port}${new URL(place.databaseUrl!).pathname}${parameters}`;
  };
  const refusal = async (given: string) => {
    const outcome = await connectionOptions({ url: given }).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ name: 'DatabaseUnusable' });
    const { message } = outcome as Error;
    expect(message).not.toContain('pAssw0rd');
    return message;
  };

  it.each([
    ['ca in the URL', () => ({ DATABASE_URL: url(`?ssl=on&ca=${authority.file}`) })],
    ['DATABASE_CA_FILE', () => ({ DATABASE_URL: url(''), DATABASE_CA_FILE: authority.file })],
    ['no verification', () => ({ DATABASE_URL: url('?ssl=unverified') })],
  ])('works for a gateway with %s', async (_, env) => {
    await present('localhost', 7);
    const gateway = await place.start(env());

    expect((await gateway.ask('{ viewer { role } }')).viewer.role).toBe('OWNER');
    const [{ n }] = await place.rows("SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = 'secure'");
    expect(Number(n)).toBeGreaterThan(0);
    await gateway.stop();
  });

  it('is refused for an unknown authority, and its file is the first remediation', async () => {
    await present('localhost', 7);

    const message = await refusal(url('?ssl=on'));

    expect(message).toContain('is not from a known authority. Specify the PEM file of your own authority: ?ssl=on&ca=');
    expect(message).toContain('DATABASE_CA_FILE');
    expect(message.indexOf('ca=')).toBeLessThan(message.indexOf('unverified'));
  });

  it('is refused for another authority than the one in the file', async () => {
    await present('localhost', 7);

    expect(await refusal(url(`?ssl=on&ca=${stranger.file}`))).toContain('its authority is not in the file');
  });

  it('is refused for a certificate that has expired', async () => {
    await present('localhost', -1);

    expect(await refusal(url(`?ssl=on&ca=${authority.file}`))).toContain('it has expired');
  });

  it('is refused for a certificate of another host', async () => {
    await present('db.example', 7);

    expect(await refusal(url(`?ssl=on&ca=${authority.file}`))).toContain('it is not valid for this host name');
  });

  it('is refused by a server without TLS', async () => {
    expect(await refusal(url(`?ssl=on&ca=${authority.file}`, { of: plain }))).toContain(
      'the server does not support TLS',
    );
  });

  it('is the remediation for a user who cannot connect without it', async () => {
    expect(await refusal(url('', { host: '127.0.0.1' }))).toMatch(/REQUIRE SSL.*add \?ssl=on/);
  });

  it.each([
    ['does not exist', () => join(folder, 'none.pem'), 'does not exist'],
    ['is a folder', () => folder, 'cannot be read (EISDIR)'],
    ['is no PEM file', () => file('text.pem', 'no certificate'), 'is not a PEM file with certificates'],
    ['is a key', () => files.key, 'is not a PEM file with certificates'],
    [
      'has a broken certificate',
      () => file('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      'is not a PEM file with certificates',
    ],
  ])('is refused with a file of authorities that %s', async (_, path, said) => {
    expect(await refusal(url(`?ssl=on&ca=${path()}`))).toContain(said);
  });

  it('requires a host name, and one file of authorities', () => {
    const faults = (env: NodeJS.ProcessEnv) => {
      try {
        readConfig(env);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(faults({ DATABASE_URL: url('?ssl=on', { host: '127.0.0.1' }) })).toContain('must have a host name');
    expect(faults({ DATABASE_URL: url('?ca=/a.pem'), DATABASE_CA_FILE: '/b.pem' })).toContain('are both set');
    expect(faults({ DATABASE_URL: url('?ssl=unverified'), DATABASE_CA_FILE: '/b.pem' })).toContain('ssl=unverified');
  });

  const file = (name: string, contents: string) => {
    const path = join(folder, name);
    writeFileSync(path, contents);
    chmodSync(path, 0o600);
    return path;
  };
});
