import type { CredentialsRejected, Verification, VerificationCause, VerificationReport } from '#libs/aws-credentials';

/** Result of one check. */
export interface HealthFinding {
  /** UNKNOWN: AWS was not reached, or did not answer. */
  readonly verdict: 'HEALTHY' | 'DEGRADED' | 'BROKEN' | 'UNKNOWN';
  /** Whether every permission was checked and AWS answered. */
  readonly isFull: boolean;
  /** Whether permissions were checked and the result for some of them is unknown. */
  readonly isUnverified: boolean;
  /** Whether the next check can get an answer without a change in the AWS account. */
  readonly isPassing: boolean;
  /** Error codes of the catalogue that explain the state. */
  readonly codes: readonly string[];
  readonly report: VerificationReport | null;
}

type Code = CredentialsRejected['code'];

/** The credentials no longer work, or the console role does not exist. Nothing can be built. */
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

/** AWS was not reached, or did not answer. */
const unknown = new Set<Code>([
  'AWS_THROTTLED',
  'AWS_UNREACHABLE',
  'AWS_CLOCK_SKEW',
  'AWS_RESPONSE_INVALID',
  'GATEWAY_IDENTITY_MISSING',
  'SANDBOX_DISABLED',
]);

/** Causes of inconclusive checks that can be temporary. */
const passing: Readonly<Record<string, Code>> = {
  THROTTLED: 'AWS_THROTTLED',
  UNREACHABLE: 'AWS_UNREACHABLE',
  CLOCK_SKEW: 'AWS_CLOCK_SKEW',
  UNEXPECTED_RESPONSE: 'AWS_RESPONSE_INVALID',
};

/** Causes of inconclusive checks that AWS did answer. */
const answered = new Set<VerificationCause>(['KEY_POLICY', 'SCP', 'CONDITION_UNKNOWN']);

/** Health according to a verification. */
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

/** Result of a check that was aborted. */
export const noAnswer: HealthFinding = {
  verdict: 'UNKNOWN',
  isFull: false,
  isUnverified: false,
  isPassing: true,
  codes: ['AWS_UNREACHABLE'],
  report: null,
};
