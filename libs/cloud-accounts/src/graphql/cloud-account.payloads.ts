import { VerificationReportType } from '#libs/aws-credentials';
import { PayloadType } from '#libs/graphql';
import { Field, ObjectType } from '@nestjs/graphql';
import { CloudAccountType } from './cloud-account.type.js';

@ObjectType('CreateCloudAccountPayload', { description: 'The answer of `createCloudAccount`.' })
export class CreateCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The new account.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('UpdateCloudAccountPayload', { description: 'The answer of `updateCloudAccount`.' })
export class UpdateCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account as it is now.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('CancelPendingCredentialsPayload', { description: 'The answer of `cancelPendingCredentials`.' })
export class CancelPendingCredentialsPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account as it is now.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('VerifyCloudAccountPayload', { description: 'The answer of `verifyCloudAccount`.' })
export class VerifyCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account as it is now.' })
  readonly cloudAccount!: unknown;

  @Field(() => VerificationReportType, { nullable: true, description: 'What was found out.' })
  readonly report!: unknown;
}
