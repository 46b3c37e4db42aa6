import { UnknownRegion } from '#libs/aws-credentials';
import { faultInAnyRegion } from '#libs/cloud-accounts';
import {
  atMost,
  ChangeField,
  CidrBlockScalar,
  faultInLength,
  Faultless,
  listFilterDescription,
  mostChoices,
  OrderDirection,
} from '#libs/graphql';
import { faultInTags, mostTags, TagInput } from '#libs/iam-setup';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { faultInName, type SortDirection } from '#libs/kernel';
import { Field, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { faultInDeploymentCidr, faultInPlan, faultInVpcId } from '../deployment.js';
import { SubscriptionStatus } from '../subscription.entity.js';
import type { SubscriptionFilter, SubscriptionOrderField } from '../subscriptions.js';

const planDescription = 'What the vendor is to build, in the words of the vendor: up to 64 characters.';
const tagsDescription = 'What everything that is built is tagged with, besides what the vendor tags it with.';

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

  @Field(() => String, { nullable: true, description: planDescription })
  @Faultless('The plan', faultInPlan)
  readonly plan?: string | null;

  @Field(() => CidrBlockScalar, {
    nullable: true,
    description:
      'The IPv4 addresses to build it with, /16 to /28; the vendor chooses them when left out. In a VPC named by `vpcId` no two subscriptions have the same.',
  })
  @Faultless('The deployment CIDR', faultInDeploymentCidr)
  readonly deploymentCidr?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A VPC of yours to build it in; left out, it gets one of its own.',
  })
  @Faultless('The VPC', faultInVpcId)
  readonly vpcId?: string | null;

  @Field(() => [TagInput], { nullable: true, description: atMost(mostTags, tagsDescription) })
  @Type(() => TagInput)
  @Faultless('The tags', faultInTags)
  readonly tags?: TagInput[] | null;

  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
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

@InputType('UpdateSubscriptionInput', { description: 'The fields to change. A field left out is unchanged.' })
export class UpdateSubscriptionInput {
  @Field(() => ID, { description: 'The subscription.' })
  readonly id!: string;

  @Field(() => Int, { description: 'The `version` you read: refused when somebody changed the subscription since.' })
  readonly expectedVersion!: number;

  @ChangeField(() => String, { label: 'The name', description: 'New name.', fault: faultInName })
  readonly name?: string;

  @ChangeField(() => String, {
    label: 'The plan',
    description: planDescription,
    fault: faultInPlan,
    whenNull: 'no plan',
  })
  readonly plan?: string | null;

  @ChangeField(() => [TagInput], {
    label: 'The tags',
    description: atMost(mostTags, `${tagsDescription} They replace all present tags; an empty list removes them.`),
    fault: faultInTags,
  })
  @Type(() => TagInput)
  readonly tags?: TagInput[];
}

@InputType('RetrySubscriptionInput', { description: 'Which subscription to try again.' })
export class RetrySubscriptionInput {
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
    description: atMost(mostChoices, `Only those with one of these statuses. ${listFilterDescription}`),
  })
  @Faultless('The list of statuses', faultInLength(mostChoices))
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
