import { findAccessKey, sandboxSecret, type AccessKey } from './access-key.js';
import { invalidClientTokenId, missingAuthenticationToken, signatureDoesNotMatch } from './aws-errors.js';
import { type AwsRequest } from './request.js';
import { parseAuthorization, type CredentialScope } from './signature/authorization.js';
import { refuseUnlessCurrent, signingTimeOf } from './signature/signing-time.js';
import { signatureFits } from './signature/verify-signature.js';

/**
 * Proves that a call comes from whoever holds the key's secret, and that it was signed just now.
 *
 * The order of the checks is the order of AWS's refusals: an unknown key is told apart from a wrong secret, and a
 * wrong clock is told only to somebody who has the secret.
 */
export async function authenticate(
  request: AwsRequest,
  now: Date,
): Promise<{ key: AccessKey; scope: CredentialScope }> {
  const header = request.headers['authorization'];
  if (!header) throw missingAuthenticationToken();

  const authorization = parseAuthorization(header);
  const signedAt = signingTimeOf(request);

  const key = findAccessKey(authorization.accessKeyId);
  if (!key) throw invalidClientTokenId();

  const fits = !key.family.noSecretFits && (await signatureFits(request, authorization, signedAt, sandboxSecret));
  if (!fits) throw signatureDoesNotMatch();

  refuseUnlessCurrent(signedAt, now);
  return { key, scope: authorization.scope };
}
