import { faultInRoleArn } from '@cloud-account-gateway/iam-policy';
import { Faultless, Pasted, SecretStringScalar } from '#libs/graphql';
import type { Secret } from '#libs/kernel';
import { Field, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { AwsAccessKey, faultInAccessKeyId, faultInSecretAccessKey, isTemporary } from '../aws-access-key.js';
import type { GivenAccess } from './aws-access.service.js';
import { GivenAccessRole } from '../aws-access-role.js';
import { TemporaryAccessKey } from '../aws-credentials.errors.js';

@InputType('AwsAccessKeyInput', { description: 'Access key of the programmatic IAM user.' })
export class AwsAccessKeyInput {
  @Field({
    description: 'AWS_ACCESS_KEY_ID: 20 characters that begin with AKIA. Leading and trailing whitespace is ignored.',
  })
  @Pasted()
  @Faultless('The access key ID', faultInAccessKeyId)
  @Faultless<string>(
    'The access key',
    (id) => (isTemporary(id) ? 'is temporary: it begins with ASIA' : null),
    TemporaryAccessKey,
  )
  readonly accessKeyId!: string;

  @Field(() => SecretStringScalar, {
    description:
      'AWS_SECRET_ACCESS_KEY: 40 characters. Leading and trailing whitespace is ignored. Stored encrypted, never returned.',
  })
  @Pasted()
  @Faultless<Secret>('The secret access key', (secret) => faultInSecretAccessKey(secret.reveal()))
  readonly secretAccessKey!: Secret;

  toKey(): AwsAccessKey {
    return new AwsAccessKey(this.accessKeyId, this.secretAccessKey);
  }
}

@InputType('AwsAssumeRoleInput', {
  description:
    'Access role in your AWS account. Its trust policy must allow the gateway and require an external ID that the gateway issued.',
})
export class AwsAssumeRoleInput {
  @Field({ description: 'ARN of the access role: `arn:aws:iam::123456789012:role/name`.' })
  @Pasted()
  @Faultless('The access role', faultInRoleArn)
  readonly roleArn!: string;

  @Field({ description: 'Handle of the external ID that the trust policy requires, from `issueExternalId`.' })
  @Pasted()
  readonly externalIdHandle!: string;

  toRole(): GivenAccessRole {
    return new GivenAccessRole(this.roleArn, this.externalIdHandle);
  }
}

@InputType('AwsCredentialsInput', {
  isOneOf: true,
  description: 'Credentials for an AWS account: either an access key or an access role.',
})
export class AwsCredentialsInput {
  @Field(() => AwsAccessKeyInput, { nullable: true, description: 'Access key of an IAM user.' })
  @Type(() => AwsAccessKeyInput)
  @ValidateNested()
  readonly awsAccessKey?: AwsAccessKeyInput;

  @Field(() => AwsAssumeRoleInput, { nullable: true, description: 'Access role that the gateway assumes.' })
  @Type(() => AwsAssumeRoleInput)
  @ValidateNested()
  readonly awsAssumeRole?: AwsAssumeRoleInput;

  /** GraphQL ensures that exactly one field is given. */
  toAccess(): GivenAccess {
    return this.awsAccessKey?.toKey() ?? this.awsAssumeRole!.toRole();
  }
}
