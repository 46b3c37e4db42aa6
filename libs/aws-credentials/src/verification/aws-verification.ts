import { iamArnFrom, isRootArn } from '@cloud-account-gateway/iam-policy';
import { IamSetupSettings, iamLimits, permissionManifest, policyFor, sizeOf } from '#libs/iam-setup';
import { Clock } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { faultInAccessKeyId, isTemporary, type AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected, refusalOfAccount } from '../aws-credentials.errors.js';
import { AccessRoleSessions } from './access-role-sessions.js';
import type { AwsAccess } from '../aws-access.js';
import type { AwsAccessRole } from '../aws-access-role.js';
import { AwsIam, type AwsIdentity, type AwsTrustedRole } from '../aws-iam.js';
import { judgeTrust, type TrustFault } from './console-role-trust.js';
import { checkedPrincipal, missingFor, verifyPermissions } from './permission-verification.js';
import { check, failed, inconclusive, passed, rejection, skipped, unanswered } from './verification-checks.js';
import {
  permissionsStatusOf,
  verdictOf,
  type PermissionsStatus,
  type VerificationCheck,
  type VerificationReport,
  type VerificationStep,
} from '../verification.js';

/** AWS account that the roles in the sandbox trust. */
export const sandboxVendorAccountId = '900000009999';

/** Requirements for the credentials. */
export interface VerificationSubject {
  readonly consoleRoleName: string;
  /** AWS account that the credentials must belong to, as 12 digits. Undefined: any account. */
  readonly expectedAwsAccountId?: string | null;
  /** IAM role of instances. Undefined: the role that `iamSetup` creates. */
  readonly nodeRoleName?: string | null;
  /** Whether the user needs the permissions to rotate its access key. */
  readonly mustRotate?: boolean;
  /**
   * Whether the access key or the role was just created. If AWS does not recognize it, the result is then inconclusive.
   */
  readonly isNew?: boolean;
  /** UUID of the operation: the session name in an access role. A new one if undefined. */
  readonly operationId?: string;
}

/** Report and its consequences. */
export interface Verification {
  readonly report: VerificationReport;
  /** IAM user or access role. Null when AWS did not report it. */
  readonly identity: AwsIdentity | null;
  readonly consoleRole: AwsTrustedRole | null;
  /** Reason why the credentials cannot be used at all. Null when they can be used, even if permissions are missing. */
  readonly refusal: CredentialsRejected | null;
  readonly permissions: PermissionsStatus;
}

/**
 * Verifies credentials with calls that change nothing: the identity of the access key, whether the access role can be
 * assumed and requires its external ID, whether the console role exists and trusts the vendor's staff, and whether each
 * permission group is allowed.
 */
@Injectable()
export class AwsVerification {
  constructor(
    private readonly aws: AwsIam,
    private readonly settings: IamSetupSettings,
    private readonly sessions: AccessRoleSessions,
    private readonly clock: Clock,
  ) {}

  /**
   * Full verification with at most 12 calls to AWS. Never call it in a unit of work: it waits for AWS. Does not throw
   * refusals of AWS. After a failed check, all checks that do not depend on it still run.
   */
  async verify(way: AwsAccess, region: string, subject: VerificationSubject): Promise<Verification> {
    const access = await this.access(way, region, subject, roleSteps);
    const { key, identity, roleSessionName, refusal } = access;
    if (!key || !identity) return this.conclude(access, [skipped('PERMISSIONS')]);

    const now = this.clock.now();
    const principal = checkedPrincipal(identity, roleSessionName, region, this.settings, subject, now);
    const { checks, missing, calls } = await verifyPermissions(this.aws, key, principal, subject.mustRotate ?? false);
    const lacking = [...missing, ...missingFor(refusal, 'iam:GetRole', principal)];
    return this.conclude({ ...access, calls: access.calls + calls }, checks, policyFor(principal, lacking));
  }

  /**
   * Short verification with 2 calls: the access key or access role works, and the console role exists and trusts the
   * vendor's staff.
   */
  async verifyBriefly(way: AwsAccess, region: string, subject: VerificationSubject): Promise<Verification> {
    return this.conclude(await this.access(way, region, subject, lightRoleSteps), []);
  }

  private access(
    way: AwsAccess,
    region: string,
    subject: VerificationSubject,
    steps: readonly VerificationStep[],
  ): Promise<Access> {
    return way.match({
      accessKey: (key) => this.withKey(key, region, subject),
      accessRole: (role) => this.throughRole(role, region, subject, steps),
    });
  }

  private async throughRole(
    role: AwsAccessRole,
    region: string,
    { consoleRoleName, expectedAwsAccountId, isNew = false, operationId: name = randomUUID() }: VerificationSubject,
    steps: readonly VerificationStep[],
  ): Promise<Access> {
    const soFar = { key: null, identity: null, consoleRole: null, roleSessionName: name };
    const stopped = (checks: VerificationCheck[], refusal: CredentialsRejected, calls: number): Access => ({
      ...soFar,
      checks: [...checks, ...steps.slice(checks.length).map((step) => skipped(step))],
      refusal,
      calls,
    });

    const unexpected = refusalOfAccount(role.accountId, expectedAwsAccountId);
    if (unexpected) return stopped([failed('ACCESS_ROLE', 'ACCOUNT_UNEXPECTED', unexpected)], unexpected, 0);

    const session = await this.sessions.begin(role, region, name).catch(rejection);
    if (session instanceof CredentialsRejected) return stopped([unanswered('ACCESS_ROLE', session, isNew)], session, 1);
    const { key, roleId } = session;
    const checks = [passed('ACCESS_ROLE', 'The gateway can assume the access role with its external ID.')];
    let calls = 1;

    if (steps.includes('ACCESS_ROLE_EXTERNAL_ID')) {
      const { check, refusal } = await this.sessions.checkExternalIdRequired(role, region, name);
      calls += 2;
      checks.push(check);
      if (refusal) return stopped(checks, refusal, calls);
    }
    // AWS includes the session name. The account is compared with the one of the role.
    const identity = { accountId: role.accountId, userId: roleId!, arn: role.arn };
    if (steps.includes('IDENTITY')) {
      const caller = await this.aws.identityOf(key, region).catch(rejection);
      calls += caller instanceof CredentialsRejected ? caller.awsCallCount : 1;
      const refusal = caller instanceof CredentialsRejected ? caller.ofSession : refusalOfSession(caller, identity);
      if (refusal) return stopped([...checks, unanswered('IDENTITY', refusal, isNew)], refusal, calls);
      checks.push(
        passed('IDENTITY', `AWS recognizes the access role: it belongs to the AWS account ${identity.accountId}.`),
      );
    }

    const consoleRole = await this.aws.role(key, region, consoleRoleName).catch(rejection);
    calls++;
    if (consoleRole instanceof CredentialsRejected) {
      const refusal = consoleRole.ofSession;
      const found = stopped([...checks, unanswered('CONSOLE_ROLE', refusal, isNew)], refusal, calls);
      return { ...found, identity, key: stillWorks(refusal) ? key : null };
    }
    const trust = this.trust(key, consoleRole);
    checks.push(passed('CONSOLE_ROLE', 'The console role exists in the AWS account.'), trust.check);
    return { checks, refusal: trust.refusal, key, identity, consoleRole, calls, roleSessionName: name };
  }

  private async withKey(
    key: AwsAccessKey,
    region: string,
    { consoleRoleName, expectedAwsAccountId, isNew = false }: VerificationSubject,
  ): Promise<Access> {
    const rest = (from: number) => keySteps.slice(from).map((step) => skipped(step));
    const stopped = (checks: VerificationCheck[], refusal: CredentialsRejected, so: Partial<Access>): Access => ({
      checks: [...checks, ...rest(checks.length)],
      refusal,
      key: null,
      identity: null,
      consoleRole: null,
      calls: 0,
      roleSessionName: null,
      ...so,
    });

    const fault = faultInAccessKeyId(key.accessKeyId);
    if (fault || isTemporary(key.accessKeyId)) {
      const refusal = new CredentialsRejected(
        'AWS_TEMPORARY_ACCESS_KEY',
        `The access key ID ${fault ?? 'begins with ASIA: it is temporary'}.`,
        'accessKeyId',
      );
      return stopped([failed('ACCESS_KEY_FORMAT', 'TEMPORARY_ACCESS_KEY', refusal)], refusal, {});
    }
    const format = passed('ACCESS_KEY_FORMAT', 'The access key ID has the format of a long-term access key.');

    const identity = await this.aws.identityOf(key, region).catch(rejection);
    if (identity instanceof CredentialsRejected)
      return stopped([format, unanswered('IDENTITY', identity, isNew)], identity, { calls: identity.awsCallCount });
    const unexpected = refusalOfAccount(identity.accountId, expectedAwsAccountId);
    if (unexpected) {
      const checks = [format, failed('IDENTITY', 'ACCOUNT_UNEXPECTED', unexpected)];
      return stopped(checks, unexpected, { identity, calls: 1 });
    }
    const known = [
      format,
      passed('IDENTITY', `AWS recognizes the access key: it belongs to the AWS account ${identity.accountId}.`),
    ];

    const notAUser = refusalOfPrincipal(identity);
    if (notAUser) {
      const cause = notAUser.code === 'AWS_ROOT_ACCESS_KEY' ? 'ROOT_USER' : 'NOT_IAM_USER';
      return stopped([...known, failed('PRINCIPAL', cause, notAUser)], notAUser, { identity, calls: 1 });
    }
    const user = [...known, passed('PRINCIPAL', 'The access key belongs to an IAM user.')];

    const consoleRole = await this.aws.role(key, region, consoleRoleName).catch(rejection);
    if (consoleRole instanceof CredentialsRejected) {
      const so = { identity, calls: 2, key: stillWorks(consoleRole) ? key : null };
      return stopped([...user, unanswered('CONSOLE_ROLE', consoleRole, isNew)], consoleRole, so);
    }

    const trust = this.trust(key, consoleRole);
    const checks = [...user, passed('CONSOLE_ROLE', 'The console role exists in the AWS account.'), trust.check];
    return { checks, refusal: trust.refusal, key, identity, consoleRole, calls: 2, roleSessionName: null };
  }

  private trust(key: AwsAccessKey, consoleRole: AwsTrustedRole): Trust {
    const step = 'CONSOLE_ROLE_TRUST';
    const vendor = key.isSandbox ? sandboxVendorAccountId : this.settings.vendorAccountId;
    if (!vendor) {
      const check = inconclusive(
        step,
        'VENDOR_ACCOUNT_UNKNOWN',
        'The gateway does not know which AWS account the console role must trust.',
        'The operator of the gateway must set VENDOR_AWS_ACCOUNT_ID.',
      );
      return { check, refusal: null };
    }
    const judgement = judgeTrust(consoleRole, vendor, this.clock.now());
    const { message } = judgement;
    if (judgement.verdict === 'PASSED') return { check: passed(step, message), refusal: null };
    const { cause, remediation } = judgement;
    if (judgement.verdict === 'INCONCLUSIVE')
      return { check: inconclusive(step, judgement.cause, message, remediation), refusal: null };
    const refusal = new CredentialsRejected(trustCodes[judgement.cause], message, 'consoleRoleName');
    return { check: check(step, 'FAILED', cause, message, { remediation }), refusal };
  }

  private conclude(
    { checks: before, refusal, identity, consoleRole, calls, roleSessionName }: Access,
    permissions: readonly VerificationCheck[],
    policy?: ReturnType<typeof policyFor>,
  ): Verification {
    const checks = [...before, ...permissions];
    // When one policy is too small, the policies of `iamSetup` are needed.
    const fits = policy && policy.Statement.length > 0 && sizeOf(policy) <= iamLimits.managedPolicy;
    return {
      report: {
        verdict: verdictOf(checks),
        checkedAt: this.clock.now(),
        manifestVersion: permissions.length > 0 ? permissionManifest.version : null,
        checks,
        suggestedPolicy: fits ? JSON.stringify(policy, null, 2) : null,
        awsCallCount: calls,
        roleSessionName,
      },
      identity,
      consoleRole,
      refusal,
      permissions: permissionsStatusOf(permissions),
    };
  }
}

const keySteps = ['ACCESS_KEY_FORMAT', 'IDENTITY', 'PRINCIPAL', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'] as const;
const lightRoleSteps = ['ACCESS_ROLE', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'] as const;
const roleSteps = ['ACCESS_ROLE', 'ACCESS_ROLE_EXTERNAL_ID', 'IDENTITY', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'] as const;

interface Access extends Pick<Verification, 'refusal' | 'identity' | 'consoleRole'> {
  readonly checks: readonly VerificationCheck[];
  readonly calls: number;
  /** Access key for permission checks: the given one, or the one of a session in the role. Null when there is none. */
  readonly key: AwsAccessKey | null;
  readonly roleSessionName: string | null;
}

interface Trust {
  readonly check: VerificationCheck;
  readonly refusal: CredentialsRejected | null;
}

const trustCodes = {
  NOT_TRUSTED: 'AWS_ROLE_TRUSTS_OTHERS',
  EXPLICIT_DENY: 'AWS_ROLE_TRUSTS_OTHERS',
  PRINCIPAL_DELETED: 'AWS_ROLE_TRUSTS_OTHERS',
  TRUSTS_ALL_ACCOUNTS: 'AWS_ROLE_TRUSTS_OTHERS',
  EXTERNAL_ID: 'AWS_ROLE_REQUIRES_EXTERNAL_ID',
  MFA_NOT_REQUIRED: 'AWS_ROLE_WITHOUT_MFA',
} as const satisfies Record<TrustFault, ConstructorParameters<typeof CredentialsRejected>[0]>;

/** Whether AWS can answer other calls with the same credentials. */
const stillWorks = ({ code }: CredentialsRejected) =>
  code !== 'AWS_ACCESS_KEY_UNKNOWN' && code !== 'AWS_SECRET_ACCESS_KEY_WRONG' && code !== 'AWS_CLOCK_SKEW';

/** If the session does not belong to the role, the answer did not come from AWS. */
function refusalOfSession(caller: AwsIdentity, { accountId, userId }: AwsIdentity): CredentialsRejected | null {
  return caller.accountId === accountId && caller.userId.split(':')[0] === userId
    ? null
    : new CredentialsRejected('AWS_RESPONSE_INVALID', 'The answer names another role. It may not come from AWS.', null);
}

function refusalOfPrincipal({ arn }: AwsIdentity): CredentialsRejected | null {
  if (isRootArn(arn)) {
    return new CredentialsRejected(
      'AWS_ROOT_ACCESS_KEY',
      'The access key belongs to the root user, whose permissions cannot be limited.',
      'accessKeyId',
    );
  }
  return iamArnFrom(arn)?.kind === 'user'
    ? null
    : new CredentialsRejected('AWS_NOT_IAM_USER', 'The access key does not belong to an IAM user.', 'accessKeyId');
}
