import { ActorKind } from '#libs/events';
import {
  ArnScalar,
  AwsAccountIdScalar,
  connectionOf,
  DateTimeScalar,
  PayloadType,
  UserErrorType,
  isTyped,
  registerEnum,
} from '#libs/graphql';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { BlockerKind } from '../blocker.js';
import { CloudAccountInUse } from '../cloud-account.errors.js';
import { CloudAccountOwnership } from '../cloud-account.entity.js';
import { CloudProvider } from '../cloud-provider.js';
import { DeletionKind, DeletionMode } from './deleted-cloud-account.entity.js';
import { CloudAccountType } from '../cloud-account.type.js';

registerEnum(DeletionMode, {
  name: 'CloudAccountDeletionMode',
  description: 'Behavior of a deletion while the account has blockers.',
  valuesMap: {
    FAIL_IF_IN_USE: { description: 'The deletion is refused with `CLOUD_ACCOUNT_IN_USE`. Nothing changes.' },
    WHEN_UNUSED: {
      description:
        'The account gets the status DELETING_WHEN_UNUSED and accepts no new subscriptions. The gateway deletes it when no blockers are left. `cancelCloudAccountDeletion` cancels the deletion.',
    },
  },
});

registerEnum(DeletionKind, {
  name: 'CloudAccountDeletionKind',
  description: 'Kind of deletion.',
  valuesMap: {
    FAIL_IF_IN_USE: { description: 'Immediate: the account had no blockers.' },
    WHEN_UNUSED: { description: 'Scheduled: the account was deleted when no blockers were left.' },
    FORCE_DETACH: {
      description:
        'Force detach: the account was deleted and its subscriptions were abandoned, with the approval of a second principal.',
    },
  },
});

registerEnum(BlockerKind, {
  name: 'CloudAccountBlockerKind',
  description: 'Kind of blocker.',
  valuesMap: {
    SUBSCRIPTION: { description: 'An active subscription: its status is not DELETED.' },
    ROTATION: { description: 'An access key rotation in progress.' },
  },
});

registerEnum(ActorKind, {
  name: 'ActorKind',
  description: 'Kind of actor.',
  valuesMap: {
    API_KEY: { description: 'The holder of an API key.' },
    OPERATOR: { description: "A user of the gateway's command line." },
    GATEWAY: { description: 'The gateway itself, without a request.' },
  },
});

@ObjectType('Actor', { description: 'An actor, with its name at the time of the action.' })
export class ActorType {
  @Field(() => ActorKind, { description: 'Kind of actor.' })
  readonly kind!: ActorKind;

  @Field({ description: 'Name of the actor. For an API key, the name of the API key.' })
  readonly name!: string;
}

@InputType('DeleteCloudAccountInput', { description: 'Input of `deleteCloudAccount`.' })
export class DeleteCloudAccountInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Value of `version` when you read the account. When given, the deletion is refused with `VERSION_CONFLICT` if the account has changed since.',
  })
  readonly expectedVersion?: number | null;

  @Field(() => DeletionMode, {
    defaultValue: 'FAIL_IF_IN_USE',
    description: 'Behavior while the account has blockers.',
  })
  readonly mode!: DeletionMode;
}

@ObjectType('DeleteCloudAccountPayload', { description: 'Payload of `deleteCloudAccount`.' })
export class DeleteCloudAccountPayload extends PayloadType {
  @Field(() => ID, { nullable: true, description: 'ID of the deleted account. Null when the deletion is scheduled.' })
  readonly deletedCloudAccountId!: string | null;

  @Field(() => CloudAccountType, {
    nullable: true,
    description: 'Account whose deletion is scheduled. Null when the account was deleted immediately.',
  })
  readonly cloudAccount!: unknown;
}

@InputType('CancelCloudAccountDeletionInput', { description: 'Input of `cancelCloudAccountDeletion`.' })
export class CancelCloudAccountDeletionInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;

  @Field(() => Int, {
    description:
      'Value of `version` when you read the account. Refused with `VERSION_CONFLICT` if the account has changed since.',
  })
  readonly expectedVersion!: number;
}

@ObjectType('CancelCloudAccountDeletionPayload', { description: 'Payload of `cancelCloudAccountDeletion`.' })
export class CancelCloudAccountDeletionPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Account, with its previous status.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('ScheduledDeletion', { description: 'A scheduled deletion of a cloud account.' })
export class ScheduledDeletionType {
  @Field(() => ActorType, { description: 'Actor that requested the deletion.' })
  readonly requestedBy!: ActorType;

  @Field(() => DateTimeScalar, { description: 'Time when the deletion was requested.' })
  readonly requestedAt!: Date;
}

@ObjectType('CloudAccountBlocker', { description: 'A reason that prevents the deletion of a cloud account.' })
export class CloudAccountBlockerType {
  @Field(() => BlockerKind, { description: 'Kind of blocker.' })
  readonly kind!: BlockerKind;

  @Field({ description: 'Name of the subscription, or a label for the rotation.' })
  readonly name!: string;

  @Field({ description: 'Status of the subscription, or state of the rotation.' })
  readonly status!: string;

  @Field({ description: 'Action that is required before the account can be deleted, as a sentence.' })
  readonly requiredAction!: string;
}

@ObjectType('CloudAccountBlockerConnection', { description: 'A page of a list of blockers.' })
export class CloudAccountBlockerConnectionType extends connectionOf(CloudAccountBlockerType, 'CloudAccountBlocker') {}

@ObjectType('CloudAccountInUseError', {
  implements: UserErrorType,
  description:
    'Refusal of a deletion because the account has blockers: active subscriptions or an access key rotation in progress. A subscription is active until its status is DELETED.',
})
export class CloudAccountInUseErrorType extends UserErrorType {
  @Field(() => Int, { description: 'Number of blockers that you are not allowed to see.' })
  readonly hiddenBlockerCount!: number;
}

isTyped(CloudAccountInUse, 'CloudAccountInUseError');

@ObjectType('DeletedCloudAccount', { description: 'Record of a deleted cloud account.' })
export class DeletedCloudAccountType {
  @Field(() => ID, { description: 'ID of the account. It is never reused.' })
  readonly cloudAccountId!: unknown;

  @Field({ description: 'Name of the account. It is available again for other accounts.' })
  readonly name!: string;

  @Field(() => CloudProvider, { description: 'Provider of the account.' })
  readonly provider!: CloudProvider;

  @Field({ description: 'Home region of the account.' })
  readonly region!: string;

  @Field(() => CloudAccountOwnership, { description: 'Owner of the account at the provider.' })
  readonly ownership!: CloudAccountOwnership;

  @Field(() => AwsAccountIdScalar, {
    nullable: true,
    description: 'AWS account ID. Null if AWS never accepted the credentials.',
  })
  readonly awsAccountId!: string | null;

  @Field(() => ArnScalar, {
    nullable: true,
    description: 'ARN of the IAM user or the access role. Null if AWS never accepted the credentials.',
  })
  readonly awsUserArn!: string | null;

  @Field(() => ArnScalar, {
    nullable: true,
    description: 'ARN of the console role. Null if AWS never accepted the credentials.',
  })
  readonly consoleRoleArn!: string | null;

  @Field(() => DateTimeScalar, { description: 'Time when the account was created.' })
  readonly createdAt!: Date;

  @Field(() => DeletionKind, { description: 'Kind of deletion.' })
  readonly kind!: DeletionKind;

  @Field(() => String, { nullable: true, description: 'Reason given for the force detach. Null for other deletions.' })
  readonly reason!: string | null;

  @Field(() => DateTimeScalar, { description: 'Time when the deletion was requested.' })
  readonly requestedAt!: Date;

  @Field(() => Int, { description: 'Number of subscriptions that were abandoned with the account.' })
  readonly abandonedSubscriptionCount!: number;

  @Field(() => Int, { description: 'Number of resources that were left in AWS. No subscription manages them.' })
  readonly orphanedResourceCount!: number;

  @Field(() => DateTimeScalar, { description: 'Time when the account was deleted.' })
  readonly deletedAt!: Date;
}

@ObjectType('DeletedCloudAccountConnection', { description: 'A page of a list of deleted cloud accounts.' })
export class DeletedCloudAccountConnectionType extends connectionOf(DeletedCloudAccountType, 'DeletedCloudAccount') {}
