import { ArnScalar, AwsAccountIdScalar, connectionOf, DateTimeScalar, isTyped, NodeType } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccount, CloudAccountOwnership, CloudAccountStatus } from '../cloud-account.entity.js';
import { CloudProvider } from '../cloud-provider.js';
import './cloud-account.enums.js';

@ObjectType('CloudAccount', {
  implements: NodeType,
  description: 'The access to one account at a cloud provider, in which subscriptions are built.',
})
export class CloudAccountType extends NodeType {
  @Field({ description: 'What people call the account; unique in the tenant, whatever the case.' })
  readonly name!: string;

  @Field(() => CloudProvider, { description: 'Whose cloud it is in.' })
  readonly provider!: CloudProvider;

  @Field({ description: 'Where the account is at home: the code of a region of its provider.' })
  readonly region!: string;

  @Field(() => CloudAccountOwnership, { description: 'Who owns the account at the provider.' })
  readonly ownership!: CloudAccountOwnership;

  @Field(() => CloudAccountStatus, { description: 'Where the account is in its life.' })
  readonly status!: CloudAccountStatus;

  @Field(() => AwsAccountIdScalar, {
    nullable: true,
    description: 'The AWS account, as AWS reported it; null until it has.',
  })
  readonly awsAccountId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "AWS's own id of the IAM user, as AWS reported it; null until it has.",
  })
  readonly awsUserId!: string | null;

  @Field(() => ArnScalar, { nullable: true, description: 'The IAM user, as AWS reported it; null until it has.' })
  readonly awsUserArn!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'IAM Role Name: the role people of the vendor enter the AWS console with.',
  })
  readonly consoleRoleName!: string | null;

  @Field(() => ArnScalar, { nullable: true, description: 'The console role, as AWS reported it; null until it has.' })
  readonly consoleRoleArn!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The role instances run as; null for the one `iamSetup` names.',
  })
  readonly nodeRoleName!: string | null;

  @Field({ description: 'Whether the account lives in the sandbox instead of at AWS.' })
  readonly isSandbox!: boolean;

  @Field(() => Int, { description: 'Counts the changes users make: send it as `expectedVersion`.' })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When a user last changed it.' })
  readonly updatedAt!: Date;
}

isTyped(CloudAccount, 'CloudAccount');

@ObjectType('CloudAccountConnection', { description: 'A page of a list of cloud accounts.' })
export class CloudAccountConnectionType extends connectionOf(CloudAccountType, 'CloudAccount') {}
