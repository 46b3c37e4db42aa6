import {
  ArnScalar,
  atMost,
  AwsAccountIdScalar,
  ChangeField,
  CidrBlockScalar,
  DateTimeScalar,
  Faultless,
  PayloadType,
  registerEnum,
} from '#libs/graphql';
import { CloudProvider } from '#libs/cloud-accounts';
import { mostTags } from '#libs/iam-setup';
import { faultInText } from '#libs/kernel';
import { mostReports, ProvisionedResourceInput } from '#libs/ledger';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IamStep } from './provisioning-access.service.js';
import { ProvisioningKind } from '../provisioning-work.entity.js';
import { SubscriptionStatus } from '../subscription.entity.js';
import { TagType } from '../subscription.types.js';

/** Maximum number of items in one claim. */
const mostWorks = 20;

registerEnum(IamStep, {
  name: 'ProvisioningIamStep',
  description: 'IAM step that a provisioner can request.',
  valuesMap: {
    LOOK_UP_NODE_ROLE: { description: 'Checks whether the role for instances exists.' },
    CREATE_TRANSIT_GATEWAY_ROLE: {
      description: 'Creates the service-linked role for transit gateways, unless it exists.',
    },
  },
});

const between = (least: number, most: number) => (value: number) =>
  value >= least && value <= most ? null : `must be from ${least} to ${most}`;
const faultInLease = between(10, 3600);
const faultInMessage = (text: string) => faultInText(text, 500);

@InputType('ClaimProvisioningWorkInput', { description: 'Input of `claimProvisioningWork`.' })
export class ClaimProvisioningWorkInput {
  @Field(() => Int, { defaultValue: 1, description: 'Maximum number of items to claim, 1 to 20.' })
  @Faultless('The limit', between(1, mostWorks))
  readonly limit!: number;

  @Field(() => Int, {
    defaultValue: 300,
    description:
      'Duration of the lease in seconds, 10 to 3600. Until it ends, no one else can claim the work. Each report extends it.',
  })
  @Faultless('The lease', faultInLease)
  readonly leaseSeconds!: number;
}

@InputType({ isAbstract: true })
abstract class ClaimInput {
  @Field(() => ID, { description: 'ID of the subscription whose work you have claimed.' })
  readonly subscriptionId!: string;

  @Field({ description: 'Claim ID, from `claimProvisioningWork`.' })
  readonly claimId!: string;
}

@InputType('ReportProvisioningInput', { description: 'Input of `reportProvisioning`.' })
export class ReportProvisioningInput extends ClaimInput {
  @ChangeField(() => Int, {
    label: 'The progress',
    description: 'Completed share of the work in percent, from 0 to 100.',
    fault: between(0, 100),
  })
  readonly progress?: number;

  @ChangeField(() => String, {
    label: 'The message',
    description: 'Current step of the work, shown to the customer. Up to 500 characters.',
    fault: faultInMessage,
    whenNull: 'no message',
  })
  readonly message?: string | null;

  @Field(() => [ProvisionedResourceInput], {
    nullable: true,
    description: atMost(
      mostReports,
      'Resources that were built, changed or removed since the last report. Repeating an entry has no further effect.',
    ),
  })
  @Type(() => ProvisionedResourceInput)
  readonly resources?: readonly ProvisionedResourceInput[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Duration of the lease in seconds from now, 10 to 3600. If omitted, the lease lasts at least 300 seconds from now and is never shortened.',
  })
  @Faultless('The lease', faultInLease)
  readonly leaseSeconds?: number | null;
}

@InputType('CompleteProvisioningInput', { description: 'Input of `completeProvisioning`.' })
export class CompleteProvisioningInput extends ClaimInput {}

@InputType('FailProvisioningInput', { description: 'Input of `failProvisioning`.' })
export class FailProvisioningInput extends ClaimInput {
  @Field({ description: 'Reason of the failure, shown to the customer. Up to 500 characters.' })
  @Faultless('The message', faultInMessage)
  readonly message!: string;
}

@InputType('IssueProvisioningCredentialsInput', { description: 'Input of `issueProvisioningCredentials`.' })
export class IssueProvisioningCredentialsInput extends ClaimInput {
  @Field(() => Int, {
    defaultValue: 3600,
    description:
      'Duration in seconds, 900 to 3600, for an account with an access key. For an access role, the role determines the duration.',
  })
  @Faultless('The duration', between(900, 3600))
  readonly durationSeconds!: number;
}

@InputType('PerformIamStepInput', { description: 'Input of `performIamStep`.' })
export class PerformIamStepInput extends ClaimInput {
  @Field(() => IamStep, { description: 'Step to perform.' })
  readonly step!: IamStep;
}

@ObjectType('ProvisioningCredentials', {
  description:
    'Temporary AWS credentials for provisioning work. They are returned once and not stored. The secret access key of the account is never returned.',
})
export class ProvisioningCredentialsType {
  @Field({ description: 'Access key ID. Begins with ASIA and is valid only with the session token.' })
  readonly accessKeyId!: string;

  @Field({ description: 'Secret access key.' })
  readonly secretAccessKey!: string;

  @Field({ description: 'Session token.' })
  readonly sessionToken!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the credentials expire. Request new ones before.' })
  readonly expiresAt!: Date;

  @Field({ description: 'Region of the subscription. Credentials of an access role are valid only in this region.' })
  readonly region!: string;

  @Field({
    description:
      "ID of this use in `credentialUses` of the account. For an access role, it is also the session name in the customer's CloudTrail.",
  })
  readonly operationId!: string;

  @Field({
    description:
      'Whether AWS allows IAM calls with these credentials. If false, use `performIamStep` for the required steps.',
  })
  readonly canCallIam!: boolean;
}

@ObjectType('ProvisioningWork', {
  description: 'Provisioning work for a subscription, with everything that the provisioner needs.',
})
export class ProvisioningWorkType {
  @Field(() => ID, { description: 'ID of the subscription.' })
  readonly subscriptionId!: string;

  @Field({ description: 'ID of the claim. Send it with every request about this work.' })
  readonly claimId!: string;

  @Field(() => DateTimeScalar, {
    description: 'Time when the lease ends and others can claim the work, unless you send a report before.',
  })
  readonly leaseUntil!: Date;

  @Field({
    description:
      'Whether to stop. If true, finish the current step, then send `completeProvisioning` or `failProvisioning`.',
  })
  readonly isStopRequested!: boolean;

  @Field(() => ProvisioningKind, { description: 'Kind of work.' })
  readonly kind!: ProvisioningKind;

  @Field(() => SubscriptionStatus, { description: 'Status of the subscription.' })
  readonly status!: SubscriptionStatus;

  @Field({ description: 'Name of the subscription.' })
  readonly name!: string;

  @Field({ description: 'Region to build in.' })
  readonly region!: string;

  @Field(() => String, { nullable: true, description: 'Plan to build. Null: the default plan of the vendor.' })
  readonly plan!: string | null;

  @Field(() => CidrBlockScalar, {
    nullable: true,
    description: 'IPv4 addresses to use. Null: the provisioner chooses them.',
  })
  readonly deploymentCidr!: string | null;

  @Field(() => String, { nullable: true, description: 'ID of the VPC to build in. Null: a new VPC.' })
  readonly vpcId!: string | null;

  @Field(() => [TagType], {
    description: atMost(mostTags, 'Tags for all resources, in addition to the tags of the vendor.'),
  })
  readonly tags!: readonly TagType[];

  @Field(() => Int, {
    description: 'Number of times that the work of this subscription was claimed, including this claim.',
  })
  readonly attempt!: number;

  @Field(() => ID, { description: 'ID of the cloud account to build in.' })
  readonly cloudAccountId!: string;

  @Field(() => CloudProvider, { description: 'Provider of the cloud account.' })
  readonly provider!: CloudProvider;

  @Field(() => AwsAccountIdScalar, {
    nullable: true,
    description: 'AWS account ID of the customer. Null for a hosted account.',
  })
  readonly awsAccountId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the IAM role for instances, if the customer chose one. Null: the default role.',
  })
  readonly nodeRoleName!: string | null;
}

@ObjectType('ClaimProvisioningWorkPayload', { description: 'Payload of `claimProvisioningWork`.' })
export class ClaimProvisioningWorkPayload extends PayloadType {
  @Field(() => [ProvisioningWorkType], {
    nullable: true,
    description: atMost(mostWorks, 'Work that you have claimed. Empty when no work is available.'),
  })
  readonly work!: unknown;
}

@ObjectType('ReportProvisioningPayload', { description: 'Payload of `reportProvisioning`.' })
export class ReportProvisioningPayload extends PayloadType {
  @Field(() => ProvisioningWorkType, { nullable: true, description: 'The work, with `isStopRequested`.' })
  readonly work!: unknown;
}

@ObjectType('CompleteProvisioningPayload', { description: 'Payload of `completeProvisioning`.' })
export class CompleteProvisioningPayload extends PayloadType {
  @Field(() => SubscriptionStatus, { nullable: true, description: 'New status of the subscription.' })
  readonly status!: unknown;
}

@ObjectType('FailProvisioningPayload', { description: 'Payload of `failProvisioning`.' })
export class FailProvisioningPayload extends PayloadType {
  @Field(() => SubscriptionStatus, { nullable: true, description: 'New status of the subscription.' })
  readonly status!: unknown;
}

@ObjectType('IssueProvisioningCredentialsPayload', { description: 'Payload of `issueProvisioningCredentials`.' })
export class IssueProvisioningCredentialsPayload extends PayloadType {
  @Field(() => ProvisioningCredentialsType, {
    nullable: true,
    description: 'Credentials. They are returned only once.',
  })
  readonly credentials!: unknown;
}

@ObjectType('PerformIamStepPayload', { description: 'Payload of `performIamStep`.' })
export class PerformIamStepPayload extends PayloadType {
  @Field(() => ArnScalar, { nullable: true, description: 'ARN of the role that the step concerns.' })
  readonly roleArn!: unknown;
}
