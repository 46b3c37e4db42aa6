import { ArnScalar, DateTimeScalar, isTyped, UserErrorType } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CredentialsRejected } from '../aws-credentials.errors.js';

@ObjectType('AwsCredentials', {
  description: 'AWS access key of a cloud account. The API never returns the secret access key.',
})
export class AwsCredentialsType {
  @Field({ name: 'accessKeyId', description: 'Access key ID, masked: `AKIA…WXYZ`.' })
  readonly maskedAccessKeyId!: string;

  @Field(() => Int, {
    description: 'Number of credentials set so far for the account, including these: 1 for the first.',
  })
  readonly version!: number;

  @Field({
    description:
      'Fingerprint of the access key ID and secret. Equal for equal access keys, so it shows changes without revealing the secret.',
  })
  readonly fingerprint!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the access key was set.' })
  readonly setAt!: Date;

  @Field({ description: 'Name of the API key that set the access key.' })
  readonly setBy!: string;

  @Field(() => DateTimeScalar, { description: 'Time when AWS last accepted the access key.' })
  readonly lastVerifiedAt!: Date;
}

@ObjectType('AwsAccessRole', {
  description: 'Role in your AWS account that the gateway assumes, instead of using an access key.',
})
export class AwsAccessRoleType {
  @Field(() => ArnScalar, { description: 'ARN of the access role.' })
  readonly roleArn!: string;

  @Field({
    description: 'External ID that the gateway sends when it assumes the role. The trust policy must require it.',
  })
  readonly externalId!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the external ID was issued.' })
  readonly issuedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time when the gateway last assumed the role successfully.' })
  readonly lastVerifiedAt!: Date;
}

@ObjectType('CredentialsRejectedError', {
  implements: UserErrorType,
  description: 'Refusal of AWS credentials: AWS rejected them, or could not be reached.',
})
export class CredentialsRejectedErrorType extends UserErrorType {
  @Field(() => String, {
    nullable: true,
    description: 'Error code of AWS, such as `InvalidClientTokenId`. Null when AWS returned none.',
  })
  readonly awsErrorCode!: string | null;
}

isTyped(CredentialsRejected, 'CredentialsRejectedError');
