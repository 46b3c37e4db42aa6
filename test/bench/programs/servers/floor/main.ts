// The floor: the least work that gives the same answers. node:http and prepared statements, no GraphQL: an operation is
// known by its name, and its answer is written by hand.
import { createServer, type IncomingMessage } from 'node:http';
import { authenticate, Unauthenticated } from '../data/api-keys.js';
import { settings } from '../data/settings.js';
import { operations } from './operations.js';

createServer((request, response) => {
  answer(request).then(({ status, json }) => {
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(json),
    });
    response.end(json);
  }, console.error);
}).listen(settings.port, '127.0.0.1');

async function answer(request: IncomingMessage): Promise<{ status: number; json: string }> {
  try {
    const body = await bodyOf(request);
    const viewer = await authenticate(request.headers.authorization);
    const { operationName, variables } = JSON.parse(body) as { operationName: string; variables: { id: string } };
    const operation = operations[operationName];
    if (!operation) return failure(400, `Unknown operation ${operationName}`);
    return { status: 200, json: `{"data":{${await operation(viewer, variables)}}}` };
  } catch (error) {
    return failure(error instanceof Unauthenticated ? 401 : 500, String(error));
  }
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()));
    request.on('error', reject);
  });
}

const failure = (status: number, message: string) => ({ status, json: JSON.stringify({ errors: [{ message }] }) });
