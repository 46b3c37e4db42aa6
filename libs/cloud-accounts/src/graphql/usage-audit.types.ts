import { atMost, DateTimeScalar } from '#libs/graphql';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { explanations, UsageFindingKind } from '../usage-finding.js';
import { mostFindings } from '../usage-records.js';
import { CloudAccountType } from './cloud-account.type.js';

registerEnumType(UsageFindingKind, {
  name: 'UsageFindingKind',
  description: 'What in the rows does not fit. None of these is to be, whatever happens.',
  valuesMap: Object.fromEntries(
    Object.entries(explanations).map(([kind, { means }]) => [kind, { description: means }]),
  ),
});

@ObjectType('UsageFinding', { description: 'Something in the rows that does not fit.' })
export class UsageFindingType {
  @Field(() => UsageFindingKind, { description: 'What it is.' })
  readonly kind!: UsageFindingKind;

  @Field({ description: 'What it is about, as the operator can look it up.' })
  readonly subject!: string;
}

@ObjectType('CloudSubscriptionUsage', { description: 'How many of your subscriptions on an account have one status.' })
export class SubscriptionUsageType {
  @Field({ description: 'The status.' })
  readonly status!: string;

  @Field({ description: 'Whether such subscriptions keep the account from being deleted.' })
  readonly isActive!: boolean;

  @Field(() => Int, { description: 'How many there are.' })
  readonly count!: number;
}

@ObjectType('UsageAudit', {
  description:
    'Who uses an account, and why it can or cannot be deleted, counted from the rows just now: no count is kept.',
})
export class UsageAuditType {
  @Field(() => CloudAccountType, { description: 'The account.' })
  readonly cloudAccount!: unknown;

  @Field(() => DateTimeScalar, { description: 'When it was counted.' })
  readonly auditedAt!: Date;

  @Field({ description: 'Whether it can be deleted.' })
  readonly isDeletable!: boolean;

  @Field({ description: 'Why it can, or cannot, as a sentence.' })
  readonly explanation!: string;

  @Field(() => [SubscriptionUsageType], {
    description: atMost(10, 'Your subscriptions on it by status, ended ones included.'),
  })
  readonly usage!: SubscriptionUsageType[];

  @Field(() => [UsageFindingType], {
    description: atMost(mostFindings, 'What does not fit; empty, or the gateway has a fault.'),
  })
  readonly findings!: UsageFindingType[];
}
