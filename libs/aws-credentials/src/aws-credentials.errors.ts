import { DomainError, type DomainErrorOptions, type ErrorCatalog } from '#libs/kernel';
import { remediationOf, type AwsDenier } from './access-denial.js';
import type { VerificationReport } from './verification.js';

export const awsCredentialsErrors = {
  AWS_TEMPORARY_ACCESS_KEY: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Create a long-term access key (AKIA…) for the programmatic IAM user. Temporary access keys (ASIA…) expire with their session.',
  },
  AWS_ACCESS_KEY_UNKNOWN: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation:
      'Check the access key ID, and that the access key is active. AWS may need some seconds to recognize a new access key. For China, GovCloud and the European Sovereign Cloud, use a region of that partition.',
  },
  AWS_SECRET_ACCESS_KEY_WRONG: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Copy the secret access key again. AWS shows it only once. If it is lost, create a new access key.',
  },
  AWS_ROOT_ACCESS_KEY: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Create an IAM user for the gateway and delete the access keys of the root user.',
  },
  AWS_REGION_NOT_ENABLED: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Enable the region in the AWS account (Account, AWS Regions), or use a region that is enabled. AWS may need some minutes to enable a region, and some seconds to recognize a new access key there.',
  },
  AWS_STS_NOT_ACTIVE: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Activate STS for the region in the AWS account (IAM, Account settings, Security Token Service), or use another region.',
  },
  AWS_ACCOUNT_NOT_ACTIVATED: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Complete the sign-up of the AWS account: confirm the payment method and the telephone number. AWS may need up to 24 hours to activate a new account. If the account is active, enable the region (Account, AWS Regions).',
  },
  AWS_ACCOUNT_UNEXPECTED: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Use credentials of the expected AWS account, or correct `expectedAwsAccountId`.',
  },
  AWS_NOT_IAM_USER: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Use the access key of an IAM user, not of a role or a federated session.',
  },
  AWS_ACCESS_ROLE_DENIED: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Check the ARN of the access role. Its trust policy must allow the identity of the gateway and require the external ID of `externalIdHandle`. `iamSetup` with `createAccessRole` returns such a trust policy. AWS may need some seconds to recognize a new role.',
  },
  AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Add the condition StringEquals sts:ExternalId to every statement of the trust policy that allows the gateway. `iamSetup` with `createAccessRole` returns such a trust policy. Without the condition, another customer of the vendor could use your role through the gateway.',
  },
  AWS_ROLE_NOT_FOUND: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation: 'Create the role in the AWS account of the IAM user or the access role, or correct its name.',
  },
  AWS_ROLE_LOOKUP_DENIED: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation: 'Allow the IAM user or the access role the action iam:GetRole on the role.',
  },
  AWS_ROLE_TRUSTS_OTHERS: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Change the trust policy of the console role so that it allows only the AWS account of the vendor, and only with MFA. `iamSetup` returns the policy. The message names the statement to change.',
  },
  AWS_ROLE_REQUIRES_EXTERNAL_ID: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation: 'Remove the condition on sts:ExternalId from the trust policy of the console role.',
  },
  AWS_ROLE_WITHOUT_MFA: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Add the condition Bool aws:MultiFactorAuthPresent true to the trust policy of the console role. `iamSetup` returns such a trust policy.',
  },
  AWS_ROLE_ALREADY_CONNECTED: {
    kind: 'conflict',
    responsibleParty: 'AWS_ADMIN',
    retryable: false,
    remediation:
      'Use another access role: each cloud account needs its own. If `cloudAccount` of the error names an account of yours, you can update that account instead.',
  },
  MISSING_PERMISSIONS: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Follow `remediation` of each failed check in `report`. If a policy can solve the problem, `report.suggestedPolicy` is the smallest policy to attach to the IAM user or the access role. To save the account without using it, send `allowMissingPermissions: true`.',
  },
  AWS_ACTION_DENIED: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Allow the action named in the message. `iamSetup` returns the policies. A permissions boundary and the policies of the AWS organization must allow the action as well.',
  },
  AWS_REFUSED: {
    kind: 'invalid',
    responsibleParty: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Look up `awsErrorCode` in the AWS documentation.',
  },
  AWS_CLOCK_SKEW: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation:
      'Ask the operator to correct the clock of the gateway. It differs from the clock of AWS by more than 15 minutes.',
  },
  AWS_THROTTLED: {
    kind: 'unavailable',
    responsibleParty: 'AWS',
    retryable: true,
    remediation: 'Send the same request again in a minute. AWS limits the request rate of an account.',
  },
  AWS_UNREACHABLE: {
    kind: 'unavailable',
    responsibleParty: 'AWS',
    retryable: true,
    remediation:
      'Send the same request again later. If the error persists, ask the operator to check the connection from the gateway to AWS.',
  },
  AWS_RESPONSE_INVALID: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation:
      'Ask the operator to check the connection from the gateway to AWS. Another server, such as a proxy, answers in place of AWS.',
  },
  GATEWAY_IDENTITY_MISSING: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation:
      'Use an access key instead, or ask the operator to set GATEWAY_IDENTITY_ARN and to run the gateway with credentials of that role or user.',
  },
  AWS_ACCESS_KEY_LIMIT: {
    kind: 'conflict',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Delete the other access key, which the error names, if nothing uses it. Then rotate again. AWS allows two access keys for each IAM user.',
  },
  AWS_ORPHANED_ACCESS_KEY_AMBIGUOUS: {
    kind: 'conflict',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'In AWS, delete those access keys in `rotation.candidates` that are not in use. The rotation continues when at most one is left.',
  },
  ROTATION_IN_PROGRESS: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation: 'Wait until the rotation ends, or cancel it with `cancelRotation`. `rotation` shows its progress.',
  },
  ROTATION_NOT_IN_PROGRESS: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'No action is needed. `rotation` shows how the last rotation ended, or that it is being rolled back.',
  },
  ROTATION_NOT_CANCELLABLE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Wait until the rotation ends. Then rotate again if necessary.',
  },
  CREDENTIALS_NOT_ROTATABLE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation: 'Wait until AWS has accepted the access key that was set, or set one that works. Then rotate again.',
  },
  CREDENTIALS_UNREADABLE: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: false,
    remediation:
      'Set the credentials of the account again. The same access key can be used. If that is refused as well, ask the operator to run `keyring verify`.',
  },
  SANDBOX_DISABLED: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Use an access key of a real AWS account, or ask the operator to enable the sandbox.',
  },
} satisfies ErrorCatalog;

/** Codes with their own error class. */
type OwnClass =
  | 'AWS_ROLE_ALREADY_CONNECTED'
  | 'MISSING_PERMISSIONS'
  | 'AWS_ACCESS_KEY_LIMIT'
  | 'AWS_ORPHANED_ACCESS_KEY_AMBIGUOUS'
  | 'ROTATION_IN_PROGRESS'
  | 'ROTATION_NOT_IN_PROGRESS'
  | 'ROTATION_NOT_CANCELLABLE'
  | 'CREDENTIALS_NOT_ROTATABLE'
  | 'CREDENTIALS_UNREADABLE';

type Code = Exclude<keyof typeof awsCredentialsErrors, OwnClass>;

/** Part of the credentials that AWS refused. The API layer maps it to an input field. */
export type CredentialsPart = 'accessKeyId' | 'secretAccessKey' | 'roleArn' | 'consoleRoleName';

/** AWS refused the credentials, or could not be reached. */
export class CredentialsRejected extends DomainError {
  /** Number of calls to AWS that led to this error. */
  awsCallCount = 1;

  constructor(
    code: Code,
    message: string,
    /** Null when no part of the credentials is at fault. */
    readonly part: CredentialsPart | null,
    /** For example `InvalidClientTokenId`. Null when AWS returned none. */
    readonly awsErrorCode: string | null = null,
    options: DomainErrorOptions = {},
    /** Kind of policy that denied the request. Null when it was not denied. */
    readonly deniedBy: AwsDenier | null = null,
  ) {
    super(awsCredentialsErrors, code, message, { ...options, ...(part && { path: paths[part] }) });
  }

  /**
   * Whether AWS also gives this refusal for an access key or role that was created some seconds ago. It never does so
   * for a denial by a permissions boundary or by the organization.
   */
  get mayBePropagation(): boolean {
    return (
      this.code === 'AWS_ACCESS_KEY_UNKNOWN' ||
      (this.code === 'AWS_ACCESS_ROLE_DENIED' && this.deniedBy !== null && notYet.has(this.deniedBy))
    );
  }

  /** Depends on the kind of policy that denied the request, if AWS named it. */
  override get remediation(): string {
    const { code, deniedBy } = this;
    const isOfRole = code === 'AWS_ACCESS_ROLE_DENIED';
    if (deniedBy === null || (isOfRole && (deniedBy === 'UNSPECIFIED' || deniedBy === 'TRUST_POLICY')))
      return super.remediation;
    return remediationOf(deniedBy, isOfRole ? 'gateway' : 'customer');
  }

  /** Same refusal for stored credentials. @param path input field that selects them, if any */
  ofStored(path?: readonly string[]): CredentialsRejected {
    const { code, message, awsErrorCode, cause, deniedBy } = this;
    return new CredentialsRejected(
      code as Code,
      message,
      null,
      awsErrorCode,
      { cause, ...(path && { path }) },
      deniedBy,
    );
  }

  /** Same refusal for a session in an access role: the caller's access key is not at fault. */
  get ofSession(): CredentialsRejected {
    if (this.part !== 'accessKeyId' && this.part !== 'secretAccessKey') return this;
    const { code, message, awsErrorCode, cause, deniedBy } = this;
    return new CredentialsRejected(code as Code, message, 'roleArn', awsErrorCode, { cause }, deniedBy);
  }
}

/**
 * AWS recognizes the access key in another region of the partition. In this region, it only reports an unknown access
 * key.
 */
export class RegionNotEnabled extends CredentialsRejected {
  constructor({ awsErrorCode, cause }: CredentialsRejected) {
    const message = 'The region is not enabled in the AWS account. AWS recognizes the access key in other regions.';
    super('AWS_REGION_NOT_ENABLED', message, null, awsErrorCode, { cause, path: ['input', 'region'] });
  }
}

/**
 * Refusal of credentials of an unexpected AWS account. Null when the account is the expected one, or any is accepted.
 */
export function refusalOfAccount(accountId: string, expected: string | null | undefined): CredentialsRejected | null {
  if (expected == null || expected === accountId) return null;
  const message = `The credentials belong to the AWS account ${accountId}, but the expected account is ${expected}.`;
  const path = ['input', 'expectedAwsAccountId'];
  return new CredentialsRejected('AWS_ACCOUNT_UNEXPECTED', message, null, null, { path });
}

/** The credentials work, but the user or the role lacks required permissions. */
export class MissingPermissions extends DomainError {
  constructor(readonly report: VerificationReport) {
    const groups = report.checks.filter(({ step, verdict }) => step === 'PERMISSIONS' && verdict === 'FAILED');
    const holder = report.checks.some(({ step }) => step === 'ACCESS_ROLE') ? 'access role' : 'IAM user';
    super(
      awsCredentialsErrors,
      'MISSING_PERMISSIONS',
      `The ${holder} lacks required permissions: ${groups.map(({ group }) => group).join(', ')}.`,
      { path: ['input', 'credentials'] },
    );
  }
}

/** Kinds of policies whose denial can be temporary for a role that was created some seconds ago. */
const notYet = new Set<AwsDenier>(['IDENTITY_POLICY', 'TRUST_POLICY', 'UNSPECIFIED']);

const paths: Record<CredentialsPart, readonly string[]> = {
  accessKeyId: ['input', 'credentials', 'awsAccessKey', 'accessKeyId'],
  secretAccessKey: ['input', 'credentials', 'awsAccessKey', 'secretAccessKey'],
  roleArn: ['input', 'credentials', 'awsAssumeRole', 'roleArn'],
  consoleRoleName: ['input', 'consoleRoleName'],
};

export class AwsRoleAlreadyConnected extends DomainError {
  /** @param ownAccountId the tenant's account that is connected to it; null if it is another tenant's, which is not named */
  constructor(readonly ownAccountId: number | null) {
    super(
      awsCredentialsErrors,
      'AWS_ROLE_ALREADY_CONNECTED',
      `The access role is already connected to ${ownAccountId === null ? 'a cloud account' : 'another cloud account of yours'}.`,
      { path: ['input', 'credentials', 'awsAssumeRole', 'roleArn'] },
    );
  }
}

export class TemporaryAccessKey extends DomainError {
  constructor(path: readonly string[], message: string) {
    super(awsCredentialsErrors, 'AWS_TEMPORARY_ACCESS_KEY', message, { path });
  }
}

/**
 * The IAM user has two access keys, so AWS would refuse another one. Names the other access key, which the gateway did
 * not create and must not delete.
 */
export class AwsAccessKeyLimit extends DomainError {
  constructor(
    /** Masked. */
    readonly accessKeyId: string,
    readonly createdAt: Date,
    readonly isActive: boolean,
    /** Null when AWS knows of no use, or does not allow the query. */
    readonly lastUsedAt: Date | null,
  ) {
    super(
      awsCredentialsErrors,
      'AWS_ACCESS_KEY_LIMIT',
      `The IAM user already has two access keys, the maximum in AWS: the one in use and ${accessKeyId}.`,
      { path: ['input', 'id'] },
    );
  }
}

/**
 * Several access keys appeared when the answer of AWS was lost. One of them can be from this rotation, but the gateway
 * cannot tell which.
 */
export class AwsOrphanedAccessKeyAmbiguous extends DomainError {
  constructor(readonly candidates: readonly string[]) {
    super(
      awsCredentialsErrors,
      'AWS_ORPHANED_ACCESS_KEY_AMBIGUOUS',
      `AWS did not answer the creation of an access key, and ${candidates.length} new access keys exist: ${candidates.join(', ')}.`,
    );
  }
}

export class RotationInProgress extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'ROTATION_IN_PROGRESS', 'A rotation of the access key of the account is in progress.', {
      path: ['input', 'id'],
    });
  }
}

export class RotationNotInProgress extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'ROTATION_NOT_IN_PROGRESS', 'The account has no rotation that can be cancelled.', {
      path: ['input', 'id'],
    });
  }
}

export class RotationNotCancellable extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'ROTATION_NOT_CANCELLABLE', 'The old access key is being deleted.', {
      path: ['input', 'id'],
    });
  }
}

/** The account has no verified access key, or the candidate slot that the rotation needs is in use. */
export class CredentialsNotRotatable extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'CREDENTIALS_NOT_ROTATABLE', 'The account has no access key that AWS has accepted.', {
      path: ['input', 'id'],
    });
  }
}

/**
 * The stored data is not what was encrypted for this account: it was changed, exchanged or replaced with an older
 * version.
 */
export class CredentialsUnreadable extends DomainError {
  constructor(options: DomainErrorOptions = {}) {
    super(
      awsCredentialsErrors,
      'CREDENTIALS_UNREADABLE',
      'The stored credentials of the account cannot be decrypted.',
      {
        path: ['input', 'credentials'],
        ...options,
      },
    );
  }
}
