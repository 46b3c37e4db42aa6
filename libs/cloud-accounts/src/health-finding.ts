import type { CredentialsRejected, Verification, VerificationReport } from '#libs/aws-credentials';

/** What one check says of an account. */
export interface HealthFinding {
  /** UNKNOWN: AWS was not reached, or did not say. */
  readonly verdict: 'HEALTHY' | 'DEGRADED' | 'BROKEN' | 'UNKNOWN';
  /** Whether permissions were looked at, and AWS answered. */
  readonly isFull: boolean;
  /** Of the error catalogue: why it is not HEALTHY. */
  readonly codes: readonly string[];
  readonly report: VerificationReport | null;
}

type Code = CredentialsRejected['code'];

/** The key opens nothing any more, or the role is gone: nothing can be built. */
const broken = new Set<Code>([
  'AWS_ACCESS_KEY_UNKNOWN',
  'AWS_SECRET_WRONG',
  'AWS_TEMPORARY_KEY',
  'AWS_ROOT_KEY',
  'AWS_NOT_A_USER',
  'AWS_ROLE_NOT_FOUND',
]);

/** Nobody could ask AWS, or AWS did not say. */
const unknown = new Set<Code>([
  'AWS_THROTTLED',
  'AWS_UNREACHABLE',
  'AWS_CLOCK_SKEW',
  'AWS_ANSWER_UNUSABLE',
  'SANDBOX_OFF',
]);

/** Those causes of an open check that the next one may not have. The others last: a simulation that is not allowed, say. */
const passing: Readonly<Record<string, Code>> = {
  THROTTLED: 'AWS_THROTTLED',
  UNREACHABLE: 'AWS_UNREACHABLE',
  CLOCK_SKEW: 'AWS_CLOCK_SKEW',
  FOREIGN_ANSWER: 'AWS_ANSWER_UNUSABLE',
};

/** What a verification says of the health of its account. */
export function findingOf({ report, refusal, isMissingPermissions }: Verification): HealthFinding {
  const permissions = report.checks.filter(({ step }) => step === 'PERMISSIONS');
  if (refusal) {
    const verdict = broken.has(refusal.code) ? 'BROKEN' : unknown.has(refusal.code) ? 'UNKNOWN' : 'DEGRADED';
    return { verdict, isFull: permissions.length > 0 && verdict !== 'UNKNOWN', codes: [refusal.code], report };
  }
  if (isMissingPermissions) return { verdict: 'DEGRADED', isFull: true, codes: ['MISSING_PERMISSIONS'], report };

  const open = permissions.flatMap(({ verdict, cause }) =>
    verdict === 'INCONCLUSIVE' && cause && passing[cause] ? [passing[cause]] : [],
  );
  const isFull = permissions.length > 0 && open.length === 0;
  return { verdict: 'HEALTHY', isFull, codes: [...new Set(open)], report };
}

/** A check that came to no end. */
export const noAnswer: HealthFinding = {
  verdict: 'UNKNOWN',
  isFull: false,
  codes: ['AWS_UNREACHABLE'],
  report: null,
};
