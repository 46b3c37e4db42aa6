import { AwsRoleAlreadyConnected } from '#libs/aws-credentials';
import { isTyped, UserErrorType } from '#libs/graphql';
import { ObjectType } from '@nestjs/graphql';
import { AwsUserAlreadyConnected } from '../cloud-account.errors.js';

@ObjectType('AlreadyConnectedError', {
  implements: UserErrorType,
  description: 'Refusal because the IAM user or the access role is already connected to a cloud account.',
})
export class AlreadyConnectedErrorType extends UserErrorType {}

isTyped(AwsUserAlreadyConnected, 'AlreadyConnectedError');
isTyped(AwsRoleAlreadyConnected, 'AlreadyConnectedError');
