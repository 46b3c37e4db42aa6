import { isDeepStrictEqual } from 'node:util';
import { bodyOf, documents, type DocumentName } from './documents.js';
import { changes } from './programs/load/changes.js';
import { post, type ServerProcess } from './server-process.js';
import type { Sample, World } from './world.js';

/**
 * Fails unless all servers on a database return the same responses, write the same rows, and isolate tenants. Otherwise
 * the measurement would compare different work.
 *
 * @throws Error with the first difference
 */
export async function refuseDifferences(servers: readonly ServerProcess[], world: World): Promise<void> {
  const [first, ...others] = servers;
  if (!first) return;
  const reads = readsOf(world);
  for (const read of reads) {
    const expected = withoutCost(await post(first.url, read));
    for (const other of others)
      refuseDifference(first, other, read.body, expected, withoutCost(await post(other.url, read)));
  }

  const writes = await writesOf(first, world);
  for (const other of others) refuseDifference(first, other, 'W3', writes, await writesOf(other, world));

  for (const server of servers) {
    const answer = await post(server.url, { ...reads[0]!, key: altered(reads[0]!.key) });
    if (answer.includes('"data":{')) throw new Error(`${server.server.name} accepts a wrong API key.`);
  }
}

/** The gateway adds `extensions.cost` to its responses. */
function withoutCost(answer: string): unknown {
  const { extensions: _, ...rest } = JSON.parse(answer) as Record<string, unknown>;
  return rest;
}

/** Every document for three tenants, and one tenant that requests an account of another. */
function readsOf({ readers }: World) {
  const [one, two] = readers as [Sample, Sample];
  const samples = [one, two, readers.at(-1)!, { ...one, accountId: two.accountId, subscriptionId: two.subscriptionId }];
  const names = Object.keys(documents) as DocumentName[];
  return samples.flatMap((sample) => names.map((name) => ({ key: sample.key, body: bodyOf(name, sample) })));
}

/** Responses to W3, and everything that it wrote. IDs and times, which differ each time, are replaced. */
async function writesOf({ url }: ServerProcess, { place, writers }: World): Promise<object> {
  const { key, accountId } = writers[0]!;
  const created = await post(url, { key, body: changes.create(accountId) });
  const globalId = changes.idIn(created);
  const id = Number(Buffer.from(globalId, 'base64url').toString().split(':')[1]);
  const rows = async () => ({
    subscription: await place.rows('SELECT * FROM subscription WHERE id = ?', [id]),
    work: await place.rows('SELECT * FROM provisioning_work WHERE subscription_id = ?', [id]),
    events: await place.rows(
      "SELECT * FROM event WHERE subject_type = 'CloudSubscription' AND subject_id = ? ORDER BY sequence",
      [id],
    ),
  });
  const afterCreation = await rows();
  const deleted = await post(url, { key, body: changes.delete(globalId) });
  const all = {
    created: withoutCost(created),
    afterCreation,
    deleted: withoutCost(deleted),
    afterDeletion: await rows(),
  };
  return JSON.parse(JSON.stringify(all, (name, value: unknown) => neutral(name, value, globalId))) as object;
}

function neutral(name: string, value: unknown, globalId: string): unknown {
  if (['id', 'subscription_id', 'subject_id'].includes(name))
    return value === globalId ? 'the subscription' : typeof value;
  if (name.endsWith('_at')) return value === null ? null : 'a moment';
  return value;
}

function refuseDifference(
  expecting: ServerProcess,
  answering: ServerProcess,
  request: string,
  expected: unknown,
  answer: unknown,
): void {
  if (isDeepStrictEqual(expected, answer)) return;
  const [one, other] = [expecting.server.name, answering.server.name];
  throw new Error(
    `The answers of ${one} and ${other} differ.\n${request}\n${one}: ${JSON.stringify(expected)}\n${other}: ${JSON.stringify(answer)}`,
  );
}

/** Another API key of the correct format: only the checksum (the last six characters) and the hash are wrong. */
const altered = (key: string) => key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21);
