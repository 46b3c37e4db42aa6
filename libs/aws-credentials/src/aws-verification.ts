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
import { randomUUID } from 'node:crypto';
import { faultInAccessKeyId, isTemporary, type AwsAccessKey } from './aws-access-key.js';
import { CredentialsRejected } from './aws-credentials.errors.js';
import { AccessRoleSessions } from './access-role-sessions.js';
import { AwsAccessRole } from './aws-access-role.js';
import { AwsIam, type AwsIdentity, type AwsTrustedRole, type AwsVerdict } from './aws-iam.js';
import { judgeTrust, type TrustFault } from './console-role-trust.js';
import { causeOf, check, failed, inconclusive, passed, rejection, skipped, unanswered } from './verification-checks.js';
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
  /** Whether AWS may not know the key or the role yet, because it was made just now: then that it does not says nothing. */
  readonly isNew?: boolean;
  /** A UUID for what this is part of: the name of the session in an access role. One of its own when not said. */
  readonly operationId?: string;
}

/** How the gateway gets into a customer's AWS account. */
export type AwsAccess = AwsAccessKey | AwsAccessRole;

/** A report, and what follows from it. */
export interface Verification {
  readonly report: VerificationReport;
  /** The user of the key, or the access role; null when AWS did not say. */
  readonly identity: AwsIdentity | null;
  readonly consoleRole: AwsTrustedRole | null;
  /** Why the credentials cannot be used at all; null when they can, even though permissions may be missing. */
  readonly refusal: CredentialsRejected | null;
  /** Whether permissions are missing that are needed. */
  readonly isMissingPermissions: boolean;
}

/**
 * Finds out whether credentials work and suffice, by asking AWS and changing nothing: who the key is, or whether the access
 * role lets the gateway in and nobody who borrows it, whether the console role is there and lets the vendor's people in, and,
 * permission group by permission group, what the user or the role may do.
 */
@Injectable()
export class AwsVerification {
  constructor(
    private readonly aws: AwsIam,
    private readonly settings: IamSetupSettings,
    private readonly sessions: AccessRoleSessions,
    private readonly clock: Clock,
  ) {}

  /** Everything: at most 12 questions to AWS. Never call it in a unit of work: it waits for AWS. Throws nothing of AWS's. */
  async full(way: AwsAccess, region: string, subject: VerificationSubject): Promise<Verification> {
    const access = await this.access(way, region, subject, roleSteps);
    const { key, identity, consoleRole } = access;
    if (!key || !identity || access.refusal) return this.conclude(access, [skipped('PERMISSIONS')]);

    const principal = this.principal(identity, consoleRole, region, subject);
    const { checks, missing, calls } = await this.permissions(key, region, identity, principal, subject);
    return this.conclude(
      { ...access, calls: access.calls + calls },
      checks,
      missing.length > 0 ? policyFor(principal, missing) : undefined,
    );
  }

  /** Whether the key or the access role works, and the console role is there and lets the vendor's people in: 2 questions. */
  async light(way: AwsAccess, region: string, subject: VerificationSubject): Promise<Verification> {
    return this.conclude(await this.access(way, region, subject, lightRoleSteps), []);
  }

  private access(
    way: AwsAccess,
    region: string,
    subject: VerificationSubject,
    steps: readonly VerificationStep[],
  ): Promise<Access> {
    return way instanceof AwsAccessRole
      ? this.throughRole(way, region, subject, steps)
      : this.withKey(way, region, subject);
  }

  private async throughRole(
    role: AwsAccessRole,
    region: string,
    { consoleRoleName, isNew = false, operationId: name = randomUUID() }: VerificationSubject,
    steps: readonly VerificationStep[],
  ): Promise<Access> {
    const soFar = { key: null, identity: null, consoleRole: null, roleSessionName: name };
    const stopped = (checks: VerificationCheck[], refusal: CredentialsRejected, calls: number): Access => ({
      ...soFar,
      checks: [...checks, ...steps.slice(checks.length).map((step) => skipped(step))],
      refusal,
      calls,
    });

    const session = await this.sessions.begin(role, region, name).catch(rejection);
    if (session instanceof CredentialsRejected) return stopped([unanswered('ACCESS_ROLE', session, isNew)], session, 1);
    const { key, roleId } = session;
    const checks = [passed('ACCESS_ROLE', 'The access role lets the gateway in, with its external id.')];
    let calls = 1;

    if (steps.includes('ACCESS_ROLE_EXTERNAL_ID')) {
      const { check, refusal } = await this.sessions.demandsExternalId(role, region, name);
      calls += 2;
      checks.push(check);
      if (refusal) return stopped(checks, refusal, calls);
    }
    // What AWS calls the session names it; the account is held against the role, not the other way round.
    const identity = { accountId: role.accountId, userId: roleId!, arn: role.arn };
    if (steps.includes('IDENTITY')) {
      const caller = await this.aws.identityOf(key, region).catch(rejection);
      calls++;
      const refusal = caller instanceof CredentialsRejected ? caller.ofSession : refusalOfSession(caller, identity);
      if (refusal) return stopped([...checks, unanswered('IDENTITY', refusal, isNew)], refusal, calls);
      checks.push(passed('IDENTITY', `AWS knows the role: it belongs to the account ${identity.accountId}.`));
    }

    const consoleRole = await this.aws.role(key, region, consoleRoleName).catch(rejection);
    calls++;
    if (consoleRole instanceof CredentialsRejected) {
      const refusal = consoleRole.ofSession;
      return { ...stopped([...checks, unanswered('CONSOLE_ROLE', refusal, isNew)], refusal, calls), identity };
    }
    const trust = this.trust(key, consoleRole);
    checks.push(passed('CONSOLE_ROLE', 'The AWS account has the console role.'), trust.check);
    return { checks, refusal: trust.refusal, key, identity, consoleRole, calls, roleSessionName: name };
  }

  private async withKey(
    key: AwsAccessKey,
    region: string,
    { consoleRoleName, isNew = false }: VerificationSubject,
  ): Promise<Access> {
    const rest = (from: number) => keySteps.slice(from).map((step) => skipped(step));
    const stopped = (checks: VerificationCheck[], refusal: CredentialsRejected, so: Partial<Access>): Access => ({
      checks: [...checks, ...rest(checks.length)],
      refusal,
      key,
      identity: null,
      consoleRole: null,
      calls: 0,
      roleSessionName: null,
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
    return { checks, refusal: trust.refusal, key, identity, consoleRole, calls: 2, roleSessionName: null };
  }

  private trust(key: AwsAccessKey, consoleRole: AwsTrustedRole): Trust {
    const step = 'CONSOLE_ROLE_TRUST';
    const vendor = key.isSandbox ? sandboxVendorAccountId : this.settings.vendorAccountId;
    if (!vendor) {
      const check = inconclusive(
        step,
        'VENDOR_UNKNOWN',
        'The gateway does not know which AWS account the role must trust.',
        'The operator of the gateway must set VENDOR_AWS_ACCOUNT_ID.',
      );
      return { check, refusal: null };
    }
    const judgement = judgeTrust(consoleRole, vendor, this.clock.now());
    const { message } = judgement;
    if (judgement.verdict === 'PASSED') return { check: passed(step, message), refusal: null };
    const { cause, remedy } = judgement;
    if (judgement.verdict === 'INCONCLUSIVE')
      return { check: inconclusive(step, judgement.cause, message, remedy), refusal: null };
    const refusal = new CredentialsRejected(trustCodes[judgement.cause], message, 'consoleRoleName');
    return { check: check(step, 'FAILED', cause, message, { remedy }), refusal };
  }

  private principal(
    identity: AwsIdentity,
    consoleRole: AwsTrustedRole | null,
    region: string,
    { nodeRoleName, consoleRoleName }: VerificationSubject,
  ): CheckedPrincipal {
    const [, partition = 'aws', kind, pathAndName = ''] =
      /^arn:([a-z-]+):iam::\d{12}:(user|role)(\/.+)$/.exec(identity.arn) ?? [];
    const split = pathAndName.lastIndexOf('/') + 1;
    const usual = namesOf(this.settings.vendorName);
    const isRole = kind === 'role';
    const name = pathAndName.slice(split);
    return {
      holder: isRole ? 'access role' : 'user',
      options: isRole ? [] : ['allowKeyRotation'],
      region,
      values: {
        partition,
        urlSuffix: partitionNames[partitionOf(region) ?? 'aws'].urlSuffix,
        accountId: identity.accountId,
        vendorAccountId: this.settings.vendorAccountId ?? '',
        vendorName: this.settings.vendorName,
        tagKey: this.settings.tagKey,
        path: pathAndName.slice(0, split),
        userName: isRole ? usual.userName : name,
        nodeRoleName: nodeRoleName ?? usual.nodeRoleName,
        consoleRoleName: consoleRole?.name ?? consoleRoleName,
        accessRoleName: isRole ? name : usual.accessRoleName,
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
        principal.holder === 'user' ? 'user' : 'role',
      ),
    );
    return {
      checks: groups.map(({ check }) => check),
      missing: groups.flatMap(({ check, missing }) => (check.verdict === 'FAILED' ? missing : [])),
      calls: isRefused ? 1 : simulations.length,
    };
  }

  private conclude(
    { checks: before, refusal, identity, consoleRole, calls, roleSessionName }: Access,
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
        roleSessionName,
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
const keySteps = ['KEY_FORMAT', 'IDENTITY', 'PRINCIPAL', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'] as const;
const lightRoleSteps = ['ACCESS_ROLE', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'] as const;
const roleSteps = ['ACCESS_ROLE', 'ACCESS_ROLE_EXTERNAL_ID', 'IDENTITY', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'] as const;

interface Access extends Pick<Verification, 'refusal' | 'identity' | 'consoleRole'> {
  readonly checks: readonly VerificationCheck[];
  readonly calls: number;
  /** What AWS can be asked with further: the key itself, or that of a session in the role; null without one. */
  readonly key: AwsAccessKey | null;
  readonly roleSessionName: string | null;
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

const trustCodes = {
  NO_TRUST: 'AWS_ROLE_TRUSTS_OTHERS',
  EXPLICIT_DENY: 'AWS_ROLE_TRUSTS_OTHERS',
  PRINCIPAL_DELETED: 'AWS_ROLE_TRUSTS_OTHERS',
  TRUSTS_EVERYBODY: 'AWS_ROLE_TRUSTS_OTHERS',
  EXTERNAL_ID: 'AWS_ROLE_ASKS_EXTERNAL_ID',
  WITHOUT_MFA: 'AWS_ROLE_WITHOUT_MFA',
} as const satisfies Record<TrustFault, ConstructorParameters<typeof CredentialsRejected>[0]>;

/** Something stood in the place of AWS, if the session is not one in the role. */
function refusalOfSession(caller: AwsIdentity, { accountId, userId }: AwsIdentity): CredentialsRejected | null {
  return caller.accountId === accountId && caller.userId.split(':')[0] === userId
    ? null
    : new CredentialsRejected('AWS_ANSWER_UNUSABLE', 'What answered in place of AWS knows another role.', null);
}

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
  holder: 'user' | 'role',
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
          ? `The ${holder} may not ask AWS what it may do (iam:SimulatePrincipalPolicy).`
          : `AWS did not say what the ${holder} may do.`,
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
            `The ${holder} may use keys; whether the keys allow it, AWS does not simulate.`,
            {
              remedy: `If you encrypt volumes with keys of your own, let the policy of each key allow the ${holder}.`,
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
    check: about(verdict, cause, denials(holder)[cause].message, {
      remedy: denials(holder)[cause].remedy,
      missingActions,
    }),
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

const denials = (holder: 'user' | 'role'): Record<Denial, { message: string; remedy: string }> => ({
  IDENTITY_POLICY: {
    message: `No policy of the ${holder} allows some of its actions.`,
    remedy: `Attach \`suggestedPolicy\` to the ${holder}, or all the policies of \`iamSetup\`.`,
  },
  EXPLICIT_DENY: {
    message: `A policy of the ${holder} denies some of its actions.`,
    remedy: `Take the denial out of the policies of the ${holder}: no other policy can outweigh it.`,
  },
  BOUNDARY: {
    message: `The permissions boundary of the ${holder} withholds some of its actions.`,
    remedy: `Allow the actions in the permissions boundary, too: no policy of the ${holder} can outweigh it.`,
  },
  SCP: {
    message:
      'A policy of the organisation seems to withhold some of its actions; AWS does not simulate those for sure.',
    remedy: 'Ask whoever manages the AWS organisation whether its policies allow the actions.',
  },
});
