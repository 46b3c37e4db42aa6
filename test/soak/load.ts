import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** One request of a load, and its answer. */
export interface Shot {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
  readonly ms: number;
}

/** Connections to a gateway. An answer that does not come counts as status 0. */
export class Load {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity });

  constructor(private readonly url: string) {}

  send(key: string, query: string): Promise<Shot> {
    const started = performance.now();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    return this.shot(started, '/graphql', 'POST', headers, JSON.stringify({ query }));
  }

  livez(): Promise<Shot> {
    return this.shot(performance.now(), '/livez', 'GET', {});
  }

  close(): void {
    this.agent.destroy();
  }

  private shot(
    started: number,
    path: string,
    method: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Shot> {
    return new Promise((resolve) => {
      const end = (status: number, retryAfter: string | undefined, text: string) =>
        resolve({ status, retryAfter, text, ms: performance.now() - started });
      request(new URL(path, this.url), { method, headers, agent: this.agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => end(response.statusCode!, response.headers['retry-after'], text));
        response.on('error', () => end(0, undefined, ''));
      })
        .on('error', () => end(0, undefined, ''))
        .end(body);
    });
  }
}

/** Sends again and again for so many seconds, on so many connections: the next request after the answer to the last one. */
export async function inLoops(seconds: number, connections: number, send: (connection: number) => Promise<Shot>) {
  const shots: Shot[] = [];
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      while (performance.now() < end) shots.push(await send(connection));
    }),
  );
  return shots;
}

/** Sends so many requests a second, whether or not they are answered; at most `mostOpen` wait for their answer. */
export async function atRate(seconds: number, rate: number, mostOpen: number, send: () => Promise<Shot>) {
  const shots: Shot[] = [];
  const started = performance.now();
  let [sent, open] = [0, 0];
  const pending = new Set<Promise<void>>();
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    for (; sent < due && open < mostOpen; sent++) {
      open++;
      const one: Promise<void> = send().then((shot) => {
        shots.push(shot);
        open--;
        pending.delete(one);
      });
      pending.add(one);
    }
    sent = Math.max(sent, due); // what could not be sent in time is not sent later
    await wait(1);
  }
  await Promise.all(pending);
  return shots;
}

export function percentile(shots: readonly Shot[], share: number): number {
  const sorted = shots.map(({ ms }) => ms).sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}
