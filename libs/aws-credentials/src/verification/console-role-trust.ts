import {
  decideTrust,
  deletedPrincipalsIn,
  nameOf,
  policyFrom,
  statementsOf,
  Unknown,
  type Context,
  type ContextValue,
  type DecidingStatement,
  type Evaluation,
  type PolicyDocument,
} from '@cloud-account-gateway/iam-policy';
import type { AwsTrustedRole } from '../aws-iam.js';
import type { VerificationCause } from '../verification.js';

/** Fault of a trust policy. */
export type TrustFault = Extract<
  VerificationCause,
  'NOT_TRUSTED' | 'EXPLICIT_DENY' | 'PRINCIPAL_DELETED' | 'TRUSTS_ALL_ACCOUNTS' | 'EXTERNAL_ID' | 'MFA_NOT_REQUIRED'
>;
/** Reason why a trust policy cannot be evaluated. */
export type TrustDoubt = Extract<VerificationCause, 'CONDITION_UNKNOWN' | 'POLICY_UNREADABLE'>;

/** Result for the trust policy of a console role. Messages are sentences. */
export type TrustJudgement =
  | { readonly verdict: 'PASSED'; readonly message: string }
  | { readonly verdict: 'FAILED'; readonly cause: TrustFault; readonly message: string; readonly remediation: string }
  | {
      readonly verdict: 'INCONCLUSIVE';
      readonly cause: TrustDoubt;
      readonly message: string;
      readonly remediation: string;
    };

/**
 * Judges whether people of the vendor's account can switch to the role in the AWS console with MFA, and whether MFA is
 * required. Evaluates the whole policy for the requests that the console makes: it sends no external ID, session tags or
 * source identity. What depends on a condition key that the gateway cannot know is INCONCLUSIVE.
 */
export function judgeTrust(role: AwsTrustedRole, vendorAccountId: string, now: Date): TrustJudgement {
  const read = policyFrom(role.trustPolicy);
  if ('fault' in read) {
    return {
      ...{ verdict: 'INCONCLUSIVE', cause: 'POLICY_UNREADABLE' },
      message: `The trust policy of the console role cannot be evaluated. ${read.fault}`,
      remediation: 'Compare the trust policy of the console role with the one that `iamSetup` returns.',
    };
  }
  const ask = (person: Omit<Person, 'role' | 'now'>) => decide(read.policy, { ...person, role, now });
  const people = { accountId: vendorAccountId, externalId: undefined };
  const withMfa = ask({ ...people, mfa: 'true' });
  // A long-term access key says nothing about MFA, a session without MFA says that it has none.
  const withoutMfa = mostOpen([ask({ ...people, mfa: undefined }), ask({ ...people, mfa: 'false' })]);
  const strangers = { accountId: stranger, externalId: anyValue };
  const others = mostOpen([ask({ ...strangers, mfa: 'true' }), ask({ ...strangers, mfa: undefined })]);
  const failed = (cause: TrustFault, message: string, remediation: string): TrustJudgement => ({
    ...{ verdict: 'FAILED', cause, message, remediation },
  });
  const depends = (question: string, { matched }: Evaluation): TrustJudgement => ({
    ...{ verdict: 'INCONCLUSIVE', cause: 'CONDITION_UNKNOWN' },
    message: `${question} depends on conditions that the gateway cannot evaluate: ${cite(matched)}.`,
    remediation: `Check that the conditions are met for users of the AWS account ${vendorAccountId}, or remove them.`,
  });

  if (others.decision === 'ALLOWED')
    return failed(
      'TRUSTS_ALL_ACCOUNTS',
      `The console role trusts every AWS account: ${cite(others.matched)}.`,
      `Make the AWS account ${vendorAccountId} the only principal of the trust policy.`,
    );
  if (withoutMfa.decision === 'ALLOWED')
    return failed(
      'MFA_NOT_REQUIRED',
      `Users of the AWS account ${vendorAccountId} can switch to the console role without MFA: ${cite(withoutMfa.matched)}.`,
      'Add the condition Bool aws:MultiFactorAuthPresent true to the statement.',
    );
  if (withMfa.decision === 'DENIED') {
    const withExternalId = ask({ ...people, mfa: 'true', externalId: anyValue });
    return deniedBy(withMfa, { policy: read.policy, vendorAccountId, withExternalId });
  }
  if (withMfa.decision === 'DEPENDS')
    return depends(`Whether users of the AWS account ${vendorAccountId} can switch to the console role`, withMfa);
  if (withoutMfa.decision === 'DEPENDS') return depends('Whether the console role requires MFA', withoutMfa);
  return {
    verdict: 'PASSED',
    message: `Users of the AWS account ${vendorAccountId} can switch to the console role only with MFA: ${cite(withMfa.matched)}.`,
  };
}

/** Reason why staff with MFA are denied. */
function deniedBy(
  { isExplicit, matched, unmet }: Evaluation,
  {
    policy,
    vendorAccountId,
    withExternalId,
  }: { policy: PolicyDocument; vendorAccountId: string; withExternalId: Evaluation },
): TrustJudgement {
  const failed = (cause: TrustFault, message: string, remediation: string): TrustJudgement => ({
    ...{ verdict: 'FAILED', cause, message, remediation },
  });
  const account = `the AWS account ${vendorAccountId}`;
  const culprits = isExplicit ? matched : unmet;
  if (withExternalId.decision !== 'DENIED')
    return failed(
      'EXTERNAL_ID',
      `The console role requires an external ID, which the AWS console does not send: ${cite(culprits)}.`,
      'Remove the condition on sts:ExternalId from the trust policy.',
    );
  if (isExplicit)
    return failed(
      'EXPLICIT_DENY',
      `The trust policy of the console role denies ${account}: ${cite(culprits)}.`,
      'Remove the statement from the trust policy, or exclude the account from it. No other statement can override it.',
    );
  const deleted = statementsOf(policy).flatMap((statement) =>
    statement.Effect === 'Allow' ? deletedPrincipalsIn(statement) : [],
  );
  if (deleted.length > 0 && culprits.length === 0)
    return failed(
      'PRINCIPAL_DELETED',
      `The console role trusts a principal that no longer exists: ${deleted.join(', ')}.`,
      `Set the principal again: replace the ID with ${vendorAccountId} in the trust policy.`,
    );
  return failed(
    'NOT_TRUSTED',
    culprits.length > 0
      ? `The console role does not trust ${account}. A condition is not met: ${cite(culprits)}.`
      : `The console role does not trust ${account}. No statement of its trust policy allows sts:AssumeRole for the account.`,
    `Allow sts:AssumeRole for ${account} with MFA. \`iamSetup\` returns the trust policy.`,
  );
}

/** For example `statement 2 (aws:SourceIp)`, or the Sid. */
const cite = (statements: readonly DecidingStatement[]) =>
  statements
    .map((statement) => nameOf(statement) + (statement.keys.length > 0 ? ` (${statement.keys.join(', ')})` : ''))
    .join(', ');

const openness = ['ALLOWED', 'DEPENDS', 'DENIED'] as const;

const mostOpen = (evaluations: readonly Evaluation[]): Evaluation =>
  openness.flatMap((decision) => evaluations.find((evaluation) => evaluation.decision === decision) ?? [])[0]!;

/** User who wants to switch to a role. */
interface Person {
  readonly role: AwsTrustedRole;
  readonly accountId: string;
  /** Value of the session. */
  readonly mfa: 'true' | 'false' | undefined;
  readonly externalId: ContextValue;
  readonly now: Date;
}

/** Account that no policy names: its ID begins with zeros, which AWS does not issue. */
const stranger = '000000000000';

const anyValue = new Unknown(['*'], false);
const anything = new Unknown();

function decide(policy: PolicyDocument, person: Person): Evaluation {
  const [, partition = 'aws'] = person.role.arn.split(':');
  return decideTrust(policy, person.role.arn, { accountId: person.accountId, partition }, contextOf(person, partition));
}

/** Condition keys of sts:AssumeRole as called by the AWS console. All others are unknown. */
function contextOf({ role, accountId, mfa, externalId, now }: Person, partition: string): Context {
  const principal = `arn:${partition}:iam::${accountId}`;
  const known: Readonly<Record<string, ContextValue>> = {
    'aws:principalaccount': [accountId],
    'aws:principalarn': new Unknown([`${principal}:user/*`, `${principal}:role/*`], false),
    'aws:principaltype': new Unknown(['User', 'AssumedRole'], false),
    'aws:userid': new Unknown(['AIDA*', 'AROA*:*'], false),
    'aws:multifactorauthpresent': mfa && [mfa],
    // In seconds: just signed in.
    'aws:multifactorauthage': mfa === 'true' ? ['1'] : undefined,
    'aws:currenttime': [now.toISOString()],
    'aws:epochtime': [String(Math.floor(now.getTime() / 1000))],
    'aws:resourceaccount': [role.arn.split(':')[4]!],
    'aws:securetransport': ['true'],
    'aws:viaawsservice': ['false'],
    'aws:principalisawsservice': ['false'],
    'aws:requestedregion': anyValue,
    'aws:useragent': anyValue,
    'sts:externalid': externalId,
    'sts:rolesessionname': anyValue,
  };
  return {
    get: (key) => (Object.hasOwn(known, key) ? known[key] : isNeverSent(key) ? undefined : anything),
  };
}

/** Keys of what the console does not send, and of requests by AWS services. */
const isNeverSent = (key: string) =>
  /^(sts:(sourceidentity|transitivetagkeys)|aws:(tagkeys|requesttag\/.*|calledvia(first|last)?|source(arn|account|orgid|orgpaths)|principalservicename(slist)?))$/.test(
    key,
  );
