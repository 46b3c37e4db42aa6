import { connectionOf, DateTimeScalar, isTyped, NodeType, PayloadType } from '#libs/graphql';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Subscription, SubscriptionStatus } from '../subscription.entity.js';

registerEnumType(SubscriptionStatus, {
  name: 'CloudSubscriptionStatus',
  description:
    'Where a subscription is in its life. It is active, and blocks the deletion of its account, unless it is DELETED.',
  valuesMap: {
    PENDING: { description: 'Wanted, and not built yet.' },
    ACTIVE: { description: 'Built and running. Not used yet.' },
    CHANGE_PENDING: { description: 'Running, and being changed. Not used yet.' },
    DELETING: { description: 'Being taken down. Not used yet.' },
    ERROR: { description: 'Something went wrong; what was built may still stand. Not used yet.' },
    DELETED: { description: 'Ended for ever.' },
  },
});

// Never "Subscription": an object type of that name would become the schema's subscription root.
@ObjectType('CloudSubscription', { implements: NodeType, description: 'What a customer has built in a cloud account.' })
export class SubscriptionType extends NodeType {
  @Field({ description: 'What people call it.' })
  readonly name!: string;

  @Field({ description: 'Where it stands: the code of a region.' })
  readonly region!: string;

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
  @Field(() => SubscriptionType, { nullable: true, description: 'The subscription, which has ended.' })
  readonly subscription!: unknown;
}
