import { atMost, DateTimeScalar, isTyped, UserErrorType, registerEnum } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { MissingPermissions } from '../aws-credentials.errors.js';
import { PermissionsStatus, VerificationCause, VerificationStep, Verdict } from '../verification.js';

registerEnum(Verdict, {
  name: 'Verdict',
  description: 'Result of a check.',
  valuesMap: {
    PASSED: { description: 'The requirement is met.' },
    FAILED: { description: 'The requirement is not met. `cause` gives the reason, `remediation` the solution.' },
    INCONCLUSIVE: {
      description: 'AWS could not be reached, or the result depends on something that the gateway cannot know.',
    },
    SKIPPED: { description: 'Not checked, or not required.' },
  },
});

registerEnum(PermissionsStatus, {
  name: 'PermissionsStatus',
  description: 'Whether the gateway has all required permissions.',
  valuesMap: {
    COMPLETE: { description: 'AWS allows everything that is required, as far as AWS simulates it.' },
    MISSING: { description: 'At least one permission is missing.' },
    UNVERIFIED: {
      description: 'AWS returned no result, or the result depends on something that the gateway cannot know.',
    },
  },
});

registerEnum(VerificationStep, {
  name: 'VerificationStep',
  description:
    'Steps of a verification, in this order. When a check does not pass, the checks that depend on it are skipped.',
  valuesMap: {
    ACCESS_KEY_FORMAT: { description: 'The access key ID has the format of a long-term access key.' },
    ACCESS_ROLE: { description: 'The gateway can assume the access role with the external ID that was issued.' },
    ACCESS_ROLE_EXTERNAL_ID: {
      description: 'The gateway cannot assume the access role with another external ID or without one.',
    },
    IDENTITY: { description: 'AWS recognizes the credentials and returns their identity.' },
    PRINCIPAL: { description: 'The access key belongs to an IAM user, not to the root user or a session.' },
    CONSOLE_ROLE: { description: 'The console role exists in the AWS account.' },
    CONSOLE_ROLE_TRUST: {
      description: "The vendor's staff can switch to the console role with MFA and without an external ID.",
    },
    PERMISSIONS: { description: 'The IAM user or the access role is allowed the actions of one permission group.' },
  },
});

registerEnum(VerificationCause, {
  name: 'VerificationCause',
  description: 'Reason why a check did not pass.',
  valuesMap: {
    TEMPORARY_ACCESS_KEY: { description: 'The access key is temporary and expires with its session.' },
    ACCESS_KEY_UNKNOWN: {
      description:
        'AWS does not recognize the access key: it was deleted, was deactivated, or is in another partition.',
    },
    PROPAGATION: {
      description:
        'AWS does not recognize the access key, or not yet. AWS needs some seconds to recognize a new access key.',
    },
    WRONG_SECRET: { description: 'The secret access key does not match the access key ID.' },
    CLOCK_SKEW: { description: 'The clock of the gateway is wrong.' },
    REGION_NOT_ENABLED: { description: 'The AWS account has not enabled the region, or has deactivated STS there.' },
    ACCOUNT_NOT_ACTIVATED: { description: 'AWS has not activated the AWS account yet.' },
    ACCOUNT_UNEXPECTED: { description: 'The credentials do not belong to the AWS account in `expectedAwsAccountId`.' },
    ROOT_USER: { description: 'The access key belongs to the root user.' },
    NOT_IAM_USER: { description: 'The access key does not belong to an IAM user.' },
    NO_SUCH_ENTITY: { description: 'The role does not exist.' },
    NOT_TRUSTED: {
      description:
        "The console role does not trust the vendor's AWS account, or the access role does not trust the gateway.",
    },
    PRINCIPAL_DELETED: { description: 'The trust policy names a user or a role that no longer exists.' },
    TRUSTS_ALL_ACCOUNTS: { description: 'The trust policy allows every AWS account.' },
    MFA_NOT_REQUIRED: { description: 'The trust policy does not require MFA.' },
    EXTERNAL_ID: { description: 'The trust policy requires an external ID, which the AWS console does not send.' },
    EXTERNAL_ID_NOT_REQUIRED: {
      description: 'The gateway can assume the access role with any external ID, or without one.',
    },
    GATEWAY_IDENTITY_MISSING: { description: 'The gateway has no identity in AWS that can assume a role.' },
    VENDOR_ACCOUNT_UNKNOWN: { description: 'The operator has not configured which AWS account the role must trust.' },
    CONDITION_UNKNOWN: {
      description:
        'The trust policy, or a policy of the user or the role, depends on condition keys whose values the gateway cannot know. `message` names them.',
    },
    POLICY_UNREADABLE: { description: 'The trust policy cannot be evaluated. `message` gives the reason.' },
    IDENTITY_POLICY: { description: 'No identity-based policy of the user or the role allows the action.' },
    EXPLICIT_DENY: {
      description:
        'An identity-based policy of the user or the role, or the trust policy of the role, explicitly denies the action.',
    },
    PERMISSIONS_BOUNDARY: { description: 'The permissions boundary does not allow the action.' },
    SCP: { description: 'A service control policy of the AWS organization does not allow the action.' },
    RCP: { description: 'A resource control policy of the AWS organization does not allow the action.' },
    SESSION_POLICY: { description: 'The session policy does not allow the action.' },
    VPC_ENDPOINT_POLICY: {
      description: 'The policy of the VPC endpoint through which the gateway calls AWS does not allow the action.',
    },
    RESOURCE_POLICY: { description: 'The policy of the resource does not allow the action.' },
    ACCESS_DENIED: { description: 'AWS denies the action and does not report which policy is the reason.' },
    KEY_POLICY: { description: 'The result depends on the policies of KMS keys, which AWS does not simulate.' },
    SIMULATOR_LIMIT: { description: 'The IAM policy simulator of AWS does not cover the case.' },
    THROTTLED: { description: 'AWS limits the request rate.' },
    UNREACHABLE: { description: 'AWS did not answer.' },
    UNEXPECTED_RESPONSE: { description: 'The answer did not come from AWS.' },
    REFUSED: { description: 'AWS refused the request. `awsErrorCode` is the error code of AWS.' },
    SANDBOX_DISABLED: { description: 'The access key belongs to the sandbox, which is disabled.' },
    PREVIOUS_STEP: { description: 'A previous check did not pass.' },
  },
});

@ObjectType('VerificationCheck', { description: 'One check of a verification.' })
export class VerificationCheckType {
  @Field(() => VerificationStep, { description: 'Step of the verification.' })
  readonly step!: VerificationStep;

  @Field(() => String, { nullable: true, description: 'Permission group of the check. Null for other steps.' })
  readonly group!: string | null;

  @Field(() => Verdict, { description: 'Result of the check.' })
  readonly verdict!: Verdict;

  @Field(() => VerificationCause, {
    nullable: true,
    description: 'Reason why the check did not pass. Null when it passed.',
  })
  readonly cause!: VerificationCause | null;

  @Field({ description: 'Human-readable result of the check.' })
  readonly message!: string;

  @Field(() => String, { nullable: true, description: 'Human-readable instructions. Null when no action is needed.' })
  readonly remediation!: string | null;

  @Field(() => [String], { description: atMost(100, 'Actions that are not allowed, such as `ec2:RunInstances`.') })
  readonly missingActions!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: 'Error code of AWS, such as `InvalidClientTokenId`. Null when AWS returned none.',
  })
  readonly awsErrorCode!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Purpose of the permission group. Null for other steps.',
  })
  readonly purpose!: string | null;
}

@ObjectType('VerificationReport', { description: 'Result of a verification of credentials at one point in time.' })
export class VerificationReportType {
  @Field(() => Verdict, {
    description: 'FAILED if a check failed; otherwise INCONCLUSIVE if a check is inconclusive; otherwise PASSED.',
  })
  readonly verdict!: Verdict;

  @Field(() => DateTimeScalar, { description: 'Time when AWS was asked.' })
  readonly checkedAt!: Date;

  @Field(() => Int, {
    nullable: true,
    description: 'Version of the permission manifest that was checked. Null when no permissions were checked.',
  })
  readonly manifestVersion!: number | null;

  @Field(() => [VerificationCheckType], { description: atMost(25, 'All checks, in order.') })
  readonly checks!: readonly VerificationCheckType[];

  @Field(() => String, {
    nullable: true,
    description:
      'Smallest policy that grants the missing permissions, as JSON to attach to the IAM user or the access role. Null when no permission is missing, when a policy cannot solve the problem, or when one policy is too small. In the last case, attach the policies of `iamSetup`.',
  })
  readonly suggestedPolicy!: string | null;

  @Field(() => Int, { description: 'Number of requests to AWS.' })
  readonly awsCallCount!: number;

  @Field(() => String, {
    nullable: true,
    description:
      "`roleSessionName` of the gateway's calls in your CloudTrail. Null for an access key, whose sessions have no name.",
  })
  readonly roleSessionName!: string | null;
}

@ObjectType('MissingPermissionsError', {
  implements: UserErrorType,
  description: 'Refusal because the credentials work, but the IAM user or the access role lacks required permissions.',
})
export class MissingPermissionsErrorType extends UserErrorType {
  @Field(() => VerificationReportType, { description: 'Report with the missing permissions and how to grant them.' })
  readonly report!: VerificationReportType;
}

isTyped(MissingPermissions, 'MissingPermissionsError');
