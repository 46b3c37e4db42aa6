import { type IncomingMessage } from 'node:http';
import { bodyTooLarge } from '../protocol/aws-errors.js';
import { type AwsRequest } from '../protocol/request.js';

const bodyLimit = 256 * 1024;

export async function readRequest(incoming: IncomingMessage): Promise<AwsRequest> {
  const [path, query] = splitOnce(incoming.url ?? '/', '?');
  const headers = Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(',')]);

  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: await readBody(incoming),
  };
}

/** Reads even what it does not keep: a client still sending would see its connection break, and not the answer. */
async function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
  }
  if (size > bodyLimit) throw bodyTooLarge(bodyLimit);
  return Buffer.concat(chunks);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
