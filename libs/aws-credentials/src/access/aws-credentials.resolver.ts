import { CurrentViewer, RequiresRole, type Viewer } from '#libs/access';
import { Faultless, Pasted, PayloadType } from '#libs/graphql';
import { Args, Field, InputType, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { faultInRoleName } from '@cloud-account-gateway/iam-policy';
import { faultInAwsAccountId, faultInRegion, UnknownRegion } from '#libs/iam-setup';
import { AwsAccessService } from './aws-access.service.js';
import { AwsVerification } from '../verification/aws-verification.js';
import { AwsCredentialsInput } from './aws-credentials.input.js';
import { VerificationReportType } from '../verification/verification.type.js';

@InputType('TestAwsCredentialsInput', { description: 'Input of `testAwsCredentials`.' })
export class TestAwsCredentialsInput {
  @Field({
    defaultValue: 'us-east-1',
    description: 'AWS region whose endpoints the gateway calls. It must be in the partition of the AWS account.',
  })
  @Pasted()
  @Faultless('The region', faultInRegion, UnknownRegion)
  readonly region!: string;

  @Field(() => AwsCredentialsInput, { description: 'Credentials to test.' })
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

  @Field(() => String, {
    nullable: true,
    description: 'Name of the IAM role that instances use. Defaults to the role that `iamSetup` creates.',
  })
  @Pasted()
  @Faultless('The node role', faultInRoleName)
  readonly nodeRoleName?: string | null;
}

@ObjectType('TestAwsCredentialsPayload', { description: 'Payload of `testAwsCredentials`.' })
export class TestAwsCredentialsPayload extends PayloadType {
  @Field(() => VerificationReportType, { nullable: true, description: 'Result of the test.' })
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
    description: 'Tests credentials in AWS without saving them. The report lists what AWS refuses.',
  })
  async testAwsCredentials(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Credentials to test.' }) input: TestAwsCredentialsInput,
  ): Promise<{ report: unknown }> {
    const access = await this.access.resolve(viewer, input.credentials.toAccess(), input.region);
    const { report } = await this.verification.verify(access, input.region, { ...input, isNew: true });
    return { report };
  }
}
