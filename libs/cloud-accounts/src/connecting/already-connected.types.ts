import { AwsRoleAlreadyConnected } from '#libs/aws-credentials';
import { isTyped, UserErrorType } from '#libs/graphql';
import { ObjectType } from '@nestjs/graphql';
import { AwsAccountAlreadyConnected, AwsUserAlreadyConnected } from '../cloud-account.errors.js';

@ObjectType('AlreadyConnectedError', {
  implements: UserErrorType,
  description:
    'Refusal because the IAM user, the access role or the AWS account is already connected to a cloud account.',
})
export class AlreadyConnectedErrorType extends UserErrorType {}

isTyped(AwsAccountAlreadyConnected, 'AlreadyConnectedError');
isTyped(AwsUserAlreadyConnected, 'AlreadyConnectedError');
isTyped(AwsRoleAlreadyConnected, 'AlreadyConnectedError');
