import { CredentialsRejected } from '../aws-credentials.errors.js';

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

// Named by the SDK's own retry rules (aws-facts, measured against misbehaving servers).
const throttled =
  /^(Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|BandwidthLimit|RequestThrottled|PriorRequestNotComplete)/;
const clockSkew = /^Signature (expired|not yet current)|^RequestExpired/;

/**
 * What a failed question to AWS means, in our words. Anything unknown counts as AWS not being reached, never as wrong
 * credentials, unless AWS itself refused with a 4xx.
 */
export function failureOf(error: unknown, asking: 'identity' | 'role'): CredentialsRejected {
  if (error instanceof CredentialsRejected) return error;

  const { name = '', message = '', $metadata } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  // The SDK appends "Exception" to the codes its models know.
  const awsCode = status && /^[A-Za-z]{1,64}$/.test(name) ? name.replace(/Exception$/, '') : null;
  const rejected = (code: Code, text: string, part: CredentialsRejected['part']) =>
    new CredentialsRejected(code, text, part, awsCode, { cause: error });

  if (awsCode === 'InvalidClientTokenId') {
    return rejected('AWS_ACCESS_KEY_UNKNOWN', 'AWS does not know this access key.', 'accessKeyId');
  }
  if (awsCode === 'SignatureDoesNotMatch' || awsCode === 'RequestExpired') {
    // The SDK corrects a wrong clock by itself once; what is left looks like a wrong secret but for the message.
    return clockSkew.test(message) || awsCode === 'RequestExpired'
      ? rejected('AWS_CLOCK_SKEW', 'AWS refuses the time of our request.', null)
      : rejected('AWS_SECRET_WRONG', 'The secret does not belong to this access key.', 'secretAccessKey');
  }
  if (awsCode && (throttled.test(awsCode) || status === 429)) {
    return rejected('AWS_THROTTLED', 'AWS limits how often it may be asked.', null);
  }
  if (asking === 'role' && awsCode === 'NoSuchEntity') {
    return rejected('AWS_ROLE_NOT_FOUND', 'The AWS account has no role of that name.', 'consoleRoleName');
  }
  if (asking === 'role' && awsCode === 'AccessDenied') {
    return rejected(
      'AWS_ROLE_LOOKUP_DENIED',
      'The IAM user is not allowed to look at the console role.',
      'consoleRoleName',
    );
  }
  if (status && status >= 400 && status < 500) {
    return rejected('AWS_REFUSED', 'AWS refused the request.', 'accessKeyId');
  }
  return new CredentialsRejected('AWS_UNREACHABLE', 'AWS did not answer, or not as AWS answers.', null, null, {
    cause: error,
  });
}

type Code = ConstructorParameters<typeof CredentialsRejected>[0];
