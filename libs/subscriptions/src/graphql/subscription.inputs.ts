import { UnknownRegion } from '#libs/aws-credentials';
import { faultInAnyRegion } from '#libs/cloud-accounts';
import { Faultless, listFilterDescription, OrderDirection } from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { faultInName, type SortDirection } from '#libs/kernel';
import { Field, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { SubscriptionStatus } from '../subscription.entity.js';
import type { SubscriptionFilter, SubscriptionOrderField } from '../subscriptions.js';

@InputType('CreateSubscriptionInput', { description: 'A subscription in a cloud account.' })
export class CreateSubscriptionInput {
  @Field(() => ID, { description: 'The account to build it in.' })
  readonly cloudAccountId!: string;

  @Field({ description: 'What people call it: 1 to 64 characters.' })
  @Faultless('The name', faultInName)
  readonly name!: string;

  @Field({ description: "The region to build it in, of the account's provider." })
  @Faultless('The region', faultInAnyRegion, UnknownRegion)
  readonly region!: string;

  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
  @IsOptional()
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@InputType('DeleteSubscriptionInput', { description: 'Which subscription to end.' })
export class DeleteSubscriptionInput {
  @Field(() => ID, { description: 'The subscription.' })
  readonly id!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'When given, refused if the subscription was changed since you read this `version`.',
  })
  readonly expectedVersion?: number | null;
}

@InputType('CloudSubscriptionFilter', { description: 'Which subscriptions to list: those that fit every field given.' })
export class SubscriptionFilterInput implements SubscriptionFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Only those that block their account, or only those that ended.',
  })
  readonly isActive?: boolean | null;

  @Field(() => [SubscriptionStatus], {
    nullable: true,
    description: `Only those with one of these statuses. ${listFilterDescription}`,
  })
  readonly status?: SubscriptionStatus[] | null;
}

export const OrderField: Record<SubscriptionOrderField, SubscriptionOrderField> = { CREATED_AT: 'CREATED_AT' };
registerEnumType(OrderField, {
  name: 'CloudSubscriptionOrderField',
  description: 'What subscriptions can be sorted by.',
  valuesMap: { CREATED_AT: { description: 'When it was created.' } },
});

@InputType('CloudSubscriptionOrder', { description: 'How to sort subscriptions.' })
export class SubscriptionOrderInput {
  @Field(() => OrderField, { description: 'What to sort by.' })
  readonly field!: SubscriptionOrderField;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: 'Which way.' })
  readonly direction!: SortDirection;
}
