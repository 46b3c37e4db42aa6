import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface FakeServer {
  readonly url: string;
  /** How often it was asked. */
  readonly hits: number;
  close(): Promise<void>;
}

/** Something that listens where AWS should be, and answers however `answer` likes. */
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

/** Answers with the status, and the text as its body. */
export const text =
  (status: number, body: string, headers: Record<string, string> = { 'content-type': 'text/html' }) =>
  (response: ServerResponse) =>
    response.writeHead(status, headers).end(body);

/** Refuses as AWS does. */
export const refusal = (status: number, code: string, message: string) =>
  text(
    status,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
    { 'content-type': 'text/xml' },
  );

/** Says who the caller is, as AWS does. */
export const identity = text(
  200,
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/gateway</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  { 'content-type': 'text/xml' },
);
