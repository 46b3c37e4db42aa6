import { isNeverSent, permissionManifest, type MissingPermission, type PermissionCheck } from '#libs/iam-setup';
import { becauseOf, remediationOf, type AwsDenier } from '../access-denial.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import type { AwsVerdict } from '../aws-iam.js';
import { causeOf, check } from './verification-checks.js';
import type { VerificationCause, VerificationCheck } from '../verification.js';

/** Answer of AWS to the simulation with this check. */
export interface Simulated {
  readonly check: PermissionCheck;
  readonly answer: readonly AwsVerdict[] | CredentialsRejected;
}

/** Result for one permission group. */
export interface GroupVerdict {
  readonly check: VerificationCheck;
  /** Permissions that a policy of the principal can add. */
  readonly missing: readonly MissingPermission[];
}

export type Holder = 'user' | 'role';

/** Reason why an action of a check is not known to be allowed. */
interface Finding {
  readonly check: PermissionCheck;
  readonly action: string;
  readonly cause: Cause;
  /** Kinds of resources. Empty for an action on `*`. */
  readonly kinds: readonly string[];
  /** AWS names of the policies that deny the action. */
  readonly policies: readonly string[];
  /** Condition keys that determine the result. */
  readonly keys: readonly string[];
}

type Cause =
  Extract<AwsDenier, 'IDENTITY_POLICY' | 'EXPLICIT_DENY' | 'PERMISSIONS_BOUNDARY' | 'SCP'> | 'CONDITION_UNKNOWN';

/** Cause of the group when several apply: causes that a policy can solve come first, inconclusive ones last. */
const severity: readonly Cause[] = [
  'IDENTITY_POLICY',
  'EXPLICIT_DENY',
  'PERMISSIONS_BOUNDARY',
  'SCP',
  'CONDITION_UNKNOWN',
];

/**
 * AWS does not report which conditions of service control policies it could not evaluate, so their denial is uncertain.
 */
const open = new Set<Cause>(['SCP', 'CONDITION_UNKNOWN']);

const purposes = new Map(
  permissionManifest.policies.flatMap(({ groups }) => groups.map(({ id, purpose }) => [id, purpose] as const)),
);
const keyGroup = 'ENCRYPTED_VOLUMES';

/** Result for one permission group, from the answers of AWS to its checks. */
export function judge(
  group: string,
  simulated: readonly Simulated[],
  isOptional: boolean,
  holder: Holder,
): GroupVerdict {
  const about = (verdict: VerificationCheck['verdict'], cause: VerificationCause | null, message: string, more = {}) =>
    check('PERMISSIONS', verdict, cause, message, { group, purpose: purposes.get(group) ?? null, ...more });

  const refusal = simulated.map(({ answer }) => answer).find((answer) => answer instanceof CredentialsRejected);
  if (refusal) {
    const { deniedBy, remediation, awsErrorCode } = refusal;
    const because = deniedBy
      ? `AWS does not allow the ${holder} to simulate its policies (iam:SimulatePrincipalPolicy): ${becauseOf(deniedBy)}.`
      : `AWS did not return which actions the ${holder} is allowed.`;
    return { check: about('INCONCLUSIVE', causeOf(refusal), because, { remediation, awsErrorCode }), missing: [] };
  }

  const findings = simulated.flatMap(({ check, answer }) =>
    check.actions.flatMap((action) => findingOf(check, action, answer as readonly AwsVerdict[]) ?? []),
  );
  // A policy is not sufficient for an action that needs another change as well.
  const beyond = new Set(findings.filter(({ cause }) => cause !== 'IDENTITY_POLICY').map(({ action }) => action));
  const missing = findings.filter(({ action }) => !beyond.has(action));
  const order = missing.length > 0 ? severity : severity.toSpliced(0, 1).concat('IDENTITY_POLICY');
  const causes = order.filter((cause) => findings.some((finding) => finding.cause === cause));
  const [cause] = causes;
  if (!cause) return { check: group === keyGroup ? keyPolicy(about, holder) : passed(about), missing: [] };

  const missingActions = [...new Set(findings.map(({ action }) => action))];
  const by = causes.map((one) => ({ cause: one, findings: findings.filter((finding) => finding.cause === one) }));
  const message = by.map((part) => sentence(part.cause, part.findings, holder)).join(' ');
  if (isOptional) {
    const text = `Not granted. Required only if the gateway rotates the access key. ${message}`;
    return { check: about('SKIPPED', cause, text, { missingActions }), missing: [] };
  }
  const isOpen = causes.every((one) => open.has(one));
  const remediation = by.map((part) => remediationFor(part.cause, part.findings, holder, missing.length > 0)).join(' ');
  return {
    check: about(isOpen ? 'INCONCLUSIVE' : 'FAILED', cause, message, { remediation, missingActions }),
    missing,
  };
}

type About = (
  verdict: VerificationCheck['verdict'],
  cause: VerificationCause | null,
  message: string,
  more?: object,
) => VerificationCheck;

const passed = (about: About) => about('PASSED', null, 'All actions of the group are allowed.');

const keyPolicy = (about: About, holder: Holder) =>
  about(
    'INCONCLUSIVE',
    'KEY_POLICY',
    `The policies of the ${holder} allow the actions. AWS does not simulate key policies.`,
    {
      remediation: `If you encrypt volumes with your own KMS keys, allow the ${holder} in the key policy of each KMS key.`,
    },
  );

/**
 * Reason why the action is not known to be allowed. Null when it is allowed. A certain denial has priority over one
 * that depends on a condition key.
 */
function findingOf(check: PermissionCheck, action: string, answer: readonly AwsVerdict[]): Finding | null {
  const verdicts = answer
    .filter((verdict) => verdict.action === action && check.resources.includes(verdict.resource))
    .map((verdict) => ({ verdict, unknown: verdict.missingContext.filter((key) => !isNeverSent(key, check)) }));
  const denied = verdicts.filter(({ verdict, unknown }) => verdict.decision !== 'allowed' && unknown.length === 0);
  const undecided = verdicts.filter(({ unknown }) => unknown.length > 0);
  const found = denied.length > 0 ? denied : undecided;
  if (found.length === 0) return null;

  const causes = found.map(({ verdict }) => (denied.length > 0 ? denialOf(verdict) : 'CONDITION_UNKNOWN'));
  const cause = severity.findLast((one) => causes.includes(one))!;
  const of = found.filter((_, i) => causes[i] === cause).map(({ verdict }) => verdict);
  const distinct = (texts: string[]) => [...new Set(texts)];
  return {
    check,
    action,
    cause,
    kinds: distinct(of.flatMap(({ resource }) => /^arn:[^:]*:ec2:[^/]*:([a-z-]+)\//.exec(resource)?.[1] ?? [])),
    policies: distinct(of.flatMap(({ decidedBy }) => decidedBy)),
    keys: distinct(
      cause === 'CONDITION_UNKNOWN' ? found.flatMap(({ unknown }) => unknown) : of.flatMap((v) => v.missingContext),
    ),
  };
}

function denialOf({ decision, decidedBy, isAllowedByBoundary, isAllowedByOrganization }: AwsVerdict): Cause {
  // AWS names the statements of identity-based policies and boundaries that deny an action, but never those of service
  // control policies.
  const isNamed = decision === 'explicitDeny' && decidedBy.length > 0;
  if (!isAllowedByOrganization && !isNamed) return 'SCP';
  if (!isAllowedByBoundary) return 'PERMISSIONS_BOUNDARY';
  return decision === 'explicitDeny' ? 'EXPLICIT_DENY' : 'IDENTITY_POLICY';
}

function sentence(cause: Cause, findings: readonly Finding[], holder: Holder): string {
  const actions = listOf(
    findings.map(({ action, kinds }) => (kinds.length > 0 ? `${action} (${kinds.join(', ')})` : action)),
  );
  const policies = listOf(findings.flatMap((finding) => finding.policies));
  const keys = listOf(findings.flatMap((finding) => finding.keys));
  const tested = keys
    ? ` They test ${keys}, which requests with ${holder === 'user' ? 'an access key' : 'the access role'} do not have.`
    : '';
  switch (cause) {
    case 'IDENTITY_POLICY':
      return `No policy of the ${holder} allows ${actions}.${keys ? tested.replace('They test', 'Its policies test') : ''}`;
    case 'EXPLICIT_DENY':
      return `A Deny statement${policies ? ` in ${policies}` : ` in a policy of the ${holder}`} denies ${actions}.${tested.replace('They test', 'Its policies test')}`;
    case 'PERMISSIONS_BOUNDARY':
      return `The permissions boundary of the ${holder} does not allow ${actions}.`;
    case 'SCP':
      return `According to the simulation, a service control policy of the AWS organization does not allow ${actions}.`;
    case 'CONDITION_UNKNOWN':
      return `The policies of the ${holder} test ${keys}. The gateway does not know the values in real requests, so the simulation does not decide ${actions}.`;
  }
}

function remediationFor(cause: Cause, findings: readonly Finding[], holder: Holder, isMended: boolean): string {
  switch (cause) {
    case 'IDENTITY_POLICY':
      return `Attach ${isMended ? '`suggestedPolicy`' : 'a policy that allows the actions'} to the ${holder}, or attach all policies of \`iamSetup\`.`;
    case 'CONDITION_UNKNOWN': {
      const keys = listOf(findings.flatMap((finding) => finding.keys));
      const isOfTags = findings.some((finding) => finding.keys.some((key) => /Tag(Keys$|\/)/i.test(key)));
      return `Check that the conditions on ${keys} are met for the requests of the gateway${isOfTags ? ', for example by giving your subscriptions the required tags' : ''}.`;
    }
    default:
      return remediationOf(cause, 'customer');
  }
}

const shown = 6;

/** `a, b and 3 more`, without duplicates. */
function listOf(texts: readonly string[]): string {
  const all = [...new Set(texts)];
  return all.slice(0, shown).join(', ') + (all.length > shown ? ` and ${all.length - shown} more` : '');
}
