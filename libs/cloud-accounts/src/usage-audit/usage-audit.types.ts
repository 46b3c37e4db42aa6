import { atMost, DateTimeScalar, registerEnum } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { explanations, UsageFindingKind } from './usage-finding.js';
import { mostFindings } from './usage-records.js';
import { CloudAccountType } from '../cloud-account.type.js';

registerEnum(UsageFindingKind, {
  name: 'UsageFindingKind',
  description: 'Kind of finding. Except for AWS_ACCOUNT_SHARED, none of them should ever occur.',
  valuesMap: Object.fromEntries(
    Object.entries(explanations).map(([kind, { means }]) => [kind, { description: means }]),
  ) as Record<UsageFindingKind, { description: string }>,
});

@ObjectType('UsageFinding', {
  description: 'Records in the database that contradict each other or a setting of the operator.',
})
export class UsageFindingType {
  @Field(() => UsageFindingKind, { description: 'Kind of finding.' })
  readonly kind!: UsageFindingKind;

  @Field({ description: 'Affected object, as the operator can look it up.' })
  readonly subject!: string;
}

@ObjectType('CloudSubscriptionUsage', {
  description: 'Number of your subscriptions in an account that have the same status.',
})
export class SubscriptionUsageType {
  @Field({ description: 'Status of the subscriptions.' })
  readonly status!: string;

  @Field({ description: 'Whether subscriptions with this status prevent the deletion of the account.' })
  readonly isActive!: boolean;

  @Field(() => Int, { description: 'Number of subscriptions.' })
  readonly count!: number;
}

@ObjectType('UsageAudit', {
  description:
    'Usage of a cloud account, and whether it can be deleted. Computed from the database rows, without stored counters.',
})
export class UsageAuditType {
  @Field(() => CloudAccountType, { description: 'The account.' })
  readonly cloudAccount!: unknown;

  @Field(() => DateTimeScalar, { description: 'Time of the audit.' })
  readonly auditedAt!: Date;

  @Field({ description: 'Whether the account can be deleted.' })
  readonly isDeletable!: boolean;

  @Field({ description: 'Reason why the account can or cannot be deleted, as a sentence.' })
  readonly explanation!: string;

  @Field(() => [SubscriptionUsageType], {
    description: atMost(10, 'Your subscriptions in the account by status, including ended ones.'),
  })
  readonly usage!: SubscriptionUsageType[];

  @Field(() => [UsageFindingType], {
    description: atMost(
      mostFindings,
      'Records in the database that contradict each other or a setting. Except for AWS_ACCOUNT_SHARED, a finding indicates a defect of the gateway or a manual change of the database.',
    ),
  })
  readonly findings!: UsageFindingType[];

  @Field({ description: 'Whether there are more findings than `findings` lists.' })
  readonly hasMoreFindings!: boolean;
}
