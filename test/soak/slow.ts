import { spawn } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { inPlace, type GatewayProcess } from '../support/process.js';
import type { SoakOptions, SoakResult } from './soak.js';

/** Number of slow connections of each kind. */
const sizes = { short: 60, full: 1000 };

/** Part of `count` that is opened per second and kind, if the machine is fast enough. */
const opening = 1 / 3;
/**
 * Nearly all connections of two kinds are open at once, otherwise nothing was tested. The third kind ends immediately.
 */
const openedAtLeast = 1.8;
/** Maximum time until the last slow connection is closed. In the short size, other tests run at the same time. */
const bars = { short: 90_000, full: 15_000 };
/** Interval between two requests of a well-behaved client, and maximum time for one. */
const probeEvery = 200;
const probeWithin = bars;

/** Modes of `slowhttptest`. None has an API key; `readers` have one. */
const modes = (url: string): Record<string, string[]> => ({
  'slow headers': ['-H', '-u', `${url}/graphql`],
  'slow bodies': ['-B', '-t', 'POST', '-f', 'application/json', '-s', '8192', '-u', `${url}/graphql`],
  'slow reading': ['-X', '-k', '5', '-w', '1', '-y', '2', '-z', '1', '-u', `${url}/readyz`],
});

/**
 * Connections that send or read as slowly as possible (slowhttptest), and some that send nothing, or read nothing
 * although they have an API key. All other requests are answered, and each slow connection is closed in time.
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
    // The probe is a connection as well, and can be between two requests.
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

/** @returns function that ends it */
function attack(...args: string[]): () => Promise<void> {
  const process = spawn('slowhttptest', args, { stdio: 'ignore' });
  // After all are open, it polls as often as it can: run it with the lowest priority.
  if (process.pid) setPriority(process.pid, 10);
  const ended = new Promise<void>((resolve, reject) => process.once('close', () => resolve()).once('error', reject));
  return () => (process.kill('SIGKILL'), ended);
}

function openOnly({ url }: GatewayProcess): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

/** Requests far more than network buffers hold, and reads nothing. */
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

/** Number of connections of the process, including its listening socket and those to its database and sandbox. */
async function socketsOf({ process: { pid } }: GatewayProcess): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}

/** Client with small, repeated requests. */
class Probes {
  private readonly took: number[] = [];
  private failed = 0;
  private isOver = false;
  private readonly done: Promise<void>;

  /** @param within maximum time for a response, in milliseconds */
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
