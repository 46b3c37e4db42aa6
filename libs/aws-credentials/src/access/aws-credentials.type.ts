import { ArnScalar, DateTimeScalar, isTyped, UserErrorType } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CredentialsRejected } from '../aws-credentials.errors.js';

@ObjectType('AwsCredentials', {
  description: 'What may be known of the AWS access key an account is used with. The secret has no field anywhere.',
})
export class AwsCredentialsType {
  @Field({ name: 'accessKeyId', description: 'The access key id, masked: `AKIA…WXYZ`.' })
  readonly maskedAccessKeyId!: string;

  @Field(() => Int, { description: 'Counts the keys the account has had: 1 for the first.' })
  readonly version!: number;

  @Field({
    description:
      'The same for the same key pair, so that a change elsewhere can be noticed without showing the secret.',
  })
  readonly fingerprint!: string;

  @Field(() => DateTimeScalar, { description: 'When this key was set.' })
  readonly setAt!: Date;

  @Field({ description: 'The name of the API key it was set with.' })
  readonly setBy!: string;

  @Field(() => DateTimeScalar, { description: 'When AWS last accepted it.' })
  readonly lastVerifiedAt!: Date;
}

@ObjectType('AwsAccessRole', {
  description: 'The role in your AWS account that the gateway assumes, instead of holding a key.',
})
export class AwsAccessRoleType {
  @Field(() => ArnScalar, { description: 'The role.' })
  readonly roleArn!: string;

  @Field({ description: 'What the gateway says when it assumes the role; its trust policy must demand it.' })
  readonly externalId!: string;

  @Field(() => DateTimeScalar, { description: 'When the external id was issued.' })
  readonly issuedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When the role last let the gateway in.' })
  readonly lastVerifiedAt!: Date;
}

@ObjectType('CredentialsRejectedError', {
  implements: UserErrorType,
  description: 'The AWS credentials could not be proven: AWS refused them, or could not be asked.',
})
export class CredentialsRejectedErrorType extends UserErrorType {
  @Field(() => String, {
    nullable: true,
    description: "AWS's own code, such as `InvalidClientTokenId`; null when AWS said nothing.",
  })
  readonly awsErrorCode!: string | null;
}

isTyped(CredentialsRejected, 'CredentialsRejectedError');
