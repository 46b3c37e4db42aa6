import {
  ArnScalar,
  atMost,
  AwsAccountIdScalar,
  ChangeField,
  CidrBlockScalar,
  DateTimeScalar,
  Faultless,
  PayloadType,
} from '#libs/graphql';
import { CloudProvider } from '#libs/cloud-accounts';
import { mostTags } from '#libs/iam-setup';
import { faultInText } from '#libs/kernel';
import { mostReports, ProvisionedResourceInput } from '#libs/ledger';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IamStep } from './provisioning-access.service.js';
import { ProvisioningKind } from '../provisioning-work.entity.js';
import { SubscriptionStatus } from '../subscription.entity.js';
import { TagType } from '../subscription.types.js';

/** How many works one claim gives at most. */
const mostWorks = 20;

registerEnumType(IamStep, {
  name: 'ProvisioningIamStep',
  description: 'What IAM has to be asked for on the way.',
  valuesMap: {
    LOOK_UP_NODE_ROLE: { description: 'Whether the role for the instances is there.' },
    CREATE_TRANSIT_GATEWAY_ROLE: {
      description: 'To make the role that AWS defines for transit gateways, unless it is there.',
    },
  },
});

const between = (least: number, most: number) => (value: number) =>
  value >= least && value <= most ? null : `must be from ${least} to ${most}`;
const faultInLease = between(10, 3600);
const faultInMessage = (text: string) => faultInText(text, 500);

@InputType('ClaimProvisioningWorkInput', { description: 'How much to claim, and for how long.' })
export class ClaimProvisioningWorkInput {
  @Field(() => Int, { defaultValue: 1, description: 'How many at most, 1 to 20.' })
  @Faultless('The limit', between(1, mostWorks))
  readonly limit!: number;

  @Field(() => Int, {
    defaultValue: 300,
    description: 'For how many seconds nobody else gets them unless you are heard of, 10 to 3600.',
  })
  @Faultless('The lease', faultInLease)
  readonly leaseSeconds!: number;
}

@InputType({ isAbstract: true })
abstract class ClaimInput {
  @Field(() => ID, { description: 'The subscription whose work you have claimed.' })
  readonly subscriptionId!: string;

  @Field({ description: 'What `claimProvisioningWork` gave with it.' })
  readonly claimId!: string;
}

@InputType('ReportProvisioningInput', { description: 'How far a work is.' })
export class ReportProvisioningInput extends ClaimInput {
  @ChangeField(() => Int, {
    label: 'The progress',
    description: 'Completed share of the work in percent, from 0 to 100.',
    fault: between(0, 100),
  })
  readonly progress?: number;

  @ChangeField(() => String, {
    label: 'The message',
    description: 'Current step of the work, shown to the customer: up to 500 characters.',
    fault: faultInMessage,
    whenNull: 'no message',
  })
  readonly message?: string | null;

  @Field(() => [ProvisionedResourceInput], {
    nullable: true,
    description: atMost(
      mostReports,
      'What was built, changed or removed since the last report. Told twice, it counts once.',
    ),
  })
  @Type(() => ProvisionedResourceInput)
  readonly resources?: readonly ProvisionedResourceInput[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'For how many seconds from now you have the work, 10 to 3600. When left out: for 300 at least, or until the lease that you have ends.',
  })
  @Faultless('The lease', faultInLease)
  readonly leaseSeconds?: number | null;
}

@InputType('CompleteProvisioningInput', { description: 'Which work is done.' })
export class CompleteProvisioningInput extends ClaimInput {}

@InputType('FailProvisioningInput', { description: 'Which work cannot be done.' })
export class FailProvisioningInput extends ClaimInput {
  @Field({ description: 'Why, for the customer: up to 500 characters.' })
  @Faultless('The message', faultInMessage)
  readonly message!: string;
}

@InputType('IssueProvisioningCredentialsInput', { description: 'For which work, and for how long.' })
export class IssueProvisioningCredentialsInput extends ClaimInput {
  @Field(() => Int, {
    defaultValue: 3600,
    description:
      'For how many seconds, 900 to 3600, where the account has a key; in an access role it is what the role allows.',
  })
  @Faultless('The duration', between(900, 3600))
  readonly durationSeconds!: number;
}

@InputType('PerformIamStepInput', { description: 'Which step to take, and for which work.' })
export class PerformIamStepInput extends ClaimInput {
  @Field(() => IamStep, { description: 'The step.' })
  readonly step!: IamStep;
}

@ObjectType('ProvisioningCredentials', {
  description:
    "AWS credentials for one work, which end by themselves. They are told once and kept nowhere; the account's own secret is told to nobody.",
})
export class ProvisioningCredentialsType {
  @Field({ description: 'Begins with ASIA: it is nothing without the session token.' })
  readonly accessKeyId!: string;

  @Field({ description: 'The secret.' })
  readonly secretAccessKey!: string;

  @Field({ description: 'The session token.' })
  readonly sessionToken!: string;

  @Field(() => DateTimeScalar, { description: 'When they end: ask again before.' })
  readonly expiresAt!: Date;

  @Field({ description: 'Where the subscription is. In an access role they are good for no other region.' })
  readonly region!: string;

  @Field({
    description:
      "Tells this use apart in `credentialUses` of the account, and in the customer's CloudTrail, where it is the name of the session in an access role.",
  })
  readonly operationId!: string;

  @Field({
    description: 'Whether AWS lets them call IAM. Where it does not, `performIamStep` takes the steps that are needed.',
  })
  readonly iamCalls!: boolean;
}

@ObjectType('ProvisioningWork', { description: 'What its claimant has to do, and all that takes.' })
export class ProvisioningWorkType {
  @Field(() => ID, { description: 'The subscription it is for.' })
  readonly subscriptionId!: string;

  @Field({ description: 'Which claim has the work: send it with all you tell of it.' })
  readonly claimId!: string;

  @Field(() => DateTimeScalar, { description: 'When others may get it, unless you are heard of before.' })
  readonly leaseUntil!: Date;

  @Field({
    description:
      'Whether to stop: bring what is under way to an end, then send `completeProvisioning` or `failProvisioning`.',
  })
  readonly isToStop!: boolean;

  @Field(() => ProvisioningKind, { description: 'What is to be done.' })
  readonly kind!: ProvisioningKind;

  @Field(() => SubscriptionStatus, { description: 'Where the subscription is in its life.' })
  readonly status!: SubscriptionStatus;

  @Field({ description: 'What the customer calls the subscription.' })
  readonly name!: string;

  @Field({ description: 'Where to build.' })
  readonly region!: string;

  @Field(() => String, { nullable: true, description: 'What to build.' })
  readonly plan!: string | null;

  @Field(() => CidrBlockScalar, { nullable: true, description: 'With which addresses; null for any.' })
  readonly deploymentCidr!: string | null;

  @Field(() => String, { nullable: true, description: 'In which VPC; null for one of its own.' })
  readonly vpcId!: string | null;

  @Field(() => [TagType], {
    description: atMost(mostTags, 'What to tag everything with, besides your own tags.'),
  })
  readonly tags!: readonly TagType[];

  @Field(() => Int, { description: 'How often the work of this subscription was claimed, this time included.' })
  readonly attempt!: number;

  @Field(() => ID, { description: 'The cloud account to build in.' })
  readonly cloudAccountId!: string;

  @Field(() => CloudProvider, { description: 'Where that account is.' })
  readonly provider!: CloudProvider;

  @Field(() => AwsAccountIdScalar, {
    nullable: true,
    description: "The customer's AWS account; null for a hosted one.",
  })
  readonly awsAccountId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The role for the instances, in an AWS account of a customer who chose one; null for the usual one.',
  })
  readonly nodeRoleName!: string | null;
}

@ObjectType('ClaimProvisioningWorkPayload', { description: 'The answer of `claimProvisioningWork`.' })
export class ClaimProvisioningWorkPayload extends PayloadType {
  @Field(() => [ProvisioningWorkType], {
    nullable: true,
    description: atMost(mostWorks, 'What you have now; empty when nothing waits.'),
  })
  readonly works!: unknown;
}

@ObjectType('ReportProvisioningPayload', { description: 'The answer of `reportProvisioning`.' })
export class ReportProvisioningPayload extends PayloadType {
  @Field(() => ProvisioningWorkType, { nullable: true, description: 'The work, and whether to stop.' })
  readonly work!: unknown;
}

@ObjectType('CompleteProvisioningPayload', { description: 'The answer of `completeProvisioning`.' })
export class CompleteProvisioningPayload extends PayloadType {
  @Field(() => SubscriptionStatus, { nullable: true, description: 'Where the subscription is in its life now.' })
  readonly status!: unknown;
}

@ObjectType('FailProvisioningPayload', { description: 'The answer of `failProvisioning`.' })
export class FailProvisioningPayload extends PayloadType {
  @Field(() => SubscriptionStatus, { nullable: true, description: 'Where the subscription is in its life now.' })
  readonly status!: unknown;
}

@ObjectType('IssueProvisioningCredentialsPayload', { description: 'The answer of `issueProvisioningCredentials`.' })
export class IssueProvisioningCredentialsPayload extends PayloadType {
  @Field(() => ProvisioningCredentialsType, { nullable: true, description: 'The credentials, told this once.' })
  readonly credentials!: unknown;
}

@ObjectType('PerformIamStepPayload', { description: 'The answer of `performIamStep`.' })
export class PerformIamStepPayload extends PayloadType {
  @Field(() => ArnScalar, { nullable: true, description: 'The ARN of the role that the step is about.' })
  readonly roleArn!: unknown;
}
