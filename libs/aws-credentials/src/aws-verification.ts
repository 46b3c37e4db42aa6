import {
  IamSetupSettings,
  iamLimits,
  namesOf,
  partitionNames,
  partitionOf,
  permissionChecks,
  permissionManifest,
  policyFor,
  simulationsFor,
  sizeOf,
  type CheckedPrincipal,
  type MissingPermission,
  type PermissionCheck,
  type Simulation,
} from '#libs/iam-setup';
import { Clock } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { faultInAccessKeyId, isTemporary, type AwsAccessKey } from './aws-access-key.js';
import { CredentialsRejected } from './aws-credentials.errors.js';
import { AwsIam, type AwsIdentity, type AwsTrustedRole, type AwsVerdict } from './aws-iam.js';
import { faultInTrust, type TrustFault } from './console-role-trust.js';
import {
  verdictOf,
  type VerificationCause,
  type VerificationCheck,
  type VerificationReport,
  type VerificationStep,
} from './verification.js';

/** Whom the roles in the sandbox's accounts trust. */
export const sandboxVendorAccountId = '900000009999';

/** What credentials are held against. */
export interface VerificationSubject {
  readonly consoleRoleName: string;
  /** The role instances run as; the one `iamSetup` makes when not said. */
  readonly nodeRoleName?: string | null;
  /** Whether the user must be allowed to replace its own access key. */
  readonly mustRotate?: boolean;
  /** Whether AWS may not know the key yet, because it was made just now: then that it does not says nothing. */
  readonly isNew?: boolean;
}

/** A report, and what follows from it. */
export interface Verification {
  readonly report: VerificationReport;
  /** Null when AWS did not say. */
  readonly identity: AwsIdentity | null;
  readonly consoleRole: AwsTrustedRole | null;
  /** Why the credentials cannot be used at all; null when they can, even though permissions may be missing. */
  readonly refusal: CredentialsRejected | null;
  /** Whether permissions are missing that are needed. */
  readonly isMissingPermissions: boolean;
}

/**
 * Finds out whether credentials work and suffice, by asking AWS and changing nothing: who the key is, whether the console
 * role is there and lets the vendor's people in, and, permission group by permission group, what the user may do.
 */
@Injectable()
export class AwsVerification {
  constructor(
    private readonly aws: AwsIam,
    private readonly settings: IamSetupSettings,
    private readonly clock: Clock,
  ) {}

  /** Everything: at most 12 questions to AWS. Never call it in a unit of work: it waits for AWS. Throws nothing of AWS's. */
  async full(key: AwsAccessKey, region: string, subject: VerificationSubject): Promise<Verification> {
    const access = await this.access(key, region, subject);
    const { identity, consoleRole } = access;
    if (!identity || access.refusal) return this.conclude(access, [skipped('PERMISSIONS')]);

    const principal = this.principal(identity, consoleRole, region, subject);
    const { checks, missing, calls } = await this.permissions(key, region, identity, principal, subject);
    return this.conclude(
      { ...access, calls: access.calls + calls },
      checks,
      missing.length > 0 ? policyFor(principal, missing) : undefined,
    );
  }

  /** Who the key is, and whether the console role is there and lets the vendor's people in: 2 questions to AWS. */
  async light(key: AwsAccessKey, region: string, subject: VerificationSubject): Promise<Verification> {
    return this.conclude(await this.access(key, region, subject), []);
  }

  private async access(
    key: AwsAccessKey,
    region: string,
    { consoleRoleName, isNew = false }: VerificationSubject,
  ): Promise<Access> {
    const rest = (from: number) => steps.slice(from).map((step) => skipped(step));
    const stopped = (checks: VerificationCheck[], refusal: CredentialsRejected, so: Partial<Access>): Access => ({
      checks: [...checks, ...rest(checks.length)],
      refusal,
      identity: null,
      consoleRole: null,
      calls: 0,
      ...so,
    });

    const fault = faultInAccessKeyId(key.accessKeyId);
    if (fault || isTemporary(key.accessKeyId)) {
      const refusal = new CredentialsRejected(
        'AWS_TEMPORARY_KEY',
        `The access key id ${fault ?? 'begins with ASIA: it is temporary'}.`,
        'accessKeyId',
      );
      return stopped([failed('KEY_FORMAT', 'TEMPORARY_KEY', refusal)], refusal, {});
    }
    const format = passed('KEY_FORMAT', 'The access key id has the form of a long-term key.');

    const identity = await this.aws.identityOf(key, region).catch(rejection);
    if (identity instanceof CredentialsRejected)
      return stopped([format, unanswered('IDENTITY', identity, isNew)], identity, { calls: 1 });
    const known = [format, passed('IDENTITY', `AWS knows the key: it belongs to the account ${identity.accountId}.`)];

    const notAUser = refusalOfPrincipal(identity);
    if (notAUser) {
      const cause = notAUser.code === 'AWS_ROOT_KEY' ? 'ROOT_USER' : 'NOT_A_USER';
      return stopped([...known, failed('PRINCIPAL', cause, notAUser)], notAUser, { identity, calls: 1 });
    }
    const user = [...known, passed('PRINCIPAL', 'The key belongs to an IAM user.')];

    const consoleRole = await this.aws.role(key, region, consoleRoleName).catch(rejection);
    if (consoleRole instanceof CredentialsRejected)
      return stopped([...user, unanswered('CONSOLE_ROLE', consoleRole, isNew)], consoleRole, { identity, calls: 2 });

    const trust = this.trust(key, consoleRole);
    const checks = [...user, passed('CONSOLE_ROLE', 'The AWS account has the console role.'), trust.check];
    return { checks, refusal: trust.refusal, identity, consoleRole, calls: 2 };
  }

  private trust(key: AwsAccessKey, { trustPolicy }: AwsTrustedRole): Trust {
    const step = 'CONSOLE_ROLE_TRUST';
    const vendor = key.isSandbox ? sandboxVendorAccountId : this.settings.vendorAccountId;
    if (!vendor) {
      const check = inconclusive(
        step,
        'VENDOR_UNKNOWN',
        'Whom the role must trust is not known to the gateway.',
        'The operator says it with VENDOR_AWS_ACCOUNT_ID.',
      );
      return { check, refusal: null };
    }
    const fault = faultInTrust(trustPolicy, vendor);
    if (!fault)
      return { check: passed(step, `The role lets people of the account ${vendor} in, with MFA.`), refusal: null };
    const { code, message } = trustFaults[fault];
    const refusal = new CredentialsRejected(code, message, 'consoleRoleName');
    return { check: failed(step, fault, refusal), refusal };
  }

  private principal(
    identity: AwsIdentity,
    consoleRole: AwsTrustedRole | null,
    region: string,
    { nodeRoleName, consoleRoleName }: VerificationSubject,
  ): CheckedPrincipal {
    const [, partition = 'aws', pathAndName = ''] = /^arn:([a-z-]+):iam::\d{12}:user(\/.+)$/.exec(identity.arn) ?? [];
    const split = pathAndName.lastIndexOf('/') + 1;
    const usual = namesOf(this.settings.vendorName);
    return {
      holder: 'user',
      options: ['allowKeyRotation'],
      region,
      values: {
        partition,
        urlSuffix: partitionNames[partitionOf(region) ?? 'aws'].urlSuffix,
        accountId: identity.accountId,
        vendorAccountId: this.settings.vendorAccountId ?? '',
        vendorName: this.settings.vendorName,
        tagKey: this.settings.tagKey,
        path: pathAndName.slice(0, split),
        userName: pathAndName.slice(split),
        nodeRoleName: nodeRoleName ?? usual.nodeRoleName,
        consoleRoleName: consoleRole?.name ?? consoleRoleName,
        accessRoleName: usual.accessRoleName,
        gatewayIdentityArn: '',
        externalId: '',
      },
    };
  }

  private async permissions(
    key: AwsAccessKey,
    region: string,
    { arn: principalArn }: AwsIdentity,
    principal: CheckedPrincipal,
    { mustRotate = false }: VerificationSubject,
  ): Promise<{ checks: VerificationCheck[]; missing: MissingPermission[]; calls: number }> {
    const checks = permissionChecks(principal);
    const simulations = simulationsFor(checks);
    const ask = async ({ actions, resources, context, checks }: Simulation): Promise<Simulated[]> => {
      const answer = await this.aws
        .simulate(key, region, { principalArn, actions, resources, context })
        .catch(rejection);
      return checks.map((check) => ({ check, answer }));
    };
    // Who may not ask once may not ask again: the others are spared the answer.
    const first = await ask(simulations[0]!);
    const isRefused = first[0]?.answer instanceof CredentialsRejected;
    const others = isRefused
      ? simulations.slice(1).flatMap(({ checks }) => checks.map((check) => ({ check, answer: first[0]!.answer })))
      : (await Promise.all(simulations.slice(1).map(ask))).flat();
    const simulated = [...first, ...others];

    const groups = [...new Set(checks.map(({ group }) => group))].map((group) =>
      judge(
        group,
        simulated.filter(({ check }) => check.group === group),
        group === rotationGroup && !mustRotate,
      ),
    );
    return {
      checks: groups.map(({ check }) => check),
      missing: groups.flatMap(({ check, missing }) => (check.verdict === 'FAILED' ? missing : [])),
      calls: isRefused ? 1 : simulations.length,
    };
  }

  private conclude(
    { checks: before, refusal, identity, consoleRole, calls }: Access,
    permissions: readonly VerificationCheck[],
    policy?: ReturnType<typeof policyFor>,
  ): Verification {
    const checks = [...before, ...permissions];
    // One policy cannot hold it all: then all the policies of `iamSetup` are what to attach.
    const fits = policy && policy.Statement.length > 0 && sizeOf(policy) <= iamLimits.managedPolicy;
    return {
      report: {
        verdict: verdictOf(checks),
        checkedAt: this.clock.now(),
        manifestVersion: permissions.length > 0 ? permissionManifest.version : null,
        checks,
        suggestedPolicy: fits ? JSON.stringify(policy, null, 2) : null,
        awsCalls: calls,
      },
      identity,
      consoleRole,
      refusal,
      isMissingPermissions: permissions.some(({ verdict }) => verdict === 'FAILED'),
    };
  }
}

const purposes = new Map(
  permissionManifest.policies.flatMap(({ groups }) => groups.map(({ id, purpose }) => [id, purpose] as const)),
);
const rotationGroup = 'ROTATE_ITS_KEY';
const steps = ['KEY_FORMAT', 'IDENTITY', 'PRINCIPAL', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'] as const;

interface Access extends Pick<Verification, 'refusal' | 'identity' | 'consoleRole'> {
  readonly checks: readonly VerificationCheck[];
  readonly calls: number;
}

interface Trust {
  readonly check: VerificationCheck;
  readonly refusal: CredentialsRejected | null;
}

/** What AWS said to the simulation a check was part of. */
interface Simulated {
  readonly check: PermissionCheck;
  readonly answer: AwsVerdict[] | CredentialsRejected;
}

function rejection(error: unknown): CredentialsRejected {
  if (error instanceof CredentialsRejected) return error;
  throw error;
}

function check(
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
    remedy: null,
    missingActions: [],
    awsErrorCode: null,
    ...more,
  };
}

const passed = (step: VerificationStep, message: string) => check(step, 'PASSED', null, message);
const skipped = (step: VerificationStep) =>
  check(step, 'SKIPPED', 'STEP_BEFORE', 'Not looked at, because a check before it did not pass.');
const inconclusive = (step: VerificationStep, cause: VerificationCause, message: string, remedy: string) =>
  check(step, 'INCONCLUSIVE', cause, message, { remedy });
const failed = (step: VerificationStep, cause: VerificationCause, refusal: CredentialsRejected) =>
  check(step, 'FAILED', cause, refusal.message, { remedy: refusal.remediation, awsErrorCode: refusal.awsErrorCode });

/** AWS refused to answer, or could not be asked: the first says something about the credentials, the second nothing. */
function unanswered(step: VerificationStep, refusal: CredentialsRejected, isNew: boolean): VerificationCheck {
  const cause = isNew && refusal.code === 'AWS_ACCESS_KEY_UNKNOWN' ? 'PROPAGATION' : causeOf(refusal);
  const isOpen = unsaid.has(cause);
  return { ...failed(step, cause, refusal), verdict: isOpen ? 'INCONCLUSIVE' : 'FAILED' };
}

const unsaid = new Set<VerificationCause>(['THROTTLED', 'UNREACHABLE', 'CLOCK_SKEW', 'FOREIGN_ANSWER', 'PROPAGATION']);

/** Which cause a refusal of AWS is. */
function causeOf({ code, deniedBy }: CredentialsRejected): VerificationCause {
  switch (code) {
    case 'AWS_ACCESS_KEY_UNKNOWN':
      return 'KEY_UNKNOWN';
    case 'AWS_SECRET_WRONG':
      return 'WRONG_SECRET';
    case 'AWS_CLOCK_SKEW':
      return 'CLOCK_SKEW';
    case 'AWS_THROTTLED':
      return 'THROTTLED';
    case 'AWS_UNREACHABLE':
      return 'UNREACHABLE';
    case 'AWS_ANSWER_UNUSABLE':
      return 'FOREIGN_ANSWER';
    case 'AWS_ROLE_NOT_FOUND':
      return 'NO_SUCH_ENTITY';
    case 'SANDBOX_OFF':
      return 'SANDBOX_OFF';
    default:
      return deniedBy && deniedBy !== 'SESSION_POLICY' ? deniedBy : 'REFUSED';
  }
}

const trustFaults: Record<TrustFault, { code: ConstructorParameters<typeof CredentialsRejected>[0]; message: string }> =
  {
    NO_TRUST: { code: 'AWS_ROLE_TRUSTS_OTHERS', message: 'The console role does not let the people of the vendor in.' },
    TRUSTS_EVERYBODY: { code: 'AWS_ROLE_TRUSTS_OTHERS', message: 'The console role lets in everybody there is.' },
    EXTERNAL_ID: {
      code: 'AWS_ROLE_ASKS_EXTERNAL_ID',
      message: 'The console role asks for an external id, which the AWS console never sends.',
    },
    WITHOUT_MFA: { code: 'AWS_ROLE_WITHOUT_MFA', message: 'The console role lets people in without MFA.' },
  };

function refusalOfPrincipal({ arn }: AwsIdentity): CredentialsRejected | null {
  if (/^arn:[a-z-]+:iam::\d{12}:root$/.test(arn)) {
    return new CredentialsRejected(
      'AWS_ROOT_KEY',
      "The key is the root user's: it may do everything, and nothing limits it.",
      'accessKeyId',
    );
  }
  return /^arn:[a-z-]+:iam::\d{12}:user\/.+$/.test(arn)
    ? null
    : new CredentialsRejected('AWS_NOT_A_USER', 'The key does not belong to an IAM user.', 'accessKeyId');
}

/** One permission group, from what AWS said of its checks. */
function judge(
  group: string,
  simulated: readonly Simulated[],
  isOptional: boolean,
): { check: VerificationCheck; missing: MissingPermission[] } {
  const about = (verdict: VerificationCheck['verdict'], cause: VerificationCause | null, message: string, more = {}) =>
    check('PERMISSIONS', verdict, cause, message, { group, purpose: purposes.get(group) ?? null, ...more });

  const refusal = simulated.map(({ answer }) => answer).find((answer) => answer instanceof CredentialsRejected);
  if (refusal) {
    const mayNotAsk = refusal.code === 'AWS_ACTION_DENIED';
    return {
      check: about(
        'INCONCLUSIVE',
        causeOf(refusal),
        mayNotAsk
          ? 'The user may not ask AWS what it may do (iam:SimulatePrincipalPolicy).'
          : 'AWS did not say what the user may do.',
        { remedy: refusal.remediation, awsErrorCode: refusal.awsErrorCode },
      ),
      missing: [],
    };
  }

  const denied = simulated.flatMap(({ check, answer }) =>
    check.actions.flatMap((action) => {
      const verdicts = (answer as AwsVerdict[]).filter(
        (verdict) => verdict.action === action && check.resources.includes(verdict.resource),
      );
      const against = verdicts.find(({ decision }) => decision !== 'allowed');
      return against ? [{ check, action, cause: denialOf(against) }] : [];
    }),
  );
  const missingActions = [...new Set(denied.map(({ action }) => action))];
  const cause = severity.find((cause) => denied.some((denial) => denial.cause === cause));
  if (!cause) {
    return group === keyGroup
      ? {
          check: about(
            'INCONCLUSIVE',
            'KEY_POLICY',
            'The user may use keys; whether the keys allow it, AWS does not simulate.',
            {
              remedy: 'If you encrypt volumes with keys of your own, let the policy of each key allow the user.',
            },
          ),
          missing: [],
        }
      : { check: about('PASSED', null, 'All its actions are allowed.'), missing: [] };
  }
  if (isOptional) {
    const message = 'Not granted, and needed only if the gateway is to replace the key by itself.';
    return { check: about('SKIPPED', cause, message, { missingActions }), missing: [] };
  }
  const verdict = cause === 'SCP' ? 'INCONCLUSIVE' : 'FAILED';
  return {
    check: about(verdict, cause, denials[cause].message, { remedy: denials[cause].remedy, missingActions }),
    missing: denied.filter((denial) => denial.cause === 'IDENTITY_POLICY'),
  };
}

const keyGroup = 'ENCRYPTED_VOLUMES';

type Denial = 'IDENTITY_POLICY' | 'EXPLICIT_DENY' | 'BOUNDARY' | 'SCP';
/** What decides where several hold: first what a policy of the user mends, last what no simulation is sure of. */
const severity: readonly Denial[] = ['IDENTITY_POLICY', 'EXPLICIT_DENY', 'BOUNDARY', 'SCP'];

function denialOf({ decision, isAllowedByBoundary, isAllowedByOrganization }: AwsVerdict): Denial {
  if (!isAllowedByOrganization) return 'SCP';
  if (!isAllowedByBoundary) return 'BOUNDARY';
  return decision === 'explicitDeny' ? 'EXPLICIT_DENY' : 'IDENTITY_POLICY';
}

const denials: Record<Denial, { message: string; remedy: string }> = {
  IDENTITY_POLICY: {
    message: 'No policy of the user allows some of its actions.',
    remedy: 'Attach `suggestedPolicy` to the user, or all the policies of `iamSetup`.',
  },
  EXPLICIT_DENY: {
    message: 'A policy of the user denies some of its actions.',
    remedy: 'Take the denial out of the policies of the user: no other policy can outweigh it.',
  },
  BOUNDARY: {
    message: 'The permissions boundary of the user withholds some of its actions.',
    remedy: 'Allow the actions in the permissions boundary, too: no policy of the user can outweigh it.',
  },
  SCP: {
    message:
      'A policy of the organisation seems to withhold some of its actions; AWS does not simulate those for sure.',
    remedy: 'Ask whoever manages the AWS organisation whether its policies allow the actions.',
  },
};
