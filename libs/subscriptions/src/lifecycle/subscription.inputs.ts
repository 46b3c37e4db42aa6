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
  Pasted,
  registerEnum,
} from '#libs/graphql';
import { faultInTags, mostTags, TagInput, UnknownRegion } from '#libs/iam-setup';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { faultInName, type SortDirection } from '#libs/kernel';
import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { faultInDeploymentCidr, faultInPlan, faultInVpcId } from '../deployment.js';
import { SubscriptionStatus } from '../subscription.entity.js';
import type { SubscriptionFilter, SubscriptionOrderField } from '../subscriptions.js';

const planDescription = 'Plan that the vendor builds, as named by the vendor. Up to 64 characters.';
const tagsDescription = 'Tags for all resources of the subscription, in addition to the tags of the vendor.';

@InputType('CreateSubscriptionInput', { description: 'Input of `createSubscription`.' })
export class CreateSubscriptionInput {
  @Field(() => ID, { description: 'ID of the cloud account to build in.' })
  readonly cloudAccountId!: string;

  @Field({ description: 'Name of the subscription. 1 to 64 characters.' })
  @Faultless('The name', faultInName)
  readonly name!: string;

  @Field({ description: "Region to build in, as a region code of the account's provider." })
  @Pasted()
  @Faultless('The region', faultInAnyRegion, UnknownRegion)
  readonly region!: string;

  @Field(() => String, { nullable: true, description: planDescription })
  @Faultless('The plan', faultInPlan)
  readonly plan?: string | null;

  @Field(() => CidrBlockScalar, {
    nullable: true,
    description:
      'IPv4 addresses to use, /16 to /28, that AWS allows in a VPC. If omitted, the vendor chooses them. In the VPC given by `vpcId`, they must not overlap those of another active subscription.',
  })
  @Pasted()
  @Faultless('The deployment CIDR', faultInDeploymentCidr)
  readonly deploymentCidr?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'ID of an existing VPC to build in. If omitted, the subscription gets a new VPC.',
  })
  @Pasted()
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

@InputType('DeleteSubscriptionInput', { description: 'Input of `deleteSubscription`.' })
export class DeleteSubscriptionInput {
  @Field(() => ID, { description: 'ID of the subscription.' })
  readonly id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Value of `version` when you read the subscription. When given, refused with `VERSION_CONFLICT` if the subscription has changed since.',
  })
  readonly expectedVersion?: number | null;
}

@InputType('UpdateSubscriptionInput', {
  description: 'Input of `updateSubscription`. Omitted fields remain unchanged.',
})
export class UpdateSubscriptionInput {
  @Field(() => ID, { description: 'ID of the subscription.' })
  readonly id!: string;

  @Field(() => Int, {
    description:
      'Value of `version` when you read the subscription. Refused with `VERSION_CONFLICT` if the subscription has changed since.',
  })
  readonly expectedVersion!: number;

  @ChangeField(() => String, { label: 'The name', description: 'New name of the subscription.', fault: faultInName })
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
    description: atMost(mostTags, `${tagsDescription} They replace all current tags. An empty list removes them.`),
    fault: faultInTags,
  })
  @Type(() => TagInput)
  readonly tags?: TagInput[];
}

@InputType('RetrySubscriptionInput', { description: 'Input of `retrySubscription`.' })
export class RetrySubscriptionInput {
  @Field(() => ID, { description: 'ID of the subscription.' })
  readonly id!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Value of `version` when you read the subscription. When given, refused with `VERSION_CONFLICT` if the subscription has changed since.',
  })
  readonly expectedVersion?: number | null;
}

@InputType('CloudSubscriptionFilter', {
  description: 'Filter for subscriptions. A subscription must match every given field.',
})
export class SubscriptionFilterInput implements SubscriptionFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: only active subscriptions, which block the deletion of their account. False: only ended ones.',
  })
  readonly isActive?: boolean | null;

  @Field(() => [SubscriptionStatus], {
    nullable: true,
    description: atMost(mostChoices, `Only subscriptions with one of these statuses. ${listFilterDescription}`),
  })
  @Faultless('The list of statuses', faultInLength(mostChoices))
  readonly status?: SubscriptionStatus[] | null;
}

export const OrderField: Record<SubscriptionOrderField, SubscriptionOrderField> = { CREATED_AT: 'CREATED_AT' };
registerEnum(OrderField, {
  name: 'CloudSubscriptionOrderField',
  description: 'Fields by which subscriptions can be sorted.',
  valuesMap: { CREATED_AT: { description: 'Time of creation.' } },
});

@InputType('CloudSubscriptionOrder', { description: 'Sort order of subscriptions.' })
export class SubscriptionOrderInput {
  @Field(() => OrderField, { description: 'Field to sort by.' })
  readonly field!: SubscriptionOrderField;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: 'Sort direction.' })
  readonly direction!: SortDirection;
}
