// The load generator, in a process of its own so that it has its own core. The benchmark sends it the requests of all
// workloads once, then one turn after the other.
import { changes } from './changes.js';
import { Connection } from './connection.js';
import type { Load, Message, Reply, Turn, Workload } from './protocol.js';

let workloads: Readonly<Record<string, Workload>> = {};

process.on('message', (message: Message) => {
  if ('workloads' in message) workloads = message.workloads;
  else
    run(message.turn).then(
      (load) => reply({ load }),
      (error: unknown) => reply({ error: String(error) }),
    );
});
process.on('disconnect', () => process.exit());

const reply = (message: Reply) => process.send!(message);

async function run({ url, workload, connections, seconds }: Turn): Promise<Load> {
  const latencies: number[] = [];
  let failures = 0;
  let sample: string | null = null;
  const note = (answer: string, milliseconds: number) => {
    latencies.push(milliseconds);
    if (isSuccess(answer)) return;
    failures++;
    sample ??= answer.slice(0, 500);
  };

  const open = Array.from({ length: connections }, () => new Connection(url, note));
  const begin = performance.now();
  const isOver = () => performance.now() - begin >= seconds * 1000;
  await Promise.all(open.map((connection) => sendUntil(isOver, connection, workloads[workload]!)));
  const duration = (performance.now() - begin) / 1000;
  await Promise.all(open.map((connection) => connection.close()));

  latencies.sort((a, b) => a - b);
  const percentile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return {
    ...{ answers: latencies.length, seconds: duration, failures, sample },
    ...{ p50: percentile(0.5), p99: percentile(0.99) },
  };
}

async function sendUntil(isOver: () => boolean, connection: Connection, workload: Workload): Promise<void> {
  if (workload.kind === 'requests') {
    const next = inTurn(workload.requests);
    while (!isOver()) await connection.send(next());
  } else {
    const next = inTurn(workload.accounts);
    while (!isOver()) {
      const { id, key } = next();
      const created = await connection.send({ key, body: changes.create(id) });
      await connection.send({ key, body: changes.delete(changes.idIn(created)) });
    }
  }
}

/** From a random place on, so that connections do not send the same at the same time. */
function inTurn<Item>(items: readonly Item[]): () => Item {
  let place = Math.floor(Math.random() * items.length);
  return () => items[place++ % items.length]!;
}

/** Data, no errors, no refusal. */
const isSuccess = (answer: string) =>
  answer.startsWith('{"data":{') && !answer.includes('"errors":[') && !/"userErrors":\[[^\]]/.test(answer);
