import {
  AwsCredentialsInput,
  faultInAwsAccountId,
  faultInRegion,
  faultInRoleName,
  UnknownRegion,
} from '#libs/aws-credentials';
import {
  atMost,
  ChangeField,
  faultInLength,
  Faultless,
  listFilterDescription,
  mostChoices,
  OrderDirection,
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
import { OrderField } from './cloud-account.enums.js';

const onlyAws = (provider: CloudProvider) =>
  provider === 'AWS' ? null : 'must be AWS: only there can a customer bring an account';

const usualNodeRole = 'The one `iamSetup` names when left out.';
const allowMissingPermissionsDescription =
  'Whether credentials that work are saved even if they may not do all that is needed: the account is MISSING_PERMISSIONS then, and not used, until `verifyCloudAccount` finds that nothing is missing.';

@InputType('CreateCloudAccountInput', { description: 'A cloud account of your own.' })
export class CreateCloudAccountInput {
  @Field({ description: 'Account Name: 1 to 64 characters, unique in your tenant whatever the case.' })
  @Faultless('The name', faultInName)
  readonly name!: string;

  @Field(() => CloudProvider, { defaultValue: 'AWS', description: 'A customer-owned account can only be at AWS.' })
  @Faultless('The provider', onlyAws, CustomerAccountMustBeAws)
  readonly provider!: CloudProvider;

  @Field({
    defaultValue: 'us-east-1',
    description: 'The AWS region that is asked; it must lie in the partition of your account.',
  })
  @Faultless('The region', faultInRegion, UnknownRegion)
  readonly region!: string;

  @Field(() => AwsCredentialsInput, {
    description: 'How the gateway gets in. Used for nothing before AWS has accepted it.',
  })
  @Type(() => AwsCredentialsInput)
  @ValidateNested()
  readonly credentials!: AwsCredentialsInput;

  @Field(() => String, {
    nullable: true,
    description: 'The AWS account that the credentials must belong to, twelve digits. Any account when not given.',
  })
  @Faultless('The expected AWS account', faultInAwsAccountId)
  readonly expectedAwsAccountId?: string | null;

  @Field({ description: 'IAM Role Name: the name, not the ARN, of the console role.' })
  @Faultless('The console role', faultInRoleName)
  readonly consoleRoleName!: string;

  @Field(() => String, { nullable: true, description: `The role instances will run as. ${usualNodeRole}` })
  @Faultless('The node role', faultInRoleName)
  readonly nodeRoleName?: string | null;

  @Field({ defaultValue: false, description: allowMissingPermissionsDescription })
  readonly allowMissingPermissions!: boolean;

  @Field(() => String, {
    nullable: true,
    description: `${idempotencyKeyDescription} One that was PROPAGATING is shown as it is now.`,
  })
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@InputType('UpdateCloudAccountInput', { description: 'The fields to change. A field left out is unchanged.' })
export class UpdateCloudAccountInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field(() => Int, { description: 'The `version` you read: refused when somebody changed the account since.' })
  readonly expectedVersion!: number;

  @ChangeField(() => String, { label: 'The name', description: 'New account name.', fault: faultInName })
  readonly name?: string;

  @ChangeField(() => String, {
    label: 'The region',
    description:
      'Another AWS region, which may be of another partition. The gateway verifies the credentials there first. Refused with REGION_CHANGE_IN_USE unless the account has no active subscriptions and no resources. While AWS has accepted no credentials of the account yet, send `credentials`, too.',
    fault: faultInRegion,
    refusal: UnknownRegion,
  })
  readonly region?: string;

  @ChangeField(() => AwsCredentialsInput, {
    label: 'The credentials',
    description:
      'New credentials. The gateway verifies them before they replace the present ones, which remain in use until then.',
  })
  @Type(() => AwsCredentialsInput)
  @ValidateNested()
  readonly credentials?: AwsCredentialsInput;

  @Field(() => String, {
    nullable: true,
    description:
      'The AWS account that `credentials`, or the present credentials when none are given, must belong to, twelve digits. Any account when not given.',
  })
  @Faultless('The expected AWS account', faultInAwsAccountId)
  readonly expectedAwsAccountId?: string | null;

  @ChangeField(() => String, {
    label: 'The console role',
    description: 'Name of another console role.',
    fault: faultInRoleName,
  })
  readonly consoleRoleName?: string;

  @ChangeField(() => String, {
    label: 'The node role',
    description: 'Name of another role for the instances.',
    fault: faultInRoleName,
    whenNull: 'the role that `iamSetup` creates',
  })
  readonly nodeRoleName?: string | null;

  @Field({ defaultValue: false, description: allowMissingPermissionsDescription })
  readonly allowMissingPermissions!: boolean;
}

@InputType('CancelPendingCredentialsInput', { description: 'Whose new credentials to give up.' })
export class CancelPendingCredentialsInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field(() => Int, { description: 'The `version` you read: refused when somebody changed the account since.' })
  readonly expectedVersion!: number;
}

@InputType('VerifyCloudAccountInput', { description: 'Which account to check.' })
export class VerifyCloudAccountInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;
}

@InputType('CloudAccountFilter', { description: 'Which cloud accounts to list: those that fit every field given.' })
export class CloudAccountFilterInput implements CloudAccountFilter {
  @Field(() => CloudAccountOwnership, { nullable: true, description: 'Only those of this ownership.' })
  readonly ownership?: CloudAccountOwnership | null;

  @Field(() => [CloudProvider], {
    nullable: true,
    description: atMost(mostChoices, `Only those at one of these providers. ${listFilterDescription}`),
  })
  @Faultless('The list of providers', faultInLength(mostChoices))
  readonly provider?: CloudProvider[] | null;

  @Field(() => [CloudAccountStatus], {
    nullable: true,
    description: atMost(mostChoices, `Only those with one of these statuses. ${listFilterDescription}`),
  })
  @Faultless('The list of statuses', faultInLength(mostChoices))
  readonly status?: CloudAccountStatus[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Only those of the sandbox, or only the others.' })
  readonly isSandbox?: boolean | null;
}

@InputType('CloudAccountOrder', { description: 'How to sort cloud accounts.' })
export class CloudAccountOrderInput {
  @Field(() => OrderField, { description: 'What to sort by.' })
  readonly field!: CloudAccountOrderField;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: 'Which way.' })
  readonly direction!: SortDirection;
}
