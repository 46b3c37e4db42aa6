import { DomainError, type DomainErrorOptions, type ErrorCatalog } from '#libs/kernel';
import { remedyOf, type AwsDenier } from './access-denial.js';
import type { VerificationReport } from './verification.js';

export const awsCredentialsErrors = {
  UNKNOWN_REGION: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Use the code of a region of the provider: us-east-1 at AWS, westeurope at AZURE, europe-west1 at GCP.',
  },
  AWS_TEMPORARY_KEY: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Create a long-term access key (AKIA…) for the programmatic IAM user. ASIA… keys end with their session.',
  },
  AWS_ACCESS_KEY_UNKNOWN: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: true,
    remediation:
      'Check the access key id and that the key is active. AWS may need some seconds to know a key that was just created. In China, GovCloud and the European Sovereign Cloud, give a region of that partition.',
  },
  AWS_SECRET_WRONG: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Copy the secret access key again. AWS shows it only once: if it is lost, create a new access key.',
  },
  AWS_ROOT_KEY: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Create an IAM user for the gateway and delete the access keys of the root user.',
  },
  AWS_REGION_NOT_ENABLED: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Enable the region in the AWS account (Account, AWS Regions), or give a region that is enabled. AWS may need some minutes to enable a region, and a moment to know a new key there.',
  },
  AWS_STS_NOT_ACTIVE: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Activate STS for the region in the AWS account (IAM, Account settings, Security Token Service), or give another region.',
  },
  AWS_ACCOUNT_NOT_ACTIVATED: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Complete the sign-up of the AWS account: confirm the payment method and the telephone number. AWS may need up to 24 hours to activate a new account. If the account is active, enable the region (Account, AWS Regions).',
  },
  AWS_ACCOUNT_UNEXPECTED: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Give credentials of the expected AWS account, or correct `expectedAwsAccountId`.',
  },
  AWS_NOT_A_USER: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Use the access key of an IAM user, not that of a role or a federated session.',
  },
  AWS_ACCESS_ROLE_DENIED: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Check the ARN of the access role, and let its trust policy name the identity of the gateway and demand the external id behind `externalIdHandle`: `iamSetup` with `createAccessRole` has it. AWS may need some seconds to know a role that was just created.',
  },
  AWS_ACCESS_ROLE_OPEN: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Add the condition StringEquals sts:ExternalId to every statement of the trust policy that lets the gateway in: `iamSetup` with `createAccessRole` has it. Without it another customer of the vendor could have the gateway use your role.',
  },
  AWS_ROLE_NOT_FOUND: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation: 'Create the role in the same AWS account as the user or the access role, or correct its name.',
  },
  AWS_ROLE_LOOKUP_DENIED: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation: 'Allow the IAM user, or the access role, the action iam:GetRole on the role.',
  },
  AWS_ROLE_TRUSTS_OTHERS: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Change the trust policy of the console role so that it allows the AWS account of the vendor, and no one else, with MFA: `iamSetup` has the policy. The message names the statement to change.',
  },
  AWS_ROLE_ASKS_EXTERNAL_ID: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation: 'Remove the condition on sts:ExternalId from the trust policy of the console role.',
  },
  AWS_ROLE_WITHOUT_MFA: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Add the condition Bool aws:MultiFactorAuthPresent true to the trust policy of the console role: `iamSetup` has it.',
  },
  AWS_ROLE_ALREADY_CONNECTED: {
    kind: 'conflict',
    fault: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Create an access role of its own for each cloud account, or change the account that uses this one.',
  },
  MISSING_PERMISSIONS: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Do what `remedy` of the failed checks in `report` says: where a policy mends it, `report.suggestedPolicy` is the smallest to attach to the IAM user or the access role. Or send `allowMissingPermissions: true` to save the account without using it.',
  },
  AWS_ACTION_DENIED: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Allow the action named in the message: `iamSetup` has the policies. A permissions boundary and the policies of the organisation must allow it, too.',
  },
  AWS_REFUSED: {
    kind: 'invalid',
    fault: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Look up `awsErrorCode` in the AWS documentation.',
  },
  AWS_CLOCK_SKEW: {
    kind: 'unavailable',
    fault: 'GATEWAY',
    retryable: true,
    remediation:
      'The clock of the gateway differs from that of AWS by more than 15 minutes. Its operator must correct it.',
  },
  AWS_THROTTLED: {
    kind: 'unavailable',
    fault: 'AWS',
    retryable: true,
    remediation: 'AWS limits how often an account may be asked. Send the same request again in a minute.',
  },
  AWS_UNREACHABLE: {
    kind: 'unavailable',
    fault: 'AWS',
    retryable: true,
    remediation:
      'Send the same request again later. If it goes on, the operator should check the way from the gateway to AWS.',
  },
  AWS_ANSWER_UNUSABLE: {
    kind: 'unavailable',
    fault: 'GATEWAY',
    retryable: true,
    remediation:
      'Something between the gateway and AWS, such as a proxy, answers in place of AWS. The operator should check it.',
  },
  GATEWAY_HAS_NO_IDENTITY: {
    kind: 'unavailable',
    fault: 'GATEWAY',
    retryable: true,
    remediation:
      'Use an access key instead, or have the operator set GATEWAY_IDENTITY_ARN and run the gateway with credentials of that role or user.',
  },
  AWS_KEY_LIMIT: {
    kind: 'conflict',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'AWS allows an IAM user two access keys. Delete the other key named in the error, if nothing uses it, then rotate again.',
  },
  AWS_ORPHAN_AMBIGUOUS: {
    kind: 'conflict',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Delete at AWS those of the keys named in `rotation.candidates` that nothing uses. The rotation goes on by itself when at most one is left.',
  },
  ROTATION_IN_PROGRESS: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: true,
    remediation: 'Wait until the rotation is over, or cancel it with `cancelRotation`; `rotation` shows where it is.',
  },
  ROTATION_NOT_UNDER_WAY: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing is left to do: `rotation` shows how the last one ended, or that it is being rolled back.',
  },
  ROTATION_TOO_LATE: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'The old key is being deleted. Wait until the rotation is over, then rotate again if you must.',
  },
  CREDENTIALS_NOT_ROTATABLE: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: true,
    remediation:
      'Rotate an account whose access key is proven: wait until a key that was just set is, or set one that works.',
  },
  CREDENTIALS_UNREADABLE: {
    kind: 'unavailable',
    fault: 'GATEWAY',
    retryable: false,
    remediation:
      'Set the credentials of the account again: the same key will do. If that is refused as well, the operator should run `keyring verify`.',
  },
  SANDBOX_OFF: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Use a key of a real AWS account, or ask the operator to switch the sandbox on.',
  },
} satisfies ErrorCatalog;

/** Codes that have an error class of their own. */
type OwnClass =
  | 'UNKNOWN_REGION'
  | 'AWS_ROLE_ALREADY_CONNECTED'
  | 'MISSING_PERMISSIONS'
  | 'AWS_KEY_LIMIT'
  | 'AWS_ORPHAN_AMBIGUOUS'
  | 'ROTATION_IN_PROGRESS'
  | 'ROTATION_NOT_UNDER_WAY'
  | 'ROTATION_TOO_LATE'
  | 'CREDENTIALS_NOT_ROTATABLE'
  | 'CREDENTIALS_UNREADABLE';

type Code = Exclude<keyof typeof awsCredentialsErrors, OwnClass>;

/** In which part of the credentials a refusal of AWS lies; the edge knows the input field. */
export type CredentialsPart = 'accessKeyId' | 'secretAccessKey' | 'roleArn' | 'consoleRoleName';

/** The credentials could not be proven: AWS refused them, or nobody could ask AWS. */
export class CredentialsRejected extends DomainError {
  constructor(
    code: Code,
    message: string,
    /** What is at fault; null when it is none of the credentials. */
    readonly part: CredentialsPart | null,
    /** AWS's own word for it, such as `InvalidClientTokenId`; null when AWS said nothing. */
    readonly awsErrorCode: string | null = null,
    options: DomainErrorOptions = {},
    /** By which kind of policy AWS denied it; null when it was not denied. */
    readonly deniedBy: AwsDenier | null = null,
  ) {
    super(awsCredentialsErrors, code, message, { ...options, ...(part && { path: paths[part] }) });
  }

  /**
   * Whether a key or a role that was made some seconds ago is refused like this, too: AWS does not know it everywhere yet.
   * A denial by a boundary or by the organization is not of this kind.
   */
  get mayBePropagation(): boolean {
    return (
      this.code === 'AWS_ACCESS_KEY_UNKNOWN' ||
      (this.code === 'AWS_ACCESS_ROLE_DENIED' && this.deniedBy !== null && notYet.has(this.deniedBy))
    );
  }

  /** Fits the kind of policy that denied the request, when AWS named it. */
  override get remediation(): string {
    const { code, deniedBy } = this;
    const isOfRole = code === 'AWS_ACCESS_ROLE_DENIED';
    if (deniedBy === null || (isOfRole && (deniedBy === 'UNSPECIFIED' || deniedBy === 'TRUST_POLICY')))
      return super.remediation;
    return remedyOf(deniedBy, isOfRole ? 'gateway' : 'customer');
  }

  /** The same refusal, of credentials that the caller did not give. @param path what of the input is about them, if anything */
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

  /** The same refusal, of a session in an access role: no key that the caller gave is at fault. */
  get ofSession(): CredentialsRejected {
    if (this.part !== 'accessKeyId' && this.part !== 'secretAccessKey') return this;
    const { code, message, awsErrorCode, cause, deniedBy } = this;
    return new CredentialsRejected(code as Code, message, 'roleArn', awsErrorCode, { cause }, deniedBy);
  }
}

/** The key works elsewhere in the partition: of the region AWS says no more than that the key is unknown. */
export class RegionNotEnabled extends CredentialsRejected {
  constructor({ awsErrorCode, cause }: CredentialsRejected) {
    const message = 'AWS knows the key, but not in this region: the AWS account has not enabled the region.';
    super('AWS_REGION_NOT_ENABLED', message, null, awsErrorCode, { cause, path: ['input', 'region'] });
  }
}

/** The refusal of credentials of another AWS account than the expected one; null when that is the account, or any is. */
export function refusalOfAccount(accountId: string, expected: string | null | undefined): CredentialsRejected | null {
  if (expected == null || expected === accountId) return null;
  const message = `The credentials belong to the AWS account ${accountId}. The expected account is ${expected}.`;
  const path = ['input', 'expectedAwsAccountId'];
  return new CredentialsRejected('AWS_ACCOUNT_UNEXPECTED', message, null, null, { path });
}

/** The credentials work, and the user may not do all that is needed. */
export class MissingPermissions extends DomainError {
  constructor(readonly report: VerificationReport) {
    const groups = report.checks.filter(({ step, verdict }) => step === 'PERMISSIONS' && verdict === 'FAILED');
    const holder = report.checks.some(({ step }) => step === 'ACCESS_ROLE') ? 'access role' : 'IAM user';
    super(
      awsCredentialsErrors,
      'MISSING_PERMISSIONS',
      `The ${holder} lacks permissions: ${groups.map(({ group }) => group).join(', ')}.`,
      { path: ['input', 'credentials'] },
    );
  }
}

/** What a role that was made some seconds ago may be denied by. */
const notYet = new Set<AwsDenier>(['IDENTITY_POLICY', 'TRUST_POLICY', 'UNSPECIFIED']);

const paths: Record<CredentialsPart, readonly string[]> = {
  accessKeyId: ['input', 'credentials', 'awsAccessKey', 'accessKeyId'],
  secretAccessKey: ['input', 'credentials', 'awsAccessKey', 'secretAccessKey'],
  roleArn: ['input', 'credentials', 'awsAssumeRole', 'roleArn'],
  consoleRoleName: ['input', 'consoleRoleName'],
};

/** Says nothing of the other account: it may be another tenant's. */
export class AwsRoleAlreadyConnected extends DomainError {
  constructor() {
    super(
      awsCredentialsErrors,
      'AWS_ROLE_ALREADY_CONNECTED',
      'The access role is already connected to a cloud account.',
      { path: ['input', 'credentials', 'awsAssumeRole', 'roleArn'] },
    );
  }
}

export class UnknownRegion extends DomainError {
  constructor(path: readonly string[], message: string) {
    super(awsCredentialsErrors, 'UNKNOWN_REGION', message, { path });
  }
}

export class TemporaryAccessKey extends DomainError {
  constructor(path: readonly string[], message: string) {
    super(awsCredentialsErrors, 'AWS_TEMPORARY_KEY', message, { path });
  }
}

/** AWS would refuse another key: the user has two. Names the one that stands in the way, which is none of ours to delete. */
export class AwsKeyLimit extends DomainError {
  constructor(
    /** Masked. */
    readonly accessKeyId: string,
    readonly createdAt: Date,
    readonly isActive: boolean,
    /** Null when AWS knows of no use, or does not allow us to ask. */
    readonly lastUsedAt: Date | null,
  ) {
    super(
      awsCredentialsErrors,
      'AWS_KEY_LIMIT',
      `The IAM user has another access key besides the one in use, ${accessKeyId}, and AWS allows two.`,
      { path: ['input', 'id'] },
    );
  }
}

/** Several keys appeared when the answer to our request was lost: one may be ours, and nobody can tell which. */
export class AwsOrphanAmbiguous extends DomainError {
  constructor(readonly candidates: readonly string[]) {
    super(
      awsCredentialsErrors,
      'AWS_ORPHAN_AMBIGUOUS',
      `AWS was asked for a key, its answer was lost, and ${candidates.length} keys appeared: ${candidates.join(', ')}.`,
    );
  }
}

export class RotationInProgress extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'ROTATION_IN_PROGRESS', "The account's access key is being rotated.", {
      path: ['input', 'id'],
    });
  }
}

export class RotationNotUnderWay extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'ROTATION_NOT_UNDER_WAY', 'There is no rotation that could be cancelled.', {
      path: ['input', 'id'],
    });
  }
}

export class RotationTooLate extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'ROTATION_TOO_LATE', 'The old access key is being deleted.', {
      path: ['input', 'id'],
    });
  }
}

/** There is no proven key, or one that is not proven yet stands where the new key would. */
export class CredentialsNotRotatable extends DomainError {
  constructor() {
    super(awsCredentialsErrors, 'CREDENTIALS_NOT_ROTATABLE', 'The account has no proven access key to rotate.', {
      path: ['input', 'id'],
    });
  }
}

/** What is stored is not what was sealed for this account: it was altered, exchanged, or an older one was put back. */
export class CredentialsUnreadable extends DomainError {
  constructor(options: DomainErrorOptions = {}) {
    super(awsCredentialsErrors, 'CREDENTIALS_UNREADABLE', 'The stored credentials of the account cannot be opened.', {
      path: ['input', 'credentials'],
      ...options,
    });
  }
}
