import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { defaultGatewayIdentity } from '../accounts/account.js';
import { adminOf, type SandboxAdmin } from '../admin.js';
import { cut, type Outcome } from '../protocol/answer.js';
import { apiOf } from '../apis.js';
import { AwsError, internalFailure } from '../protocol/aws-errors.js';
import { answerCall } from '../call.js';
import { SandboxState } from '../state/sandbox-state.js';
import { readRequest } from './read-request.js';

/** A small AWS: STS, IAM and EC2 behind one address, for the first run, the playground and the tests. */
export interface AwsSandbox {
  /** What an SDK client takes as its `endpoint`, for each of them. */
  readonly url: string;
  /** What tests set and see that no call of AWS's can. */
  readonly admin: SandboxAdmin;
  /** Ends every connection, calls still waiting for an answer included. */
  close(): Promise<void>;
}

export interface AwsSandboxOptions {
  /** 0, which is the default, is any free port. */
  readonly port?: number;
  /** Told what is wrong with the sandbox itself. */
  readonly onFault?: OnFault;
  /** What every waiting time of the sandbox is multiplied with: 0.01 makes a slow key answer a hundred times sooner. */
  readonly pace?: number;
  /**
   * How long after CreateAccessKey a key stays unknown, in milliseconds, whatever the pace; 0 when not said. At AWS it is
   * often ten seconds.
   */
  readonly propagationMs?: number;
  /** The ARN that access roles trust; the family GTWAY's example when not said. */
  readonly gatewayIdentity?: string;
  /** Where what stands in EC2 outlives the sandbox: a file of its own. */
  readonly ec2File?: string;
}

/** Reachable from this machine only. What was changed in it is gone when it is closed, but for EC2 with a file. */
export async function startAwsSandbox({
  port = 0,
  onFault = console.error,
  pace = 1,
  propagationMs = 0,
  gatewayIdentity = defaultGatewayIdentity,
  ec2File,
}: AwsSandboxOptions = {}): Promise<AwsSandbox> {
  const state = new SandboxState({ pace, propagationMs, gatewayIdentity, ec2File });
  const server = createServer(
    // How long a client may take to send its headers, and to send all; answering has no limit.
    { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 },
    (request, response) => void serve(request, response, state, onFault),
  );
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  let closed: Promise<unknown> | undefined;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    admin: adminOf(state),
    close: async () => {
      closed ??= once(server.close(), 'close');
      server.closeAllConnections();
      await closed;
    },
  };
}

type OnFault = (fault: unknown) => void;

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  state: SandboxState,
  onFault: OnFault,
): Promise<void> {
  const requestId = randomUUID();
  const outcome = await outcomeOf(incoming, requestId, state, onFault);
  if (outcome === cut) return void incoming.socket.destroy();

  // A client that has gone reads no answer; writing one to it does no harm.
  response
    .writeHead(outcome.status, { 'Content-Type': outcome.contentType, 'x-amzn-RequestId': requestId })
    .end(outcome.body);
}

async function outcomeOf(
  incoming: IncomingMessage,
  requestId: string,
  state: SandboxState,
  onFault: OnFault,
): Promise<Outcome> {
  try {
    return await answerCall(await readRequest(incoming), requestId, state);
  } catch (error) {
    // A client that went away in the middle of its request is no fault of ours.
    if (!(error instanceof AwsError) && incoming.complete) onFault(error);

    const { protocol, namespace } = apiOf();
    return protocol.refusal(namespace, error instanceof AwsError ? error : internalFailure(), requestId);
  }
}
