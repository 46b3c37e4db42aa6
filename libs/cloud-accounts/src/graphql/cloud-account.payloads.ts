import { VerificationReportType } from '#libs/aws-credentials';
import { connectionOf, isTyped, PayloadType, UserErrorType } from '#libs/graphql';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccountInUse } from '../cloud-account.errors.js';
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

@ObjectType('DeleteCloudAccountPayload', { description: 'The answer of `deleteCloudAccount`.' })
export class DeleteCloudAccountPayload extends PayloadType {
  @Field(() => ID, { nullable: true, description: 'The id of the account that is gone.' })
  readonly deletedCloudAccountId!: string | null;
}

@ObjectType('CloudAccountBlocker', { description: 'What keeps a cloud account from being deleted.' })
export class CloudAccountBlockerType {
  @Field({ description: 'The name of the active subscription.' })
  readonly name!: string;
}

@ObjectType('CloudAccountBlockerConnection', { description: 'A page of the list of blockers.' })
export class CloudAccountBlockerConnectionType extends connectionOf(CloudAccountBlockerType, 'CloudAccountBlocker') {}

@ObjectType('CloudAccountInUseError', {
  implements: UserErrorType,
  description: 'Active subscriptions stand on the account. A subscription is active until it is DELETED.',
})
export class CloudAccountInUseErrorType extends UserErrorType {
  @Field(() => Int, { description: 'How many of the blockers you may not see.' })
  readonly hiddenBlockerCount!: number;
}

isTyped(CloudAccountInUse, 'CloudAccountInUseError');
