import { atMost, DateTimeScalar, isTyped, UserErrorType } from '#libs/graphql';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { MissingPermissions } from '../aws-credentials.errors.js';
import { PermissionsStatus, VerificationCause, VerificationStep, Verdict } from '../verification.js';

registerEnumType(Verdict, {
  name: 'Verdict',
  description: 'What a check found.',
  valuesMap: {
    PASSED: { description: 'As it must be.' },
    FAILED: { description: 'Not as it must be: `cause` says why, `remedy` what to do.' },
    INCONCLUSIVE: { description: 'AWS could not be asked, or its answer depends on what the gateway cannot know.' },
    SKIPPED: { description: 'Not looked at, or not needed.' },
  },
});

registerEnumType(PermissionsStatus, {
  name: 'PermissionsStatus',
  description: 'Whether the permissions that the gateway needs are known to be granted.',
  valuesMap: {
    COMPLETE: { description: 'AWS allows everything that is needed, as far as AWS simulates it.' },
    MISSING: { description: 'At least one permission is missing.' },
    UNVERIFIED: { description: 'AWS did not tell, or the answer depends on something the gateway does not know.' },
  },
});

registerEnumType(VerificationStep, {
  name: 'VerificationStep',
  description: 'What is checked, in this order. After one that did not pass, those that build on it are skipped.',
  valuesMap: {
    KEY_FORMAT: { description: 'The access key id has the form of a long-term key.' },
    ACCESS_ROLE: { description: 'The access role lets the gateway in, with the external id it was issued.' },
    ACCESS_ROLE_EXTERNAL_ID: {
      description: 'The access role does not let the gateway in with another external id, nor without one.',
    },
    IDENTITY: { description: 'AWS knows the credentials, and says whose they are.' },
    PRINCIPAL: { description: 'The key belongs to an IAM user: not to root, and not to a session.' },
    CONSOLE_ROLE: { description: 'The AWS account has the console role.' },
    CONSOLE_ROLE_TRUST: {
      description: 'The console role lets people of the vendor in, with MFA and without an external id.',
    },
    PERMISSIONS: { description: 'The user, or the access role, is allowed the actions of one permission group.' },
  },
});

registerEnumType(VerificationCause, {
  name: 'VerificationCause',
  description: 'Why a check did not pass.',
  valuesMap: {
    TEMPORARY_KEY: { description: 'The key ends with its session.' },
    KEY_UNKNOWN: {
      description: 'AWS does not know the key: it was deleted or deactivated, or is of another partition.',
    },
    PROPAGATION: {
      description: 'AWS does not know the key, or not yet: one that was just made is known some seconds later.',
    },
    WRONG_SECRET: { description: 'The secret does not belong to the key.' },
    CLOCK_SKEW: { description: 'The clock of the gateway is wrong.' },
    REGION_NOT_ENABLED: { description: 'The AWS account has not enabled the region, or has deactivated STS there.' },
    ACCOUNT_NOT_ACTIVATED: { description: 'AWS has not activated the AWS account yet.' },
    ACCOUNT_UNEXPECTED: { description: 'The credentials belong to another AWS account than `expectedAwsAccountId`.' },
    ROOT_USER: { description: 'The key is that of the root user.' },
    NOT_A_USER: { description: 'The key is not that of an IAM user.' },
    NO_SUCH_ENTITY: { description: 'There is no such role.' },
    NO_TRUST: {
      description: 'The role does not let the vendor in: the console role its people, the access role the gateway.',
    },
    PRINCIPAL_DELETED: { description: 'The trust policy names a user or a role that no longer exists.' },
    TRUSTS_EVERYBODY: { description: 'The trust policy allows every AWS account.' },
    WITHOUT_MFA: { description: 'The trust policy does not require MFA.' },
    EXTERNAL_ID: { description: 'The trust policy requires an external id, which the AWS console does not send.' },
    ANY_EXTERNAL_ID: { description: 'The access role lets the gateway in with any external id, or with none.' },
    NO_GATEWAY_IDENTITY: { description: 'The gateway has no identity at AWS that could assume a role.' },
    VENDOR_UNKNOWN: { description: 'The operator has not said whom the role must trust.' },
    CONDITION_UNKNOWN: {
      description:
        'The trust policy, or a policy of the user or the role, depends on condition keys that the gateway cannot know: `message` names them.',
    },
    POLICY_UNREADABLE: { description: 'The trust policy cannot be judged: `message` says why.' },
    IDENTITY_POLICY: { description: 'No identity-based policy of the user or the role allows it.' },
    EXPLICIT_DENY: {
      description:
        'An identity-based policy of the user or the role, or the trust policy of the role, denies it explicitly.',
    },
    BOUNDARY: { description: 'The permissions boundary does not allow it.' },
    SCP: { description: 'A service control policy of the AWS organization does not allow it.' },
    RCP: { description: 'A resource control policy of the AWS organization does not allow it.' },
    SESSION_POLICY: { description: 'The session policy does not allow it.' },
    VPC_ENDPOINT_POLICY: {
      description: 'The policy of the VPC endpoint through which the gateway calls AWS does not allow it.',
    },
    RESOURCE_POLICY: { description: 'The policy of the resource does not allow it.' },
    ACCESS_DENIED: { description: 'AWS denies it and does not say which policy is the reason.' },
    KEY_POLICY: { description: 'The policies of encryption keys decide, and AWS does not simulate those.' },
    SIMULATOR_LIMIT: { description: 'The simulation of AWS does not reach so far.' },
    THROTTLED: { description: 'AWS limits how often it may be asked.' },
    UNREACHABLE: { description: 'AWS did not answer.' },
    FOREIGN_ANSWER: { description: 'Something else answered in place of AWS.' },
    REFUSED: { description: 'AWS refused to answer; `awsErrorCode` has its word for it.' },
    SANDBOX_OFF: { description: 'The key is one of the sandbox, which is off.' },
    STEP_BEFORE: { description: 'A check before it did not pass.' },
  },
});

@ObjectType('VerificationCheck', { description: 'One thing that was checked.' })
export class VerificationCheckType {
  @Field(() => VerificationStep, { description: 'What it is about.' })
  readonly step!: VerificationStep;

  @Field(() => String, { nullable: true, description: 'The permission group it is about; null for the other steps.' })
  readonly group!: string | null;

  @Field(() => Verdict, { description: 'What it found.' })
  readonly verdict!: Verdict;

  @Field(() => VerificationCause, { nullable: true, description: 'Why it did not pass; null when it did.' })
  readonly cause!: VerificationCause | null;

  @Field({ description: 'What was found, for people.' })
  readonly message!: string;

  @Field(() => String, { nullable: true, description: 'What to do; null when there is nothing to do.' })
  readonly remedy!: string | null;

  @Field(() => [String], { description: atMost(100, 'The actions that are not allowed: `ec2:RunInstances`.') })
  readonly missingActions!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: "AWS's own code, such as `InvalidClientTokenId`; null when AWS said nothing.",
  })
  readonly awsErrorCode!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What the permission group is for, in plain words; null for the other steps.',
  })
  readonly purpose!: string | null;
}

@ObjectType('VerificationReport', { description: 'What was found out about credentials, at one moment.' })
export class VerificationReportType {
  @Field(() => Verdict, {
    description: 'FAILED when a check failed; else INCONCLUSIVE when AWS left one open; else PASSED.',
  })
  readonly verdict!: Verdict;

  @Field(() => DateTimeScalar, { description: 'When AWS was asked.' })
  readonly checkedAt!: Date;

  @Field(() => Int, {
    nullable: true,
    description: 'The version of the permissions that were looked for; null when none were.',
  })
  readonly manifestVersion!: number | null;

  @Field(() => [VerificationCheckType], { description: atMost(25, 'Everything that was checked, in order.') })
  readonly checks!: readonly VerificationCheckType[];

  @Field(() => String, {
    nullable: true,
    description:
      'The smallest policy that mends what is missing, as JSON to attach to the user or the access role; null when nothing is missing, or a policy of the user would not mend it, or one policy cannot hold it: then attach those of `iamSetup`.',
  })
  readonly suggestedPolicy!: string | null;

  @Field(() => Int, { description: 'How often AWS was asked.' })
  readonly awsCalls!: number;

  @Field(() => String, {
    nullable: true,
    description:
      "The `roleSessionName` under which your CloudTrail has the gateway's calls; null with an access key, whose sessions have no name.",
  })
  readonly roleSessionName!: string | null;
}

@ObjectType('MissingPermissionsError', {
  implements: UserErrorType,
  description: 'The credentials work, and the IAM user or the access role may not do all that is needed.',
})
export class MissingPermissionsErrorType extends UserErrorType {
  @Field(() => VerificationReportType, { description: 'What is missing, and how to mend it.' })
  readonly report!: VerificationReportType;
}

isTyped(MissingPermissions, 'MissingPermissionsError');
