/** What one check, or all of them together, found. */
export const Verdict = {
  PASSED: 'PASSED',
  FAILED: 'FAILED',
  INCONCLUSIVE: 'INCONCLUSIVE',
  SKIPPED: 'SKIPPED',
} as const;
export type Verdict = keyof typeof Verdict;

/** What is checked, in this order: a key by the first, an access role by the two after it, both by the rest. */
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

/** Why a check did not pass. */
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

/** Whether the permissions of the manifest are known to be granted. */
export const PermissionsStatus = {
  COMPLETE: 'COMPLETE',
  MISSING: 'MISSING',
  UNVERIFIED: 'UNVERIFIED',
} as const;
export type PermissionsStatus = keyof typeof PermissionsStatus;

export interface VerificationCheck {
  readonly step: VerificationStep;
  /** Of the permission manifest, when it is about permissions. */
  readonly group: string | null;
  /** What the group is for; null for the other steps. */
  readonly purpose: string | null;
  readonly verdict: Verdict;
  /** Null when it passed. */
  readonly cause: VerificationCause | null;
  /** A sentence for people. Never holds a secret. */
  readonly message: string;
  /** What to do; null when there is nothing to do. */
  readonly remediation: string | null;
  /** The actions that are not allowed, or may not be. */
  readonly missingActions: readonly string[];
  /** AWS's own word for it; null when AWS said nothing. */
  readonly awsErrorCode: string | null;
}

/** What was found out about credentials, at one moment. Survives JSON, but for its date. */
export interface VerificationReport {
  /** FAILED when a check failed; else INCONCLUSIVE when one could not be answered that can be; else PASSED. */
  readonly verdict: Verdict;
  readonly checkedAt: Date;
  /** Of the permission manifest; null when permissions were not looked at. */
  readonly manifestVersion: number | null;
  readonly checks: readonly VerificationCheck[];
  /** The smallest policy to attach to the user or the access role, as JSON; null when attaching one mends nothing. */
  readonly suggestedPolicy: string | null;
  /** How often AWS was asked, its own retries not counted. */
  readonly awsCallCount: number;
  /** What AWS was asked as, in the customer's CloudTrail; null with a key, whose sessions have no name. */
  readonly roleSessionName: string | null;
}

/** A report that was kept as JSON. */
export function reportFrom(json: string): VerificationReport {
  const report = JSON.parse(json) as VerificationReport & { checkedAt: string };
  return { ...report, checkedAt: new Date(report.checkedAt) };
}

/** A key policy is never simulated, so a check that it leaves inconclusive says nothing about the whole. */
const isOpen = ({ verdict, cause }: VerificationCheck) => verdict === 'INCONCLUSIVE' && cause !== 'KEY_POLICY';

export function verdictOf(checks: readonly VerificationCheck[]): Verdict {
  if (checks.some(({ verdict }) => verdict === 'FAILED')) return 'FAILED';
  return checks.some(isOpen) ? 'INCONCLUSIVE' : 'PASSED';
}

/** What the permission checks say together. UNVERIFIED as well when there is none, or all were skipped. */
export function permissionsStatusOf(checks: readonly VerificationCheck[]): PermissionsStatus {
  const permissions = checks.filter(({ step, verdict }) => step === 'PERMISSIONS' && verdict !== 'SKIPPED');
  if (permissions.some(({ verdict }) => verdict === 'FAILED')) return 'MISSING';
  return permissions.length === 0 || permissions.some(isOpen) ? 'UNVERIFIED' : 'COMPLETE';
}
