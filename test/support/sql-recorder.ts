import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

const [comQuery, comPrepare] = [0x03, 0x16];

/** At the beginning of a statement that a test sends itself, and that is not recorded. */
export const ofTest = '/* test */ ';

/** A proxy to a MySQL or MariaDB server that records each text that goes to the server: statements, and what is prepared. */
export class SqlRecorder {
  /** How often each text was sent. */
  readonly sent = new Map<string, number>();
  /** The first text of each connection that sent one. */
  readonly firsts: string[] = [];
  /** Texts that the server must appear to refuse. */
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

  /** The URL of the server through this proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.port = String((this.server.address() as AddressInfo).port);
    proxied.hostname = '127.0.0.1';
    return proxied.href;
  }

  /** The texts with a literal that is not in the gateway's own SQL. */
  suspicious(): { text: string; literals: string[] }[] {
    return [...this.sent.keys()].flatMap((text) => {
      const literals = foreignLiterals(text);
      return literals.length > 0 ? [{ text, literals }] : [];
    });
  }

  /** How many statements were sent, and of how many texts. */
  get summary(): string {
    const total = [...this.sent.values()].reduce((sum, count) => sum + count, 0);
    const suspicious = this.suspicious();
    return `SQL: ${total} statements of ${this.sent.size} texts, ${suspicious.length} texts with a literal that is not the gateway's own`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** Reads the client's half of the protocol: https://mariadb.com/kb/en/0-packet/ */
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
      // A new command begins at 0; what belongs to the handshake does not.
      if (sequence === 0 && (command === comQuery || command === comPrepare))
        isOneRefused ||= this.isRefused(this.rest.toString('utf8', 5, 4 + length));
      this.rest = this.rest.subarray(4 + length);
    }
    return isOneRefused;
  }
}

const fault = Buffer.from('\xff\xc7\x04#42000refused', 'latin1'); // 1223
const refusal = Buffer.concat([Buffer.from([fault.length, 0, 0, 1]), fault]);

/** The texts between single quotes in the gateway's sources: migrations and statements, and more. */
const ownTexts = new Set(
  ['libs/*/src/**/*.ts', 'src/**/*.ts']
    .flatMap((pattern) => globSync(pattern, { cwd: join(import.meta.dirname, '../..') }))
    .filter((file) => !file.endsWith('.spec.ts') && !file.includes('/testing/'))
    .flatMap((file) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8').match(/'[^'\\\n]*'/g) ?? []),
);

/** Numbers in the gateway's statements and in TypeORM's. */
const ownNumbers = new Set(['0', '1', '5', '60']);

/** Statements that change tables hold constants only; TypeORM asks for a table by the name of the operator's database. */
const isOfMigrations = (text: string) =>
  /^\s*(CREATE|ALTER|DROP) (TABLE|UNIQUE INDEX|INDEX)\b/.test(text) || text.includes('`INFORMATION_SCHEMA`');

/** The literals in a statement that are not in the gateway's own SQL: each can be a value of a request. */
export function foreignLiterals(text: string): string[] {
  const withoutNames = text.replace(/`[^`]*`/g, '`');
  const texts = withoutNames.match(/'[^']*'?|"[^"]*"?/g) ?? [];
  const numbers = withoutNames.replace(/'[^']*'?|"[^"]*"?/g, '').match(/(?<![\w$.])\d[\w.]*/g) ?? [];
  return [
    ...texts.filter((literal) => !ownTexts.has(literal) && !(isOfMigrations(text) && !literal.includes('"'))),
    ...numbers.filter((number) => !ownNumbers.has(number) && !isOfMigrations(text)),
  ];
}
