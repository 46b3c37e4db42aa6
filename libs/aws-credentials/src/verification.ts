/** Result of a check, or of all checks together. */
export const Verdict = {
  PASSED: 'PASSED',
  FAILED: 'FAILED',
  INCONCLUSIVE: 'INCONCLUSIVE',
  SKIPPED: 'SKIPPED',
} as const;
export type Verdict = keyof typeof Verdict;

/** Steps in order. The first is for access keys, the next two for access roles, the others for both. */
export const VerificationStep = {
  ACCESS_KEY_FORMAT: 'ACCESS_KEY_FORMAT',
  ACCESS_ROLE: 'ACCESS_ROLE',
  ACCESS_ROLE_EXTERNAL_ID: 'ACCESS_ROLE_EXTERNAL_ID',
  IDENTITY: 'IDENTITY',
  PRINCIPAL: 'PRINCIPAL',
  CONSOLE_ROLE: 'CONSOLE_ROLE',
  CONSOLE_ROLE_TRUST: 'CONSOLE_ROLE_TRUST',
  PERMISSIONS: 'PERMISSIONS',
} as const;
export type VerificationStep = keyof typeof VerificationStep;

/** Reason why a check did not pass. */
export const VerificationCause = {
  TEMPORARY_ACCESS_KEY: 'TEMPORARY_ACCESS_KEY',
  ACCESS_KEY_UNKNOWN: 'ACCESS_KEY_UNKNOWN',
  PROPAGATION: 'PROPAGATION',
  WRONG_SECRET: 'WRONG_SECRET',
  CLOCK_SKEW: 'CLOCK_SKEW',
  REGION_NOT_ENABLED: 'REGION_NOT_ENABLED',
  ACCOUNT_NOT_ACTIVATED: 'ACCOUNT_NOT_ACTIVATED',
  ACCOUNT_UNEXPECTED: 'ACCOUNT_UNEXPECTED',
  ROOT_USER: 'ROOT_USER',
  NOT_IAM_USER: 'NOT_IAM_USER',
  NO_SUCH_ENTITY: 'NO_SUCH_ENTITY',
  NOT_TRUSTED: 'NOT_TRUSTED',
  PRINCIPAL_DELETED: 'PRINCIPAL_DELETED',
  TRUSTS_ALL_ACCOUNTS: 'TRUSTS_ALL_ACCOUNTS',
  MFA_NOT_REQUIRED: 'MFA_NOT_REQUIRED',
  EXTERNAL_ID: 'EXTERNAL_ID',
  EXTERNAL_ID_NOT_REQUIRED: 'EXTERNAL_ID_NOT_REQUIRED',
  GATEWAY_IDENTITY_MISSING: 'GATEWAY_IDENTITY_MISSING',
  VENDOR_ACCOUNT_UNKNOWN: 'VENDOR_ACCOUNT_UNKNOWN',
  CONDITION_UNKNOWN: 'CONDITION_UNKNOWN',
  POLICY_UNREADABLE: 'POLICY_UNREADABLE',
  IDENTITY_POLICY: 'IDENTITY_POLICY',
  EXPLICIT_DENY: 'EXPLICIT_DENY',
  PERMISSIONS_BOUNDARY: 'PERMISSIONS_BOUNDARY',
  SCP: 'SCP',
  RCP: 'RCP',
  SESSION_POLICY: 'SESSION_POLICY',
  VPC_ENDPOINT_POLICY: 'VPC_ENDPOINT_POLICY',
  RESOURCE_POLICY: 'RESOURCE_POLICY',
  ACCESS_DENIED: 'ACCESS_DENIED',
  KEY_POLICY: 'KEY_POLICY',
  SIMULATOR_LIMIT: 'SIMULATOR_LIMIT',
  THROTTLED: 'THROTTLED',
  UNREACHABLE: 'UNREACHABLE',
  UNEXPECTED_RESPONSE: 'UNEXPECTED_RESPONSE',
  REFUSED: 'REFUSED',
  SANDBOX_DISABLED: 'SANDBOX_DISABLED',
  PREVIOUS_STEP: 'PREVIOUS_STEP',
} as const;
export type VerificationCause = keyof typeof VerificationCause;

/** Whether all permissions of the manifest are granted. */
export const PermissionsStatus = {
  COMPLETE: 'COMPLETE',
  MISSING: 'MISSING',
  UNVERIFIED: 'UNVERIFIED',
} as const;
export type PermissionsStatus = keyof typeof PermissionsStatus;

export interface VerificationCheck {
  readonly step: VerificationStep;
  /** Permission group of the manifest. Null for other steps. */
  readonly group: string | null;
  /** Purpose of the permission group. Null for other steps. */
  readonly purpose: string | null;
  readonly verdict: Verdict;
  /** Null when it passed. */
  readonly cause: VerificationCause | null;
  /** Sentence for users. Never contains a secret. */
  readonly message: string;
  /** Null when no action is needed. */
  readonly remediation: string | null;
  /** Actions that are not allowed, or possibly not. */
  readonly missingActions: readonly string[];
  /** Null when AWS returned none. */
  readonly awsErrorCode: string | null;
}

/** Result of a verification at one moment. Can be stored as JSON, except for its date. */
export interface VerificationReport {
  /**
   * FAILED if a check failed; otherwise INCONCLUSIVE if a check is inconclusive that can be answered; otherwise PASSED.
   */
  readonly verdict: Verdict;
  readonly checkedAt: Date;
  /** Version of the permission manifest. Null when permissions were not checked. */
  readonly manifestVersion: number | null;
  readonly checks: readonly VerificationCheck[];
  /** Smallest policy to attach to the user or the access role, as JSON. Null when a policy cannot solve the problem. */
  readonly suggestedPolicy: string | null;
  /** Number of calls to AWS, without retries of the SDK. */
  readonly awsCallCount: number;
  /** Session name of the calls in the customer's CloudTrail. Null for an access key, whose sessions have no name. */
  readonly roleSessionName: string | null;
}

/** Parses a stored report. */
export function reportFrom(json: string): VerificationReport {
  const report = JSON.parse(json) as VerificationReport & { checkedAt: string };
  return { ...report, checkedAt: new Date(report.checkedAt) };
}

/** AWS never simulates key policies, so a check that depends on one does not make the whole report inconclusive. */
const isOpen = ({ verdict, cause }: VerificationCheck) => verdict === 'INCONCLUSIVE' && cause !== 'KEY_POLICY';

export function verdictOf(checks: readonly VerificationCheck[]): Verdict {
  if (checks.some(({ verdict }) => verdict === 'FAILED')) return 'FAILED';
  return checks.some(isOpen) ? 'INCONCLUSIVE' : 'PASSED';
}

/** Result of all permission checks. UNVERIFIED when there are none, or all were skipped. */
export function permissionsStatusOf(checks: readonly VerificationCheck[]): PermissionsStatus {
  const permissions = checks.filter(({ step, verdict }) => step === 'PERMISSIONS' && verdict !== 'SKIPPED');
  if (permissions.some(({ verdict }) => verdict === 'FAILED')) return 'MISSING';
  return permissions.length === 0 || permissions.some(isOpen) ? 'UNVERIFIED' : 'COMPLETE';
}
