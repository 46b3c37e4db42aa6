import { ArnScalar, AwsAccountIdScalar, connectionOf, DateTimeScalar, isTyped, NodeType } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccount, CloudAccountOwnership, CloudAccountStatus } from './cloud-account.entity.js';
import { CloudProvider } from './cloud-provider.js';
import './cloud-account.enums.js';

@ObjectType('CloudAccount', {
  implements: NodeType,
  description: 'Access to one account at a cloud provider, in which subscriptions are built.',
})
export class CloudAccountType extends NodeType {
  @Field({ description: 'Name of the account. Unique in the tenant, ignoring case.' })
  readonly name!: string;

  @Field(() => CloudProvider, { description: 'Provider of the account.' })
  readonly provider!: CloudProvider;

  @Field({ description: 'Home region of the account: a region code of its provider.' })
  readonly region!: string;

  @Field(() => CloudAccountOwnership, { description: 'Owner of the account at the provider.' })
  readonly ownership!: CloudAccountOwnership;

  @Field(() => CloudAccountStatus, { description: 'Lifecycle status.' })
  readonly status!: CloudAccountStatus;

  @Field(() => AwsAccountIdScalar, {
    nullable: true,
    description: 'AWS account ID, as reported by AWS. Null until AWS has accepted credentials.',
  })
  readonly awsAccountId!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Unique ID of the IAM user or the access role, as reported by AWS. Null until AWS has accepted credentials.',
  })
  readonly awsUserId!: string | null;

  @Field(() => ArnScalar, {
    nullable: true,
    description: 'ARN of the IAM user or the access role, as reported by AWS. Null until AWS has accepted credentials.',
  })
  readonly awsUserArn!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Name of the console role (IAM Role Name): the role that the vendor's staff use in the AWS console. Null for hosted accounts.",
  })
  readonly consoleRoleName!: string | null;

  @Field(() => ArnScalar, {
    nullable: true,
    description: 'ARN of the console role, as reported by AWS. Null until AWS has accepted credentials.',
  })
  readonly consoleRoleArn!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the IAM role that instances use. Null: the role that `iamSetup` creates.',
  })
  readonly nodeRoleName!: string | null;

  @Field({ description: 'Whether the account is in the sandbox instead of AWS.' })
  readonly isSandbox!: boolean;

  @Field(() => Int, {
    description: 'Version of the account, incremented by every change of a user. Send it as `expectedVersion`.',
  })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'Time when the account was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time of the last change by a user.' })
  readonly updatedAt!: Date;
}

isTyped(CloudAccount, 'CloudAccount');

@ObjectType('CloudAccountConnection', { description: 'A page of a list of cloud accounts.' })
export class CloudAccountConnectionType extends connectionOf(CloudAccountType, 'CloudAccount') {}
