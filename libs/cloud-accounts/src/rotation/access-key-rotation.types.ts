import { AwsAccessKeyLimit, RotationState, RotationStep } from '#libs/aws-credentials';
import { atMost, DateTimeScalar, ErrorCode, isTyped, PayloadType, UserErrorType, registerEnum } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccountType } from '../cloud-account.type.js';

registerEnum(RotationState, {
  name: 'AccessKeyRotationState',
  description: 'State of a rotation. The account has a working access key in every state.',
  valuesMap: {
    RUNNING: { description: 'In progress, or waiting until `nextAttemptAt`.' },
    ROLLING_BACK: { description: 'The gateway restores the old access key and deletes the new one.' },
    NEEDS_ATTENTION: {
      description:
        'The rotation cannot continue: `lastError` says what to do. It then continues without another request.',
    },
    COMPLETED: { description: 'The new access key is in use. The old one is deleted.' },
    ROLLED_BACK: { description: 'The new access key did not work. The old one is in use, and the new one is deleted.' },
    CANCELLED: {
      description: 'The rotation was cancelled, or other credentials were set. The new access key is deleted.',
    },
    FAILED: {
      description: 'The rotation ended before a new access key existed, or was abandoned. `lastError` says why.',
    },
  },
});

registerEnum(RotationStep, {
  name: 'AccessKeyRotationStep',
  description: 'Next step of a rotation.',
  valuesMap: {
    LIST: { description: 'List the access keys of the IAM user.' },
    CREATE: { description: 'Create the new access key.' },
    RESOLVE: { description: 'The answer of AWS was lost: find out whether AWS created an access key.' },
    ORPHAN_DEACTIVATE: { description: 'Deactivate the orphaned access key.' },
    ORPHAN_GRACE: { description: 'Wait, in case the orphaned access key is in use elsewhere.' },
    ORPHAN_DELETE: { description: 'Delete the orphaned access key, and start again.' },
    VERIFY_NEW: { description: 'Wait until AWS accepts the new access key, then switch to it.' },
    DEACTIVATE_OLD: { description: 'Deactivate the old access key.' },
    GRACE: { description: 'Wait for the end of the grace period. During this time the rotation can be rolled back.' },
    DELETE_OLD: { description: 'Delete the old access key. From this step on, the rotation cannot be rolled back.' },
    REACTIVATE_OLD: { description: 'Activate the old access key again.' },
    SWITCH_BACK: { description: 'Check that the old access key works, then switch back to it.' },
    DELETE_NEW: { description: 'Delete the new access key.' },
    NONE: { description: 'None: the rotation has ended.' },
  },
});

@ObjectType('AccessKeyRotationError', { description: 'Most recent error of a rotation.' })
export class AccessKeyRotationErrorType {
  @Field(() => ErrorCode, { description: 'Machine-readable error code.' })
  readonly code!: string;

  @Field({ description: 'Human-readable description of the error. Access key IDs are masked.' })
  readonly message!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Error code of AWS, such as `InvalidClientTokenId`. Null when AWS returned none.',
  })
  readonly awsErrorCode!: string | null;
}

@ObjectType('OrphanedAccessKey', {
  description:
    'An access key that AWS created for a rotation, but whose secret did not reach the gateway. It cannot be used.',
})
export class OrphanedAccessKeyType {
  @Field({ description: 'Access key ID, masked: `AKIA…WXYZ`.' })
  readonly accessKeyId!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the gateway found the access key.' })
  readonly foundAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Time when the gateway deletes the access key. If you activate the access key in AWS before, the gateway keeps it. Null until the gateway has deactivated it.',
  })
  readonly graceUntil!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time of the deletion. Null while the access key exists.',
  })
  readonly deletedAt!: Date | null;
}

@ObjectType('AccessKeyRotation', { description: 'Most recent rotation of the access key of an account.' })
export class AccessKeyRotationType {
  @Field(() => RotationState, { description: 'State of the rotation.' })
  readonly state!: RotationState;

  @Field(() => RotationStep, { description: 'Next step of the rotation.' })
  readonly step!: RotationStep;

  @Field(() => DateTimeScalar, { description: 'Time when the rotation started.' })
  readonly startedAt!: Date;

  @Field({
    name: 'startedBy',
    description: 'Name of the API key that started the rotation, or `Gateway` if the rotation policy did.',
  })
  readonly startedByName!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the rotation ended. Null while it is in progress.',
  })
  readonly endedAt!: Date | null;

  @Field(() => Int, { description: 'Number of attempts to create the new access key.' })
  readonly attempt!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time of the next attempt. Null when the rotation has ended.',
  })
  readonly nextAttemptAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time until which the old access key is kept, deactivated. Null until it is deactivated.',
  })
  readonly graceUntil!: Date | null;

  @Field({ description: 'ID of the old access key, masked: `AKIA…WXYZ`.' })
  readonly oldAccessKeyId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'ID of the new access key, masked. Null until it exists.',
  })
  readonly newAccessKeyId!: string | null;

  @Field(() => AccessKeyRotationErrorType, {
    nullable: true,
    description: 'Most recent error. Null when there was none.',
  })
  readonly lastError!: AccessKeyRotationErrorType | null;

  @Field(() => OrphanedAccessKeyType, {
    nullable: true,
    description: 'Orphaned access key of this rotation. Null when there is none.',
  })
  readonly orphan!: OrphanedAccessKeyType | null;

  @Field(() => [String], {
    description: atMost(
      10,
      'Access keys of which one may be orphaned, masked. The gateway cannot tell which. Delete those that are not in use.',
    ),
  })
  readonly candidates!: string[];
}

@ObjectType('AwsAccessKeyLimitError', {
  implements: UserErrorType,
  description: 'Refusal of a rotation because the IAM user already has two access keys, the maximum in AWS.',
})
export class AwsAccessKeyLimitErrorType extends UserErrorType {
  @Field({
    description: 'ID of the access key that prevents the rotation, masked: `AKIA…WXYZ`. The gateway did not create it.',
  })
  readonly accessKeyId!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the access key was created.' })
  readonly createdAt!: Date;

  @Field({ description: 'Whether the access key is active.' })
  readonly isActive!: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Time of the last use, which AWS reports hours late. Null when AWS knows of no use or does not report it.',
  })
  readonly lastUsedAt!: Date | null;
}

isTyped(AwsAccessKeyLimit, 'AwsAccessKeyLimitError');

@ObjectType('RotateAwsCredentialsPayload', { description: 'Payload of `rotateAwsCredentials`.' })
export class RotateAwsCredentialsPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Account. Its `rotation` shows the progress.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('CancelRotationPayload', { description: 'Payload of `cancelRotation`.' })
export class CancelRotationPayload extends PayloadType {
  @Field(() => CloudAccountType, {
    nullable: true,
    description: 'Account. Its `rotation` shows the progress of the cancellation.',
  })
  readonly cloudAccount!: unknown;
}

@ObjectType('SetAccessKeyRotationPolicyPayload', { description: 'Payload of `setAccessKeyRotationPolicy`.' })
export class SetAccessKeyRotationPolicyPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Account in its current state.' })
  readonly cloudAccount!: unknown;
}
