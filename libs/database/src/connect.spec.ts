import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { connectTo } from './connect.js';

/** Packet with which a server refuses a connection. */
function refusalPacket(code: number, message: string): Buffer {
  const text = Buffer.from(message);
  return Buffer.concat([Buffer.from([text.length + 3, 0, 0, 0, 0xff, code & 0xff, code >> 8]), text]);
}

/** Message for the operator when a server sends this greeting. */
async function toldOf(greet: (client: Socket) => unknown): Promise<string> {
  const server = createServer((client) => {
    client.on('error', () => undefined);
    greet(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await told(`127.0.0.1:${port}`);
  } finally {
    server.close();
  }
}

async function told(host: string): Promise<string> {
  const outcome = await connectTo(`mysql://gateway:pAssw0rd@${host}/shop`).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: 'DatabaseUnusable' });
  return (outcome as Error).message;
}

describe('a server that refuses the connection', () => {
  const answers: readonly (readonly [number, fault: string, remediation: string])[] = [
    [1045, 'it does not accept the user or the password', 'Correct the user and the password in DATABASE_URL'],
    [1044, 'the user has no access to the database', 'grant the user all privileges on it'],
    [1049, 'the database does not exist', 'Create it (CREATE DATABASE), or correct the database name in DATABASE_URL.'],
    [1130, 'it does not accept connections from this machine', 'Allow the user of DATABASE_URL to connect'],
    [1129, 'it blocks this machine', 'Run FLUSH HOSTS'],
    [1040, 'it has too many connections', 'Raise max_connections'],
    [1251, 'an authentication method that the gateway does not support', 'Set caching_sha2_password'],
    [3159, 'the server requires TLS', 'Add ?ssl=on to DATABASE_URL.'],
    [1105, 'the connection failed (ER_UNKNOWN_ERROR)', 'Check DATABASE_URL and the log of the server.'],
  ];
  it.each(answers)(
    'with code %d: the message has the setting, the fault and a remediation',
    async (code, fault, remediation) => {
      const message = await toldOf((client) => client.end(refusalPacket(code, 'refused for gateway')));

      expect(message).toMatch(
        /^The database server at 127\.0\.0\.1:\d+, set by DATABASE_URL, cannot be used: .+\. .+\.$/,
      );
      expect(message).toContain(fault);
      expect(message).toContain(remediation);
      expect(message).not.toMatch(/pAssw0rd|for gateway/);
    },
  );

  it.each<[string, (client: Socket) => unknown]>([
    ['closes it', (client) => client.end()],
    ['resets it', (client) => client.resetAndDestroy()],
  ])('or %s: the message has the setting, the fault and a remediation', async (_, greet) => {
    expect(await toldOf(greet)).toMatch(
      /set by DATABASE_URL, cannot be used: the server closed the connection\. Check that the host and port/,
    );
  });
});
