import { VerificationReportType } from '#libs/aws-credentials';
import { PayloadType } from '#libs/graphql';
import { Field, ObjectType } from '@nestjs/graphql';
import { CloudAccountType } from '../cloud-account.type.js';

@ObjectType('CreateCloudAccountPayload', { description: 'Payload of `createCloudAccount`.' })
export class CreateCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Created account.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('UpdateCloudAccountPayload', { description: 'Payload of `updateCloudAccount`.' })
export class UpdateCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Account in its current state.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('VerifyCloudAccountPayload', { description: 'Payload of `verifyCloudAccount`.' })
export class VerifyCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Account in its current state.' })
  readonly cloudAccount!: unknown;

  @Field(() => VerificationReportType, { nullable: true, description: 'Result of the verification.' })
  readonly report!: unknown;
}
