import { findAccessKey, type AccessKey } from './accounts/access-key.js';
import {
  expiredToken,
  invalidClientTokenId,
  missingAuthenticationToken,
  signatureDoesNotMatch,
} from './protocol/aws-errors.js';
import { derivedSecret } from './accounts/derived-secret.js';
import { readSession, sessionKeyPrefix, type Session } from './accounts/session.js';
import { type AwsRequest } from './protocol/request.js';
import { parseAuthorization, type CredentialScope } from './signature/authorization.js';
import { refuseUnlessCurrent, signingTimeOf } from './signature/signing-time.js';
import { signatureFits } from './signature/verify-signature.js';
import { type SandboxState } from './state/sandbox-state.js';

/** What a call was signed with. */
export type Credentials =
  { readonly key: AccessKey; readonly session?: undefined } | { readonly key?: undefined; readonly session: Session };

/**
 * Proves that a call comes from whoever holds the key's secret, and that it was signed just now.
 *
 * The order of the checks is the order of AWS's refusals: an unknown key is told apart from a wrong secret, and a
 * wrong clock is told only to somebody who has the secret.
 */
export async function authenticate(
  request: AwsRequest,
  now: Date,
  { keys, sessionsEndedAt }: SandboxState,
): Promise<{ credentials: Credentials; scope: CredentialScope }> {
  const header = request.headers['authorization'];
  if (!header) throw missingAuthenticationToken();

  const authorization = parseAuthorization(header);
  const signedAt = signingTimeOf(request);

  const credentials = credentialsOf(authorization.accessKeyId, request.headers['x-amz-security-token']);
  if (!credentials) throw invalidClientTokenId();

  const { key, session } = credentials;
  // What is of no service here is refused in any case, soon.
  const { service: scoped } = authorization.scope;
  const service = scoped === 'iam' || scoped === 'ec2' ? scoped : 'sts';
  if (key && !keys.isTaken(key.id, service)) throw invalidClientTokenId();

  const secret = session ? derivedSecret(session.accessKeyId) : key.secret;
  const fits = !key?.family.noSecretFits && (await signatureFits(request, authorization, signedAt, secret));
  if (!fits) throw signatureDoesNotMatch();

  refuseUnlessCurrent(signedAt, now);
  if (session && (session.endsAt <= now.getTime() || session.beganAt < sessionsEndedAt)) throw expiredToken();
  return { credentials, scope: authorization.scope };
}

/** A session is nothing without its token, and a key is none with one. */
function credentialsOf(accessKeyId: string, token: string | undefined): Credentials | undefined {
  if (accessKeyId.startsWith(sessionKeyPrefix)) {
    const session = readSession(accessKeyId, token ?? '');
    return session && { session };
  }
  const key = token === undefined ? findAccessKey(accessKeyId) : undefined;
  return key && { key };
}
