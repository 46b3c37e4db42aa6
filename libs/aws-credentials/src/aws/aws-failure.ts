import type { AwsService } from './aws-endpoints.js';
import { becauseOf, denierIn, type AwsDenier } from '../access-denial.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';

interface SdkError {
  /** Error code of AWS. The answer of a proxy has none, although the SDK gives the error a name. */
  readonly Code?: unknown;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

// Names from the retry rules of the SDK.
const throttled =
  /^(Throttl|EC2Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|BandwidthLimit|RequestThrottled|PriorRequestNotComplete)/;
const denied = /^(AccessDenied(Exception)?|UnauthorizedOperation)$/;
const clockSkew = /^Signature (expired|not yet current)/;

/** Action of a call, in the notation of IAM. */
export type AwsAction = `${AwsService}:${string}`;

/**
 * Maps a failed call to an error. Only an error code of AWS is a refusal by AWS. An answer without one did not come
 * from AWS. A server error or no answer means that AWS could not be reached.
 */
export function failureOf(error: unknown, action: AwsAction): CredentialsRejected {
  if (error instanceof CredentialsRejected) return error;

  const { Code, message = '', $metadata } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const awsCode = typeof Code === 'string' && /^[A-Za-z0-9]{1,64}$/.test(Code) ? Code : null;
  const rejected = (code: Code, text: string, part: CredentialsRejected['part'], denier: AwsDenier | null = null) =>
    new CredentialsRejected(code, text, part, awsCode, { cause: error }, denier);

  // EC2 returns the same code for a wrong secret (EC2 API reference, error codes).
  if (awsCode === 'InvalidClientTokenId' || awsCode === 'AuthFailure') {
    return rejected('AWS_ACCESS_KEY_UNKNOWN', 'AWS does not recognize this access key.', 'accessKeyId');
  }
  if (awsCode === 'RegionDisabledException') {
    return rejected('AWS_STS_NOT_ACTIVE', 'STS is not active for this region in the AWS account.', null);
  }
  if (awsCode === 'OptInRequired') {
    return rejected('AWS_ACCOUNT_NOT_ACTIVATED', 'The AWS account is not allowed to use this service yet.', null);
  }
  if (awsCode === 'SignatureDoesNotMatch' || awsCode === 'RequestExpired') {
    // The SDK corrects a wrong clock once. Otherwise, only the message distinguishes this from a wrong secret.
    return clockSkew.test(message) || awsCode === 'RequestExpired'
      ? rejected('AWS_CLOCK_SKEW', 'AWS rejects the time of the request.', null)
      : rejected(
          'AWS_SECRET_ACCESS_KEY_WRONG',
          'The secret access key does not match this access key.',
          'secretAccessKey',
        );
  }
  if (status === 429 || (awsCode && throttled.test(awsCode))) {
    return rejected('AWS_THROTTLED', 'AWS limits the request rate.', null);
  }
  if (action === 'iam:GetRole' && awsCode === 'NoSuchEntity') {
    return rejected('AWS_ROLE_NOT_FOUND', 'The AWS account has no role with this name.', 'consoleRoleName');
  }
  if (awsCode && denied.test(awsCode)) {
    const denier = denierIn(message);
    const text = `AWS does not allow ${action}: ${becauseOf(denier)}.`;
    return action === 'iam:GetRole'
      ? rejected('AWS_ROLE_LOOKUP_DENIED', text, 'consoleRoleName', denier)
      : rejected('AWS_ACTION_DENIED', text, null, denier);
  }
  if (status && status < 500) {
    return awsCode ? rejected('AWS_REFUSED', 'AWS refused the request.', 'accessKeyId') : unusable({ cause: error });
  }
  return new CredentialsRejected(
    'AWS_UNREACHABLE',
    'AWS could not be reached, or returned a server error.',
    null,
    null,
    {
      cause: error,
    },
  );
}

/**
 * The SDK treats the page of a captive portal as a success. An answer without the expected data did not come from AWS.
 */
export function unusable(options?: ErrorOptions): CredentialsRejected {
  return new CredentialsRejected(
    'AWS_RESPONSE_INVALID',
    'The answer is not in a format that AWS uses.',
    null,
    null,
    options,
  );
}

type Code = ConstructorParameters<typeof CredentialsRejected>[0];
