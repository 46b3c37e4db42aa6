import { ActorKind } from '#libs/events';
import {
  ArnScalar,
  AwsAccountIdScalar,
  connectionOf,
  DateTimeScalar,
  PayloadType,
  UserErrorType,
  isTyped,
} from '#libs/graphql';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { BlockerKind } from '../blocker.js';
import { CloudAccountInUse } from '../cloud-account.errors.js';
import { CloudAccountOwnership } from '../cloud-account.entity.js';
import { CloudProvider } from '../cloud-provider.js';
import { DeletionKind, DeletionMode } from '../deleted-cloud-account.entity.js';
import { CloudAccountType } from './cloud-account.type.js';

registerEnumType(DeletionMode, {
  name: 'CloudAccountDeletionMode',
  description: 'What becomes of a deletion that something stands in the way of.',
  valuesMap: {
    FAIL_IF_IN_USE: { description: 'It is refused with `CLOUD_ACCOUNT_IN_USE`, and all stays as it was.' },
    WHEN_UNUSED: {
      description:
        'The account is DELETING_WHEN_UNUSED: no subscription may begin in it, and it goes with the last of those there are. `cancelCloudAccountDeletion` has it stay.',
    },
  },
});

registerEnumType(DeletionKind, {
  name: 'CloudAccountDeletionKind',
  description: 'How an account went.',
  valuesMap: {
    FAIL_IF_IN_USE: { description: 'At once: nothing stood in the way.' },
    WHEN_UNUSED: { description: 'Once nothing stood in the way any more.' },
    FORCE_DETACH: { description: 'With its subscriptions given up, because two wanted it so.' },
  },
});

registerEnumType(BlockerKind, {
  name: 'CloudAccountBlockerKind',
  description: 'What kind of thing keeps an account from being deleted.',
  valuesMap: {
    SUBSCRIPTION: { description: 'An active subscription: one that is not DELETED.' },
    ROTATION: { description: 'A rotation of the access key that is under way.' },
  },
});

registerEnumType(ActorKind, {
  name: 'ActorKind',
  description: 'What kind of somebody did something.',
  valuesMap: {
    API_KEY: { description: 'Who has an API key.' },
    OPERATOR: { description: 'Who may use the command line of the gateway.' },
    GATEWAY: { description: 'The gateway, of its own accord.' },
  },
});

@ObjectType('Actor', { description: 'Who did something, as they were called then.' })
export class ActorType {
  @Field(() => ActorKind, { description: 'What kind of somebody.' })
  readonly kind!: ActorKind;

  @Field({ description: 'The name of the API key, for one.' })
  readonly name!: string;
}

@InputType('DeleteCloudAccountInput', { description: 'Which account to delete.' })
export class DeleteCloudAccountInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'When given, refused if somebody changed the account since you read this `version`.',
  })
  readonly expectedVersion?: number | null;

  @Field(() => DeletionMode, { defaultValue: 'FAIL_IF_IN_USE', description: 'What to do while it is in use.' })
  readonly mode!: DeletionMode;
}

@ObjectType('DeleteCloudAccountPayload', { description: 'The answer of `deleteCloudAccount`.' })
export class DeleteCloudAccountPayload extends PayloadType {
  @Field(() => ID, { nullable: true, description: 'The id of the account that is gone; null for one that waits.' })
  readonly deletedCloudAccountId!: string | null;

  @Field(() => CloudAccountType, {
    nullable: true,
    description: 'The account that waits until it is unused; null for one that is gone.',
  })
  readonly cloudAccount!: unknown;
}

@InputType('CancelCloudAccountDeletionInput', { description: 'Which account is to stay.' })
export class CancelCloudAccountDeletionInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field(() => Int, { description: 'The `version` you read: refused when somebody changed the account since.' })
  readonly expectedVersion!: number;
}

@ObjectType('CancelCloudAccountDeletionPayload', { description: 'The answer of `cancelCloudAccountDeletion`.' })
export class CancelCloudAccountDeletionPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account, which stays.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('CloudAccountDeletionRequest', { description: 'That somebody wants an account to go once it is unused.' })
export class DeletionRequestType {
  @Field(() => ActorType, { description: 'Who.' })
  readonly by!: ActorType;

  @Field(() => DateTimeScalar, { description: 'Since when.' })
  readonly at!: Date;
}

@ObjectType('CloudAccountBlocker', { description: 'What keeps a cloud account from being deleted.' })
export class CloudAccountBlockerType {
  @Field(() => BlockerKind, { description: 'What kind of thing it is.' })
  readonly kind!: BlockerKind;

  @Field({ description: 'The name of the subscription, or of what else it is.' })
  readonly name!: string;

  @Field({ description: 'The status of the subscription, or the state of the rotation.' })
  readonly status!: string;

  @Field({ description: 'What has to be done before the account can be deleted, as a sentence.' })
  readonly toBeDoneFirst!: string;
}

@ObjectType('CloudAccountBlockerConnection', { description: 'A page of the list of blockers.' })
export class CloudAccountBlockerConnectionType extends connectionOf(CloudAccountBlockerType, 'CloudAccountBlocker') {}

@ObjectType('CloudAccountInUseError', {
  implements: UserErrorType,
  description:
    'Something stands in the way: active subscriptions, or a rotation of the access key. A subscription is active until it is DELETED.',
})
export class CloudAccountInUseErrorType extends UserErrorType {
  @Field(() => Int, { description: 'How many of the blockers you may not see.' })
  readonly hiddenBlockerCount!: number;
}

isTyped(CloudAccountInUse, 'CloudAccountInUseError');

@ObjectType('DeletedCloudAccount', { description: 'What is left of a cloud account that was deleted.' })
export class DeletedCloudAccountType {
  @Field(() => ID, { description: 'The id the account had, which no other gets.' })
  readonly cloudAccountId!: unknown;

  @Field({ description: 'The name it had, which is free again.' })
  readonly name!: string;

  @Field(() => CloudProvider, { description: 'Whose cloud it was in.' })
  readonly provider!: CloudProvider;

  @Field({ description: 'Where it was at home.' })
  readonly region!: string;

  @Field(() => CloudAccountOwnership, { description: 'Who owned it at the provider.' })
  readonly ownership!: CloudAccountOwnership;

  @Field(() => AwsAccountIdScalar, { nullable: true, description: 'The AWS account; null if AWS never let us in.' })
  readonly awsAccountId!: string | null;

  @Field(() => ArnScalar, {
    nullable: true,
    description: 'The IAM user, or the access role, it was entered by; null if AWS never let us in.',
  })
  readonly awsUserArn!: string | null;

  @Field(() => ArnScalar, { nullable: true, description: 'The console role; null if AWS never let us in.' })
  readonly consoleRoleArn!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;

  @Field(() => DeletionKind, { description: 'How it went.' })
  readonly kind!: DeletionKind;

  @Field(() => String, { nullable: true, description: 'Why, in the words of who forced it; null otherwise.' })
  readonly reason!: string | null;

  @Field(() => DateTimeScalar, { description: 'Since when somebody wanted it to go.' })
  readonly requestedAt!: Date;

  @Field(() => Int, { description: 'How many subscriptions were given up for it.' })
  readonly abandonedSubscriptions!: number;

  @Field(() => Int, { description: "How many resources stood in it that are nobody's any more." })
  readonly orphanedResources!: number;

  @Field(() => DateTimeScalar, { description: 'When it went.' })
  readonly deletedAt!: Date;
}

@ObjectType('DeletedCloudAccountConnection', { description: 'A page of the list of accounts that were deleted.' })
export class DeletedCloudAccountConnectionType extends connectionOf(DeletedCloudAccountType, 'DeletedCloudAccount') {}
