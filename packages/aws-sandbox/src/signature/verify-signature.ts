import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsRequest } from '../protocol/request.js';
import { parseAuthorization, type Authorization } from './authorization.js';

/** Signs the call again as it arrived, with the secret it should have been signed with, and compares. */
export async function signatureFits(
  request: AwsRequest,
  { accessKeyId, scope, signedHeaders, signature }: Authorization,
  signedAt: Date,
  secretAccessKey: string,
): Promise<boolean> {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => signedHeaders.includes(name)));

  // Without its host a signature would be good for any server.
  if (headers['host'] === undefined) return false;

  // The signer takes the body's hash from this header when it is there, so it has to be true.
  const declaredHash = headers['x-amz-content-sha256'];
  if (declaredHash !== undefined && declaredHash !== sha256(request.body)) return false;

  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region: scope.region,
    service: scope.service,
    sha256: Sha256,
    // Adds no header the client did not send.
    applyChecksum: false,
  });
  const signedAgain = await signer.sign(
    new HttpRequest({
      method: request.method,
      path: request.path,
      query: grouped(request.query),
      headers,
      body: request.body,
    }),
    // Some clients sign headers, such as user-agent, that this signer leaves out when it is not told.
    { signingDate: signedAt, signableHeaders: new Set(signedHeaders) },
  );
  const expected = parseAuthorization(signedAgain.headers['authorization']!);

  return expected.scope.date === scope.date && equal(expected.signature, signature);
}

function grouped(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Takes the same time wherever the two differ. */
function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
