import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface FakeServer {
  readonly url: string;
  /** Number of requests. */
  readonly hits: number;
  close(): Promise<void>;
}

/** Starts a server in place of AWS that answers with `answer`. */
export async function startFakeServer(
  answer: (response: ServerResponse, request: IncomingMessage) => unknown,
): Promise<FakeServer> {
  let hits = 0;
  const server = createServer((request, response) => {
    hits++;
    request.resume();
    answer(response, request);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get hits() {
      return hits;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with this status and body. */
export const text =
  (status: number, body: string, headers: Record<string, string> = { 'content-type': 'text/html' }) =>
  (response: ServerResponse) =>
    response.writeHead(status, headers).end(body);

/** Refuses in the format of AWS. */
export const refusal = (status: number, code: string, message: string) =>
  text(
    status,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    { 'content-type': 'text/xml' },
  );

/** Answers GetCallerIdentity in the format of AWS. */
export const identity = text(
  200,
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/gateway</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  { 'content-type': 'text/xml' },
);
