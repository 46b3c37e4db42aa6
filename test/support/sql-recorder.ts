import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

const [comQuery, comPrepare] = [0x03, 0x16];

/** Prefix of statements that a test sends itself, and that are not recorded. */
export const ofTest = '/* test */ ';

/** Proxy to a MySQL or MariaDB server that records all SQL texts: statements, and prepared ones. */
export class SqlRecorder {
  /** Number of times that each text was sent. */
  readonly sent = new Map<string, number>();
  /** First text of each connection. */
  readonly firsts: string[] = [];
  /** Texts that are answered with a refusal. */
  refused = /^\b$/;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** @param url of the server */
  static async start(url: string): Promise<SqlRecorder> {
    const { hostname, port } = new URL(url);
    const server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        // prettier-ignore
        recorder.sockets.add(one);
        one.setNoDelay(true);
        one.on('error', () => undefined);
        one.on('close', () => {
          recorder.sockets.delete(one);
          other.destroy();
        });
      }
      let isFirst = true;
      const packets = new Packets((text) => {
        if (text.startsWith(ofTest)) return false;
        if (isFirst) recorder.firsts.push(text);
        isFirst = false;
        recorder.sent.set(text, (recorder.sent.get(text) ?? 0) + 1);
        return recorder.refused.test(text);
      });
      client.on('data', (bytes: Buffer) => {
        if (packets.take(bytes)) client.write(refusal);
        else upstream.write(bytes);
      });
      upstream.pipe(client);
    });
    const recorder = new SqlRecorder(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return recorder;
  }

  /** URL of the server through this proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.port = String((this.server.address() as AddressInfo).port);
    proxied.hostname = '127.0.0.1';
    return proxied.href;
  }

  /** Texts with a literal that is not in the SQL of the gateway. */
  suspicious(): { text: string; literals: string[] }[] {
    return [...this.sent.keys()].flatMap((text) => {
      const literals = foreignLiterals(text);
      return literals.length > 0 ? [{ text, literals }] : [];
    });
  }

  /** Number of sent statements, and of their texts. */
  get summary(): string {
    const total = [...this.sent.values()].reduce((sum, count) => sum + count, 0);
    return `SQL: ${total} statements of ${this.sent.size} texts, ${this.suspicious().length} texts with a literal that is not the gateway's own`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** Parses the client side of the protocol: https://mariadb.com/kb/en/0-packet/ */
class Packets {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly isRefused: (text: string) => boolean) {}

  /** Whether one of the commands in `bytes` is to be refused. */
  take(bytes: Buffer): boolean {
    this.rest = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    let isOneRefused = false;
    while (this.rest.length >= 4) {
      const length = this.rest.readUIntLE(0, 3);
      if (this.rest.length < 4 + length) break;
      const [sequence, command] = [this.rest[3], this.rest[4]];
      // A new command begins with sequence number 0. Packets of the handshake do not.
      if (sequence === 0 && (command === comQuery || command === comPrepare))
        isOneRefused ||= this.isRefused(this.rest.toString('utf8', 5, 4 + length));
      this.rest = this.rest.subarray(4 + length);
    }
    return isOneRefused;
  }
}

const fault = Buffer.from('\xff\xc7\x04#42000refused', 'latin1'); // 1223
const refusal = Buffer.concat([Buffer.from([fault.length, 0, 0, 1]), fault]);

/** Sources of the gateway, without tests. */
let sources: string | undefined;

function sourcesOfGateway(): string {
  const root = join(import.meta.dirname, '../..');
  return ['libs/*/src/**/*.ts', 'src/**/*.ts']
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !file.endsWith('.spec.ts') && !file.includes('/testing/'))
    .map((file) => readFileSync(join(root, file), 'utf8').replace(/\s+/g, ' '))
    .join('\n');
}

/** Literals of TypeORM, and of statements that the gateway composes of constants. */
const composed = [
  /\b(?:0=1|1 = [01])\b/g,
  /\bCOUNT\(1\)/g,
  /\bSELECT 1 AS `row_exists` FROM \(SELECT 1 AS dummy_column\)/g,
  /`name` varchar\(255\)/g,
  /^SET NAMES utf8mb4, SESSION sql_mode = '[A-Z_,]+'(?:, SESSION innodb_lock_wait_timeout = \d+)?$/g,
  /^ALTER TABLE cloud_account AUTO_INCREMENT = 1001$/g,
];

/** A quoted name, a text, a comment or its beginning, a backslash, or a number. */
const tokens = /`[^`]*`?|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|--|#|\/\*|\\|(?<![\w$.])\.?\d[\w.]*/g;

/**
 * Literals in a statement that the sources of the gateway do not contain after the same words: `status = 'ACTIVE'` is
 * in the sources, `name = 'ACTIVE'` is not. Each can be a value of a request.
 */
export function foreignLiterals(text: string): string[] {
  const own = (sources ??= sourcesOfGateway());
  const statement = composed.reduce((rest, constant) => rest.replace(constant, ''), text.replace(/\s+/g, ' ').trim());
  return [...statement.matchAll(tokens)].flatMap(({ 0: token, index }) => {
    if (/^`\w+`$/.test(token)) return [];
    if (!/^['\d]/.test(token)) return [token];
    const [before] = /(?:\S+ )?\S* ?$/.exec(statement.slice(0, index))!;
    // The sources contain the name of a column where TypeORM writes it with its table, in quotes.
    const words = before.replace(/`/g, '').replace(/^\(*(?:\w+\.)?/, '');
    return own.includes(words + token) ? [] : [token];
  });
}
