import type { CredentialsRejected, Verification, VerificationCause, VerificationReport } from '#libs/aws-credentials';

/** What one check says of an account. */
export interface HealthFinding {
  /** UNKNOWN: AWS was not reached, or did not say. */
  readonly verdict: 'HEALTHY' | 'DEGRADED' | 'BROKEN' | 'UNKNOWN';
  /** Whether every permission was checked, and AWS answered. */
  readonly isFull: boolean;
  /** Whether permissions were checked, and some are neither known to be granted nor known to be missing. */
  readonly isUnverified: boolean;
  /** Whether the next check may get an answer that this one did not get, without a change in the AWS account. */
  readonly isPassing: boolean;
  /** Of the error catalogue: why it is not HEALTHY. */
  readonly codes: readonly string[];
  readonly report: VerificationReport | null;
}

type Code = CredentialsRejected['code'];

/** The key or the access role opens nothing any more, or the console role is gone: nothing can be built. */
const broken = new Set<Code>([
  'AWS_ACCESS_KEY_UNKNOWN',
  'AWS_SECRET_ACCESS_KEY_WRONG',
  'AWS_REGION_NOT_ENABLED',
  'AWS_STS_NOT_ACTIVE',
  'AWS_ACCOUNT_NOT_ACTIVATED',
  'AWS_TEMPORARY_ACCESS_KEY',
  'AWS_ROOT_ACCESS_KEY',
  'AWS_NOT_IAM_USER',
  'AWS_ACCESS_ROLE_DENIED',
  'AWS_ROLE_NOT_FOUND',
]);

/** Nobody could ask AWS, or AWS did not say. */
const unknown = new Set<Code>([
  'AWS_THROTTLED',
  'AWS_UNREACHABLE',
  'AWS_CLOCK_SKEW',
  'AWS_RESPONSE_INVALID',
  'GATEWAY_IDENTITY_MISSING',
  'SANDBOX_DISABLED',
]);

/** The causes of an inconclusive check that the next check may not have. */
const passing: Readonly<Record<string, Code>> = {
  THROTTLED: 'AWS_THROTTLED',
  UNREACHABLE: 'AWS_UNREACHABLE',
  CLOCK_SKEW: 'AWS_CLOCK_SKEW',
  UNEXPECTED_RESPONSE: 'AWS_RESPONSE_INVALID',
};

/** The causes with which AWS did answer, but left the verdict open. */
const answered = new Set<VerificationCause>(['KEY_POLICY', 'SCP', 'CONDITION_UNKNOWN']);

/** What a verification says of the health of its account. */
export function findingOf({ report, refusal, permissions: status }: Verification): HealthFinding {
  const permissions = report.checks.filter(({ step }) => step === 'PERMISSIONS');
  const missing = status === 'MISSING' ? (['MISSING_PERMISSIONS'] as const) : [];
  const of = { isUnverified: false, isPassing: false, report };
  if (refusal) {
    const isUnknown = unknown.has(refusal.code) || refusal.deniedBy === 'VPC_ENDPOINT_POLICY';
    const verdict = broken.has(refusal.code) ? 'BROKEN' : isUnknown ? 'UNKNOWN' : 'DEGRADED';
    const codes = [refusal.code, ...missing];
    return { ...of, verdict, isFull: permissions.length > 0 && verdict !== 'UNKNOWN', codes };
  }
  if (status === 'MISSING') return { ...of, verdict: 'DEGRADED', isFull: true, codes: missing };
  if (permissions.length === 0 || status === 'COMPLETE')
    return { ...of, verdict: 'HEALTHY', isFull: permissions.length > 0, codes: [] };

  const open = permissions.flatMap(({ verdict, cause }) => (verdict === 'INCONCLUSIVE' && cause ? [cause] : []));
  const codes = new Set(open.flatMap((cause) => passing[cause] ?? []));
  return {
    ...{ verdict: 'HEALTHY', isUnverified: true, report },
    isFull: open.every((cause) => answered.has(cause)),
    isPassing: codes.size > 0,
    codes: ['PERMISSIONS_UNVERIFIED', ...codes],
  };
}

/** A check that came to no end. */
export const noAnswer: HealthFinding = {
  verdict: 'UNKNOWN',
  isFull: false,
  isUnverified: false,
  isPassing: true,
  codes: ['AWS_UNREACHABLE'],
  report: null,
};
