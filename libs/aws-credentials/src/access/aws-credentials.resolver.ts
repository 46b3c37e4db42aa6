import { CurrentViewer, RequiresRole, type Viewer } from '#libs/access';
import { PayloadType } from '#libs/graphql';
import { Args, Field, InputType, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { Faultless } from '#libs/graphql';
import { faultInRoleName } from '#libs/iam-policy';
import { faultInAwsAccountId, faultInRegion } from '#libs/iam-setup';
import { UnknownRegion } from '../aws-credentials.errors.js';
import { AwsAccessService } from './aws-access.service.js';
import { AwsVerification } from '../verification/aws-verification.js';
import { AwsCredentialsInput } from './aws-credentials.input.js';
import { VerificationReportType } from '../verification/verification.type.js';

@InputType('TestAwsCredentialsInput', { description: 'Credentials to check, without saving anything.' })
export class TestAwsCredentialsInput {
  @Field({
    defaultValue: 'us-east-1',
    description: 'The AWS region that is asked; it must lie in the partition of the account.',
  })
  @Faultless('The region', faultInRegion, UnknownRegion)
  readonly region!: string;

  @Field(() => AwsCredentialsInput, { description: 'How the gateway would get in.' })
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

  @Field(() => String, {
    nullable: true,
    description: 'The role instances will run as; the one `iamSetup` names when left out.',
  })
  @Faultless('The node role', faultInRoleName)
  readonly nodeRoleName?: string | null;
}

@ObjectType('TestAwsCredentialsPayload', { description: 'The answer of `testAwsCredentials`.' })
export class TestAwsCredentialsPayload extends PayloadType {
  @Field(() => VerificationReportType, { nullable: true, description: 'What was found out.' })
  readonly report!: unknown;
}

@Resolver()
export class AwsCredentialsResolver {
  constructor(
    private readonly access: AwsAccessService,
    private readonly verification: AwsVerification,
  ) {}

  @RequiresRole('MANAGER')
  @Mutation(() => TestAwsCredentialsPayload, {
    nullable: true,
    description: `Checks credentials at AWS and saves nothing. What AWS refuses stands in the report.`,
  })
  async testAwsCredentials(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'The credentials.' }) input: TestAwsCredentialsInput,
  ): Promise<{ report: unknown }> {
    const access = await this.access.resolve(viewer, input.credentials.toAccess(), input.region);
    const { report } = await this.verification.full(access, input.region, { ...input, isNew: true });
    return { report };
  }
}
