import { AwsKeyLimit, RotationState, RotationStep } from '#libs/aws-credentials';
import { atMost, DateTimeScalar, ErrorCode, isTyped, PayloadType, UserErrorType } from '#libs/graphql';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { CloudAccountType } from './cloud-account.type.js';

registerEnumType(RotationState, {
  name: 'KeyRotationState',
  description: 'Where a rotation is. The account has a working key in every one of them.',
  valuesMap: {
    RUNNING: { description: 'On its way, or waiting for what `nextAttemptAt` says.' },
    ROLLING_BACK: { description: 'The old key is brought back, and the new one removed.' },
    NEEDS_ATTENTION: { description: 'It cannot go on alone: `lastError` says what to do. Then it goes on by itself.' },
    COMPLETED: { description: 'The new key is in use, and the old one deleted.' },
    ROLLED_BACK: { description: 'The new key did not work: the old one is in use, and the new one deleted.' },
    CANCELLED: { description: 'Somebody cancelled it, or set another key. What was made is deleted.' },
    FAILED: { description: 'It ended before there was a new key, or was given up; `lastError` says why.' },
  },
});

registerEnumType(RotationStep, {
  name: 'KeyRotationStep',
  description: 'What a rotation does next.',
  valuesMap: {
    LIST: { description: 'See which keys the user has.' },
    CREATE: { description: 'AWS is being asked for a new key.' },
    RESOLVE: { description: 'The answer was lost: see whether AWS made a key.' },
    ORPHAN_DEACTIVATE: { description: 'Make the lost key inactive.' },
    ORPHAN_GRACE: { description: 'Wait whether somebody misses the lost key.' },
    ORPHAN_DELETE: { description: 'Delete the lost key, and begin again.' },
    PROVE: { description: 'Wait until AWS accepts the new key, then switch to it.' },
    DEACTIVATE_OLD: { description: 'Make the old key inactive.' },
    GRACE: { description: 'Wait, with a way back, until the old key may go.' },
    DELETE_OLD: { description: 'Delete the old key. From here on there is no way back.' },
    REACTIVATE_OLD: { description: 'Make the old key active again.' },
    SWITCH_BACK: { description: 'See that the old key works, and switch back to it.' },
    DELETE_NEW: { description: 'Delete the new key.' },
    NONE: { description: 'It is over.' },
  },
});

@ObjectType('KeyRotationError', { description: 'What went wrong last in a rotation.' })
export class KeyRotationErrorType {
  @Field(() => ErrorCode, { description: 'What to branch on.' })
  readonly code!: string;

  @Field({ description: 'What is wrong, for people; access key ids are masked.' })
  readonly message!: string;

  @Field(() => String, {
    nullable: true,
    description: "AWS's own code, such as `InvalidClientTokenId`; null when AWS said nothing.",
  })
  readonly awsErrorCode!: string | null;
}

@ObjectType('KeyRotationOrphan', {
  description: 'An access key AWS made for a rotation, whose secret was lost on the way. It is of use to nobody.',
})
export class KeyRotationOrphanType {
  @Field({ description: 'The access key id, masked: `AKIA…WXYZ`.' })
  readonly accessKeyId!: string;

  @Field(() => DateTimeScalar, { description: 'When it was found.' })
  readonly foundAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When it is deleted, unless somebody makes it active again at AWS: then it is theirs, and stays. Null before it is inactive.',
  })
  readonly graceUntil!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was deleted; null while it is there.' })
  readonly deletedAt!: Date | null;
}

@ObjectType('KeyRotation', { description: "The newest rotation of an account's access key." })
export class KeyRotationType {
  @Field(() => RotationState, { description: 'Where it is.' })
  readonly state!: RotationState;

  @Field(() => RotationStep, { description: 'What it does next.' })
  readonly step!: RotationStep;

  @Field(() => DateTimeScalar, { description: 'When it was begun.' })
  readonly startedAt!: Date;

  @Field({
    name: 'startedBy',
    description: 'The name of the API key it was begun with; `Gateway` when the policy of the account asked for it.',
  })
  readonly startedByName!: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended; null while it goes on.' })
  readonly endedAt!: Date | null;

  @Field(() => Int, { description: 'How often AWS was asked for a new key.' })
  readonly attempt!: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it goes on; null when it is over.' })
  readonly nextAttemptAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when the old key, which is inactive, is kept; null before it was made inactive.',
  })
  readonly graceUntil!: Date | null;

  @Field({ description: 'The key that is replaced, masked: `AKIA…WXYZ`.' })
  readonly oldAccessKeyId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The key that replaces it, masked; null before there is one.',
  })
  readonly newAccessKeyId!: string | null;

  @Field(() => KeyRotationErrorType, { nullable: true, description: 'What went wrong last; null when nothing did.' })
  readonly lastError!: KeyRotationErrorType | null;

  @Field(() => KeyRotationOrphanType, { nullable: true, description: 'A key that was lost on the way from AWS.' })
  readonly orphan!: KeyRotationOrphanType | null;

  @Field(() => [String], {
    description: atMost(
      10,
      'The keys of which one may be a lost one, masked, when several may. Delete those that nothing uses.',
    ),
  })
  readonly candidates!: string[];
}

@ObjectType('AwsKeyLimitError', {
  implements: UserErrorType,
  description: 'The IAM user has two access keys already, and AWS allows two.',
})
export class AwsKeyLimitErrorType extends UserErrorType {
  @Field({ description: 'The key that stands in the way, masked: `AKIA…WXYZ`. The gateway did not make it.' })
  readonly accessKeyId!: string;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;

  @Field({ description: 'Whether it may be used.' })
  readonly isActive!: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was last used, which AWS knows hours late; null when AWS knows of no use, or does not say.',
  })
  readonly lastUsedAt!: Date | null;
}

isTyped(AwsKeyLimit, 'AwsKeyLimitError');

@ObjectType('RotateAwsCredentialsPayload', { description: 'The answer of `rotateAwsCredentials`.' })
export class RotateAwsCredentialsPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account, whose `rotation` shows how it goes on.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('CancelRotationPayload', { description: 'The answer of `cancelRotation`.' })
export class CancelRotationPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account, whose `rotation` shows how it ends.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('SetKeyRotationPolicyPayload', { description: 'The answer of `setKeyRotationPolicy`.' })
export class SetKeyRotationPolicyPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account as it is now.' })
  readonly cloudAccount!: unknown;
}
