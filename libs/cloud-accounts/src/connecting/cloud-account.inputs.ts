import { AwsCredentialsInput, faultInAwsAccountId, faultInRegion, faultInRoleName } from '#libs/aws-credentials';
import { UnknownRegion } from '#libs/iam-setup';
import {
  atMost,
  ChangeField,
  faultInLength,
  Faultless,
  listFilterDescription,
  mostChoices,
  OrderDirection,
  Pasted,
} from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { faultInName, type SortDirection } from '#libs/kernel';
import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { CloudAccountOwnership, CloudAccountStatus } from '../cloud-account.entity.js';
import { CloudProvider } from '../cloud-provider.js';
import { CustomerAccountMustBeAws } from '../cloud-account.errors.js';
import type { CloudAccountFilter, CloudAccountOrderField } from '../cloud-accounts.js';
import { OrderField } from '../cloud-account.enums.js';

const onlyAws = (provider: CloudProvider) =>
  provider === 'AWS' ? null : 'must be AWS: customers can connect only AWS accounts';

const usualNodeRole = 'Defaults to the role that `iamSetup` creates.';
const allowMissingPermissionsDescription =
  'Whether to save credentials that work but lack required permissions. The account then has the status MISSING_PERMISSIONS, and is not used until `verifyCloudAccount` finds all permissions granted. If false, such credentials are refused.';

@InputType('CreateCloudAccountInput', { description: 'Input of `createCloudAccount`.' })
export class CreateCloudAccountInput {
  @Field({
    description: 'Name of the account (Account Name). 1 to 64 characters. Unique in your tenant, ignoring case.',
  })
  @Faultless('The name', faultInName)
  readonly name!: string;

  @Field(() => CloudProvider, {
    defaultValue: 'AWS',
    description: 'Provider of the account. Customers can connect only AWS accounts.',
  })
  @Faultless('The provider', onlyAws, CustomerAccountMustBeAws)
  readonly provider!: CloudProvider;

  @Field({
    defaultValue: 'us-east-1',
    description: 'AWS region whose endpoints the gateway calls. It must be in the partition of your AWS account.',
  })
  @Pasted()
  @Faultless('The region', faultInRegion, UnknownRegion)
  readonly region!: string;

  @Field(() => AwsCredentialsInput, {
    description: 'Credentials for the AWS account. They are not used until AWS has accepted them.',
  })
  @Type(() => AwsCredentialsInput)
  @ValidateNested()
  readonly credentials!: AwsCredentialsInput;

  @Field(() => String, {
    nullable: true,
    description: 'AWS account that the credentials must belong to, as 12 digits. If omitted, any account is accepted.',
  })
  @Pasted()
  @Faultless('The expected AWS account', faultInAwsAccountId)
  readonly expectedAwsAccountId?: string | null;

  @Field({ description: 'Name, not ARN, of the console role (IAM Role Name).' })
  @Pasted()
  @Faultless('The console role', faultInRoleName)
  readonly consoleRoleName!: string;

  @Field(() => String, { nullable: true, description: `Name of the IAM role that instances use. ${usualNodeRole}` })
  @Pasted()
  @Faultless('The node role', faultInRoleName)
  readonly nodeRoleName?: string | null;

  @Field({ defaultValue: false, description: allowMissingPermissionsDescription })
  readonly allowMissingPermissions!: boolean;

  @Field(() => String, {
    nullable: true,
    description: `${idempotencyKeyDescription} An account that was PROPAGATING is returned in its current state.`,
  })
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@InputType('UpdateCloudAccountInput', {
  description: 'Input of `updateCloudAccount`. Omitted fields remain unchanged.',
})
export class UpdateCloudAccountInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;

  @Field(() => Int, {
    description:
      'Value of `version` when you read the account. Refused with `VERSION_CONFLICT` if the account has changed since.',
  })
  readonly expectedVersion!: number;

  @ChangeField(() => String, { label: 'The name', description: 'New name of the account.', fault: faultInName })
  readonly name?: string;

  @Pasted()
  @ChangeField(() => String, {
    label: 'The region',
    description:
      'New AWS region. It can be in another partition. The gateway verifies the credentials in that region first. Refused with `REGION_CHANGE_IN_USE` while the account has active subscriptions or resources. If AWS has not accepted any credentials of the account yet, also send `credentials`.',
    fault: faultInRegion,
    refusal: UnknownRegion,
  })
  readonly region?: string;

  @ChangeField(() => AwsCredentialsInput, {
    label: 'The credentials',
    description: 'New credentials. The gateway verifies them first. Until then, the current credentials remain in use.',
  })
  @Type(() => AwsCredentialsInput)
  @ValidateNested()
  readonly credentials?: AwsCredentialsInput;

  @Field(() => String, {
    nullable: true,
    description:
      'AWS account that the credentials must belong to, as 12 digits. Applies to `credentials`, or to the current credentials when `credentials` is omitted. If omitted, any account is accepted.',
  })
  @Pasted()
  @Faultless('The expected AWS account', faultInAwsAccountId)
  readonly expectedAwsAccountId?: string | null;

  @Pasted()
  @ChangeField(() => String, {
    label: 'The console role',
    description: 'Name of the new console role.',
    fault: faultInRoleName,
  })
  readonly consoleRoleName?: string;

  @Pasted()
  @ChangeField(() => String, {
    label: 'The node role',
    description: 'Name of the new IAM role for instances.',
    fault: faultInRoleName,
    whenNull: 'the role that `iamSetup` creates',
  })
  readonly nodeRoleName?: string | null;

  @Field({ defaultValue: false, description: allowMissingPermissionsDescription })
  readonly allowMissingPermissions!: boolean;
}

@InputType('VerifyCloudAccountInput', { description: 'Input of `verifyCloudAccount`.' })
export class VerifyCloudAccountInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;
}

@InputType('CloudAccountFilter', { description: 'Filter for cloud accounts. An account must match every given field.' })
export class CloudAccountFilterInput implements CloudAccountFilter {
  @Field(() => CloudAccountOwnership, { nullable: true, description: 'Only accounts with this ownership.' })
  readonly ownership?: CloudAccountOwnership | null;

  @Field(() => [CloudProvider], {
    nullable: true,
    description: atMost(mostChoices, `Only accounts at one of these providers. ${listFilterDescription}`),
  })
  @Faultless('The list of providers', faultInLength(mostChoices))
  readonly provider?: CloudProvider[] | null;

  @Field(() => [CloudAccountStatus], {
    nullable: true,
    description: atMost(mostChoices, `Only accounts with one of these statuses. ${listFilterDescription}`),
  })
  @Faultless('The list of statuses', faultInLength(mostChoices))
  readonly status?: CloudAccountStatus[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: only sandbox accounts. False: only accounts outside the sandbox.',
  })
  readonly isSandbox?: boolean | null;
}

@InputType('CloudAccountOrder', { description: 'Sort order of cloud accounts.' })
export class CloudAccountOrderInput {
  @Field(() => OrderField, { description: 'Field to sort by.' })
  readonly field!: CloudAccountOrderField;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: 'Sort direction.' })
  readonly direction!: SortDirection;
}
