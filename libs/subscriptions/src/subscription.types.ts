import { atMost, CidrBlockScalar, connectionOf, DateTimeScalar, isTyped, NodeType, PayloadType } from '#libs/graphql';
import { mostTags, provisionedResourcesWarning } from '#libs/iam-setup';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ProvisioningKind } from './provisioning-work.entity.js';
import { Subscription, SubscriptionEndReason, SubscriptionStatus } from './subscription.entity.js';

registerEnumType(SubscriptionStatus, {
  name: 'CloudSubscriptionStatus',
  description:
    'Where a subscription is in its life. It is active, and blocks the deletion of its account, unless it is DELETED.',
  valuesMap: {
    PENDING: { description: 'Wanted, and not built yet.' },
    ACTIVE: { description: 'Built and running.' },
    CHANGE_PENDING: { description: 'Running, and to be changed.' },
    DELETING: { description: 'Being taken down.' },
    ERROR: { description: 'Something failed, which `failure` names; what was built may still stand.' },
    DELETED: { description: 'Ended for ever.' },
  },
});

registerEnumType(SubscriptionEndReason, {
  name: 'CloudSubscriptionEndReason',
  description: 'How a subscription ended.',
  valuesMap: {
    DELETED: { description: 'It was taken down, or nobody had begun to build it.' },
    ABANDONED: { description: 'It was given up with its account: what stood of it was left where it is.' },
  },
});

registerEnumType(ProvisioningKind, {
  name: 'ProvisioningKind',
  description: 'What a provisioner has to do.',
  valuesMap: {
    BUILD: { description: 'Build what was asked for.' },
    CHANGE: { description: 'Change what runs into what is asked for now.' },
    TEAR_DOWN: { description: 'Remove everything of it that stands, however much that is.' },
  },
});

@ObjectType('Tag', { description: 'A tag that everything built for a subscription carries.' })
export class TagType {
  @Field({ description: 'Its key.' })
  readonly key!: string;

  @Field({ description: 'Its value.' })
  readonly value!: string;
}

@ObjectType('CloudSubscriptionFailure', { description: 'What failed.' })
export class SubscriptionFailureType {
  @Field(() => ProvisioningKind, { description: 'What was to be done.' })
  readonly kind!: ProvisioningKind;

  @Field({ description: 'Why it failed, as the provisioner says.' })
  readonly message!: string;
}

@ObjectType('Provisioning', { description: 'What is being done for a subscription.' })
export class ProvisioningType {
  @Field(() => ProvisioningKind, { description: 'What it is.' })
  readonly kind!: ProvisioningKind;

  @Field({ description: 'Whether somebody is at it.' })
  readonly isClaimed!: boolean;

  @Field({
    description: 'Whether somebody is at it and was told to stop, because the subscription is to be taken down.',
  })
  readonly isToStop!: boolean;

  @Field(() => Int, { description: 'How much of it is done, from 0 to 100, as the provisioner says.' })
  readonly progress!: number;

  @Field(() => String, { nullable: true, description: 'What is being done just now, as the provisioner says.' })
  readonly message!: string | null;

  @Field(() => DateTimeScalar, { description: 'Since when it is to be done.' })
  readonly createdAt!: Date;
}

// Never "Subscription": an object type of that name would become the schema's subscription root.
@ObjectType('CloudSubscription', { implements: NodeType, description: 'What a customer has built in a cloud account.' })
export class SubscriptionType extends NodeType {
  @Field({ description: 'What people call it.' })
  readonly name!: string;

  @Field({ description: 'Where it stands: the code of a region.' })
  readonly region!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What the vendor is to build; null for what the vendor usually does.',
  })
  readonly plan!: string | null;

  @Field(() => CidrBlockScalar, {
    nullable: true,
    description: 'The addresses it is built with; null when the vendor chooses them.',
  })
  readonly deploymentCidr!: string | null;

  @Field(() => String, { nullable: true, description: 'The VPC it is built in; null for one of its own.' })
  readonly vpcId!: string | null;

  @Field(() => [TagType], {
    description: atMost(
      mostTags,
      'What everything that is built carries, besides the tags of the vendor; in the order of their keys.',
    ),
  })
  readonly tags!: readonly TagType[];

  @Field(() => String, {
    nullable: true,
    description: `What not to do with the resources of the subscription: ${provisionedResourcesWarning} Null once the subscription is DELETED.`,
  })
  readonly provisionedResourcesWarning!: string | null;

  @Field(() => SubscriptionStatus, { description: 'Where it is in its life.' })
  readonly status!: SubscriptionStatus;

  @Field({ description: 'Whether it keeps its account from being deleted: true unless it is DELETED.' })
  readonly isActive!: boolean;

  @Field(() => Int, { description: 'Counts the changes users make: send it as `expectedVersion`.' })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  readonly updatedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended; null while it is active.' })
  readonly endedAt!: Date | null;

  @Field(() => SubscriptionEndReason, { nullable: true, description: 'How it ended; null while it is active.' })
  readonly endReason!: SubscriptionEndReason | null;
}

isTyped(Subscription, 'CloudSubscription');

@ObjectType('CloudSubscriptionConnection', { description: 'A page of a list of subscriptions.' })
export class SubscriptionConnectionType extends connectionOf(SubscriptionType, 'CloudSubscription') {}

@ObjectType('CreateSubscriptionPayload', { description: 'The answer of `createSubscription`.' })
export class CreateSubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, { nullable: true, description: 'The new subscription.' })
  readonly subscription!: unknown;
}

@ObjectType('DeleteSubscriptionPayload', { description: 'The answer of `deleteSubscription`.' })
export class DeleteSubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, {
    nullable: true,
    description: 'The subscription: it has ended, or is being taken down.',
  })
  readonly subscription!: unknown;
}

@ObjectType('UpdateSubscriptionPayload', { description: 'The answer of `updateSubscription`.' })
export class UpdateSubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, { nullable: true, description: 'The subscription as it is now.' })
  readonly subscription!: unknown;
}

@ObjectType('RetrySubscriptionPayload', { description: 'The answer of `retrySubscription`.' })
export class RetrySubscriptionPayload extends PayloadType {
  @Field(() => SubscriptionType, { nullable: true, description: 'The subscription as it is now.' })
  readonly subscription!: unknown;
}
