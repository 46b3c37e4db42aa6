import {
  atMost,
  CidrBlockScalar,
  connectionOf,
  DateTimeScalar,
  isTyped,
  NodeType,
  PayloadType,
  registerEnum,
} from '#libs/graphql';
import { mostTags, provisionedResourcesWarning } from '#libs/iam-setup';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { ProvisioningKind } from './provisioning-work.entity.js';
import { Subscription, SubscriptionEndReason, SubscriptionStatus } from './subscription.entity.js';

registerEnum(SubscriptionStatus, {
  name: 'CloudSubscriptionStatus',
  description:
    'Lifecycle status of a subscription. Every status except DELETED is active, and blocks the deletion of the account.',
  valuesMap: {
    PENDING: { description: 'Requested, but not built yet.' },
    ACTIVE: { description: 'Built and running.' },
    CHANGE_PENDING: { description: 'Running, and waiting for a change to be applied.' },
    DELETING: { description: 'Resources are being removed.' },
    ERROR: { description: 'Provisioning failed (see `failure`). Resources may still exist.' },
    DELETED: { description: 'Ended permanently.' },
  },
});

registerEnum(SubscriptionEndReason, {
  name: 'CloudSubscriptionEndReason',
  description: 'Reason why a subscription ended.',
  valuesMap: {
    DELETED: { description: 'The resources were removed, or nothing was built.' },
    ABANDONED: { description: 'The subscription was abandoned with its account. Its resources were left in place.' },
  },
});

registerEnum(ProvisioningKind, {
  name: 'ProvisioningKind',
  description: 'Kind of provisioning work.',
  valuesMap: {
    BUILD: { description: 'Build the subscription.' },
    CHANGE: { description: 'Apply the requested changes to the running subscription.' },
    TEAR_DOWN: { description: 'Remove all resources of the subscription.' },
  },
});

@ObjectType('Tag', { description: 'A tag for all resources of a subscription.' })
export class TagType {
  @Field({ description: 'Key of the tag.' })
  readonly key!: string;

  @Field({ description: 'Value of the tag.' })
  readonly value!: string;
}

@ObjectType('CloudSubscriptionFailure', { description: 'A provisioning failure.' })
export class SubscriptionFailureType {
  @Field(() => ProvisioningKind, { description: 'Kind of provisioning work that failed.' })
  readonly kind!: ProvisioningKind;

  @Field({ description: 'Reason of the failure, as reported by the provisioner.' })
  readonly message!: string;
}

@ObjectType('Provisioning', { description: 'Provisioning of a subscription that is in progress or waiting.' })
export class ProvisioningType {
  @Field(() => ProvisioningKind, { description: 'Kind of provisioning work.' })
  readonly kind!: ProvisioningKind;

  @Field({ description: 'Whether a provisioner has claimed the work.' })
  readonly isClaimed!: boolean;

  @Field({
    description: 'Whether the provisioner is asked to stop, because the subscription is to be deleted.',
  })
  readonly isStopRequested!: boolean;

  @Field(() => Int, { description: 'Progress in percent, 0 to 100, as reported by the provisioner.' })
  readonly progress!: number;

  @Field(() => String, { nullable: true, description: 'Current step, as reported by the provisioner.' })
  readonly message!: string | null;

  @Field(() => DateTimeScalar, { description: 'Time when the work was created.' })
  readonly createdAt!: Date;
}

// Never "Subscription": an object type with that name would become the subscription root of the schema.
@ObjectType('CloudSubscription', {
  implements: NodeType,
  description: 'A subscription: a unit of the managed service, built in a cloud account.',
})
export class SubscriptionType extends NodeType {
  @Field({ description: 'Name of the subscription.' })
  readonly name!: string;

  @Field({ description: 'Region of the subscription, as a region code.' })
  readonly region!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Plan that the vendor builds. Null: the default plan of the vendor.',
  })
  readonly plan!: string | null;

  @Field(() => CidrBlockScalar, {
    nullable: true,
    description: 'IPv4 addresses of the subscription. Null when the vendor chooses them.',
  })
  readonly deploymentCidr!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'ID of the VPC that the subscription is built in. Null: a VPC of its own.',
  })
  readonly vpcId!: string | null;

  @Field(() => [TagType], {
    description: atMost(mostTags, 'Tags of all resources, in addition to the tags of the vendor. Sorted by key.'),
  })
  readonly tags!: readonly TagType[];

  @Field(() => String, {
    nullable: true,
    description: `Warning for users of the AWS account: ${provisionedResourcesWarning} Null when the subscription is DELETED.`,
  })
  readonly provisionedResourcesWarning!: string | null;

  @Field(() => SubscriptionStatus, { description: 'Lifecycle status.' })
  readonly status!: SubscriptionStatus;

  @Field({
    description:
      'Whether the subscription is active and blocks the deletion of its account: true unless the status is DELETED.',
  })
  readonly isActive!: boolean;

  @Field(() => Int, {
    description: 'Version of the subscription, incremented by every change of a user. Send it as `expectedVersion`.',
  })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'Time when the subscription was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time of the last change.' })
  readonly updatedAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the subscription ended. Null while it is active.',
  })
  readonly endedAt!: Date | null;

  @Field(() => SubscriptionEndReason, {
    nullable: true,
    description: 'Reason why the subscription ended. Null while it is active.',
  })
  readonly endReason!: SubscriptionEndReason | null;
}

isTyped(Subscription, 'CloudSubscription');

@ObjectType('CloudSubscriptionConnection', { description: 'A page of a list of subscriptions.' })
export class SubscriptionConnectionType extends connectionOf(SubscriptionType, 'CloudSubscription') {}

@ObjectType('CreateSubscriptionPayload', { description: 'Payload of `createSubscription`.' })
export class CreateSubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, { nullable: true, description: 'Created subscription.' })
  readonly subscription!: unknown;
}

@ObjectType('DeleteSubscriptionPayload', { description: 'Payload of `deleteSubscription`.' })
export class DeleteSubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, {
    nullable: true,
    description: 'Subscription, either ended or with the status DELETING.',
  })
  readonly subscription!: unknown;
}

@ObjectType('UpdateSubscriptionPayload', { description: 'Payload of `updateSubscription`.' })
export class UpdateSubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, { nullable: true, description: 'Subscription in its current state.' })
  readonly subscription!: unknown;
}

@ObjectType('RetrySubscriptionPayload', { description: 'Payload of `retrySubscription`.' })
export class RetrySubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, { nullable: true, description: 'Subscription in its current state.' })
  readonly subscription!: unknown;
}
