import { spawn } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { inPlace, type GatewayProcess } from '../support/process.js';
import type { SoakOptions, SoakResult } from './soak.js';

/** Slow connections of each kind, all at once. */
const sizes = { short: 60, full: 1000 };

/** How fast they are opened, as far as the machine can: so many of each kind a second, of `count`. */
const opening = 1 / 3;
/** Of two kinds nearly all are open at once, or nothing was tried; the third is done with at once. */
const openedAtLeast = 1.8;
/** The last slow connection is closed so long after it was opened. In the short size other tests run beside it. */
const bars = { short: 90_000, full: 15_000 };
/** Between two requests of somebody who means no harm, and how long one may take. */
const probeEvery = 200;
const probeWithin = bars;

/** What `slowhttptest` does in its modes. None of them knows a key; who does is one of `readers`. */
const modes = (url: string): Record<string, string[]> => ({
  'slow headers': ['-H', '-u', `${url}/graphql`],
  'slow bodies': ['-B', '-t', 'POST', '-f', 'application/json', '-s', '8192', '-u', `${url}/graphql`],
  'slow reading': ['-X', '-k', '5', '-w', '1', '-y', '2', '-z', '1', '-u', `${url}/readyz`],
});

/**
 * Connections that send or read as slowly as they can (slowhttptest), and some that send nothing, or read nothing though
 * they have a key. All others are answered throughout, and each slow one is closed in time.
 */
export async function slow({ size, database, say }: SoakOptions): Promise<SoakResult> {
  return inPlace(database, async (place) => {
    const gateway = await place.start();
    const count = sizes[size];
    const bar = bars[size];
    const idle = await socketsOf(gateway);

    const probes = new Probes(gateway, probeWithin[size]);
    const rate = String(Math.ceil(count * opening));
    const attacks = Object.values(modes(gateway.url)).map((mode) =>
      attack(...mode, '-c', String(count), '-r', rate, '-i', '2', '-l', '60', '-p', '5'),
    );
    const readers = Array.from({ length: 3 }, () => readNothing(gateway));
    const silent = Array.from({ length: Math.ceil(count / 20) }, () => openOnly(gateway));
    // The probe is a connection, too, and one of them may be between two requests.
    const open = async () => (await socketsOf(gateway)) - idle - 2;
    let most = 0;
    let lastOpened = performance.now();
    let closedAfter = Infinity;
    const elapsed = () => performance.now() - lastOpened;
    while (closedAfter === Infinity && elapsed() < bar) {
      await wait(100);
      const now = await open();
      if (now > most) lastOpened = performance.now();
      most = Math.max(most, now);
      if (most >= openedAtLeast * count && now <= 0) closedAfter = elapsed();
      say(`${now} slow connections are open`);
    }
    for (const stop of attacks) await stop();
    for (const socket of [...readers, ...silent]) socket.destroy();
    const { answered, failed, p99 } = await probes.end();

    const { code } = await gateway.stop();
    const violations = [
      ...(failed > 0 ? [`${failed} of ${answered + failed} probes were not answered`] : []),
      ...(closedAfter === Infinity ? [`slow connections are open after ${bar} ms`] : []),
      ...(most < openedAtLeast * count ? [`only ${most} slow connections were open at once: nothing was tried`] : []),
      ...(code === 0 ? [] : [`the gateway ended with ${code}`]),
    ];
    const figures = {
      'slow connections of each kind': count,
      'open at once at most': most,
      'ms from the last one opened to the last one closed': Math.round(closedAfter),
      probes: answered + failed,
      'probes that failed': failed,
      'ms within which 99 of 100 probes were answered': p99,
    };
    return { figures, violations };
  });
}

/** @returns what ends it */
function attack(...args: string[]): () => Promise<void> {
  const process = spawn('slowhttptest', args, { stdio: 'ignore' });
  // Once all is open it looks as often as it can whether it is time to send again: only while nobody else has anything to do.
  if (process.pid) setPriority(process.pid, 10);
  const ended = new Promise<void>((resolve, reject) => process.once('close', () => resolve()).once('error', reject));
  return () => (process.kill('SIGKILL'), ended);
}

function openOnly({ url }: GatewayProcess): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

/** Asks for far more than the network holds on its way, and reads none of it. */
function readNothing(gateway: GatewayProcess): Socket {
  const fields = Array.from(
    { length: 30 },
    (_, i) => `f${i}: errorCatalog { code responsibleParty remediation retryable }`,
  );
  const body = JSON.stringify({ query: `{ ${fields.join(' ')} }` });
  const head = [
    'POST /graphql HTTP/1.1',
    'host: gateway',
    'content-type: application/json',
    `authorization: Bearer ${gateway.key}`,
    `content-length: ${body.length}`,
  ];
  const socket = openOnly(gateway).pause();
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`.repeat(20));
  return socket;
}

/** How many connections the process has, the one it listens on and those to its database and sandbox included. */
async function socketsOf({ process: { pid } }: GatewayProcess): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** Somebody who asks for little, again and again. */
class Probes {
  private readonly took: number[] = [];
  private failed = 0;
  private isOver = false;
  private readonly done: Promise<void>;

  /** @param within how long an answer may take, in milliseconds */
  constructor(
    private readonly gateway: GatewayProcess,
    private readonly within: number,
  ) {
    this.done = this.run();
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      const started = performance.now();
      const answer = await Promise.race([
        this.gateway.send('{ cloudAccounts { totalCount } }').catch(() => null),
        wait(this.within, null),
      ]);
      this.took.push(performance.now() - started);
      if (answer?.body?.data?.cloudAccounts?.totalCount !== 1) this.failed++;
      await wait(probeEvery);
    }
  }

  async end(): Promise<{ answered: number; failed: number; p99: number }> {
    this.isOver = true;
    await this.done;
    this.took.sort((a, b) => a - b);
    const p99 = Math.round(this.took[Math.floor(this.took.length * 0.99)]!);
    return { answered: this.took.length - this.failed, failed: this.failed, p99 };
  }
}
