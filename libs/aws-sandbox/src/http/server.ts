import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { refusal, type Answer } from '../answer.js';
import { apiOf } from '../apis.js';
import { AwsError, internalFailure } from '../aws-errors.js';
import { answerCall } from '../call.js';
import { readRequest } from './read-request.js';

/** A small AWS: STS and IAM behind one address, for the first run, the playground and the tests. */
export interface AwsSandbox {
  /** What an SDK client takes as its `endpoint`, for STS and for IAM. */
  readonly url: string;
  /** Ends every connection, calls still waiting for an answer included. */
  close(): Promise<void>;
}

/** Reachable from this machine only. Port 0 is any free port. */
export async function startAwsSandbox({
  port = 0,
  onFault = console.error,
}: { port?: number; onFault?: OnFault } = {}): Promise<AwsSandbox> {
  const server = createServer(
    // How long a client may take to send its headers, and to send all; answering has no limit.
    { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 },
    (request, response) => void serve(request, response, onFault),
  );
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  let closed: Promise<unknown> | undefined;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      closed ??= once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}

type OnFault = (fault: unknown) => void;

async function serve(incoming: IncomingMessage, response: ServerResponse, onFault: OnFault): Promise<void> {
  const requestId = randomUUID();
  const answer = await answerTo(incoming, requestId, onFault);
  // A client that has gone reads no answer; writing one to it does no harm.
  response
    .writeHead(answer.status, { 'Content-Type': answer.contentType, 'x-amzn-RequestId': requestId })
    .end(answer.body);
}

async function answerTo(incoming: IncomingMessage, requestId: string, onFault: OnFault): Promise<Answer> {
  try {
    return await answerCall(await readRequest(incoming), requestId);
  } catch (error) {
    // A client that went away in the middle of its request is no fault of ours.
    if (!(error instanceof AwsError) && incoming.complete) onFault(error);

    return refusal(apiOf().namespace, error instanceof AwsError ? error : internalFailure(), requestId);
  }
}
