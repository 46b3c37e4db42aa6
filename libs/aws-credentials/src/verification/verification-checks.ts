import { causeOfDenial } from '../access-denial.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import type { VerificationCause, VerificationCheck, VerificationStep } from '../verification.js';

export function rejection(error: unknown): CredentialsRejected {
  if (error instanceof CredentialsRejected) return error;
  throw error;
}

export function check(
  step: VerificationStep,
  verdict: VerificationCheck['verdict'],
  cause: VerificationCause | null,
  message: string,
  more: Partial<VerificationCheck> = {},
): VerificationCheck {
  return {
    step,
    group: null,
    purpose: null,
    verdict,
    cause,
    message,
    remediation: null,
    missingActions: [],
    awsErrorCode: null,
    ...more,
  };
}

export const passed = (step: VerificationStep, message: string) => check(step, 'PASSED', null, message);
export const skipped = (step: VerificationStep) =>
  check(step, 'SKIPPED', 'PREVIOUS_STEP', 'Not checked, because a previous check did not pass.');
export const inconclusive = (step: VerificationStep, cause: VerificationCause, message: string, remediation: string) =>
  check(step, 'INCONCLUSIVE', cause, message, { remediation });
export const failed = (step: VerificationStep, cause: VerificationCause, refusal: CredentialsRejected) =>
  check(step, 'FAILED', cause, refusal.message, {
    remediation: refusal.remediation,
    awsErrorCode: refusal.awsErrorCode,
  });

/** Check that AWS refused, which says something about the credentials, or did not answer, which says nothing. */
export function unanswered(step: VerificationStep, refusal: CredentialsRejected, isNew: boolean): VerificationCheck {
  const cause = isNew && refusal.mayBePropagation ? 'PROPAGATION' : causeOf(refusal);
  const isOpen = unsaid.has(cause);
  return { ...failed(step, cause, refusal), verdict: isOpen ? 'INCONCLUSIVE' : 'FAILED' };
}

const unsaid = new Set<VerificationCause>([
  'THROTTLED',
  'UNREACHABLE',
  'CLOCK_SKEW',
  'UNEXPECTED_RESPONSE',
  'PROPAGATION',
  'GATEWAY_IDENTITY_MISSING',
  'VPC_ENDPOINT_POLICY',
]);

/** Cause that corresponds to a refusal of AWS. */
export function causeOf({ code, deniedBy }: CredentialsRejected): VerificationCause {
  switch (code) {
    case 'AWS_ACCESS_KEY_UNKNOWN':
      return 'ACCESS_KEY_UNKNOWN';
    case 'AWS_REGION_NOT_ENABLED':
    case 'AWS_STS_NOT_ACTIVE':
      return 'REGION_NOT_ENABLED';
    case 'AWS_ACCOUNT_NOT_ACTIVATED':
      return 'ACCOUNT_NOT_ACTIVATED';
    case 'AWS_ACCOUNT_UNEXPECTED':
      return 'ACCOUNT_UNEXPECTED';
    case 'AWS_SECRET_ACCESS_KEY_WRONG':
      return 'WRONG_SECRET';
    case 'AWS_CLOCK_SKEW':
      return 'CLOCK_SKEW';
    case 'AWS_THROTTLED':
      return 'THROTTLED';
    case 'AWS_UNREACHABLE':
      return 'UNREACHABLE';
    case 'AWS_RESPONSE_INVALID':
      return 'UNEXPECTED_RESPONSE';
    case 'AWS_ROLE_NOT_FOUND':
      return 'NO_SUCH_ENTITY';
    case 'SANDBOX_DISABLED':
      return 'SANDBOX_DISABLED';
    case 'GATEWAY_IDENTITY_MISSING':
      return 'GATEWAY_IDENTITY_MISSING';
    case 'AWS_ACCESS_ROLE_DENIED':
      return deniedBy === null || deniedBy === 'UNSPECIFIED' ? 'NOT_TRUSTED' : causeOfDenial(deniedBy);
    case 'AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID':
      return 'EXTERNAL_ID_NOT_REQUIRED';
    default:
      return deniedBy ? causeOfDenial(deniedBy) : 'REFUSED';
  }
}
