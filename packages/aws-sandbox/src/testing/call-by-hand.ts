import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { sandboxSecret } from '../accounts/access-key.js';

export const identityForm = 'Action=GetCallerIdentity&Version=2011-06-15';

export interface Call {
  method: string;
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body: string;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Signing {
  accessKeyId?: string;
  secret?: string;
  service?: string;
  region?: string;
  signedAt?: Date;
  body?: string;
  method?: string;
  /** Query string, sorted and encoded as the signature wants it. */
  query?: string;
  /** Signed too. */
  headers?: Record<string, string>;
  /** Leaves the host out of what is signed. */
  withoutHost?: boolean;
}

/**
 * Signature Version 4 written out from AWS's specification, on purpose without the library the sandbox verifies with:
 * a fault they shared would hide.
 */
export function sign(
  url: string,
  {
    accessKeyId = 'AKIASANDBOXWORKSA1U1',
    secret = sandboxSecret,
    service = 'sts',
    region = 'eu-west-1',
    signedAt = new Date(),
    method = 'POST',
    query = '',
    body = identityForm,
    headers: more = {},
    withoutHost = false,
  }: Signing = {},
): Call {
  const time = signedAt.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    host: new URL(url).host,
    'x-amz-date': time,
    ...more,
  };
  const names = Object.keys(headers)
    .filter((name) => !(withoutHost && name === 'host'))
    .sort();
  const signedHeaders = names.join(';');
  const canonicalHeaders = names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, ' ')}\n`).join('');
  const canonical = [method, '/', query, canonicalHeaders, signedHeaders, sha256(body)].join('\n');
  const stringToSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');

  const key = scope.split('/').reduce<string | Buffer>((secretSoFar, part) => hmac(secretSoFar, part), `AWS4${secret}`);
  const signature = hmac(key, stringToSign).toString('hex');
  return {
    method,
    target: query ? `/?${query}` : '/',
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    },
    body,
  };
}

export async function send(url: string, { method, target, headers, body }: Call): Promise<RawAnswer> {
  const length = headers['transfer-encoding'] ? {} : { 'content-length': Buffer.byteLength(body) };
  const outgoing = request(url, { method, path: target, headers: { ...length, ...headers } });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode!, headers: incoming.headers, body: await text(incoming) };
}

/** The code and the message of a refusal. */
export function refusalIn({ status, body }: RawAnswer): { status: number; code?: string; message?: string } {
  return {
    status,
    code: /<Code>(.*)<\/Code>/.exec(body)?.[1],
    message: /<Message>(.*)<\/Message>/.exec(body)?.[1],
  };
}

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
