import { Faultless, SecretStringScalar } from '#libs/graphql';
import type { Secret } from '#libs/kernel';
import { Field, InputType } from '@nestjs/graphql';
import { Transform, Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { AwsAccessKey, faultInAccessKeyId, faultInSecretAccessKey, isTemporary } from '../aws-access-key.js';
import { TemporaryAccessKey } from '../aws-credentials.errors.js';

@InputType('AwsAccessKeyInput', { description: 'The access key of the programmatic IAM user.' })
export class AwsAccessKeyInput {
  @Field({ description: 'AWS_ACCESS_KEY_ID: 20 characters that begin with AKIA.' })
  @Faultless('The access key id', faultInAccessKeyId)
  @Faultless<string>(
    'The access key',
    (id) => (isTemporary(id) ? 'is temporary: it begins with ASIA' : null),
    TemporaryAccessKey,
  )
  readonly accessKeyId!: string;

  @Field(() => SecretStringScalar, {
    description: 'AWS_SECRET_ACCESS_KEY: 40 characters. Kept encrypted, never given out.',
  })
  @Transform(({ obj, key }) => (obj as Record<string, unknown>)[key])
  @Faultless<Secret>('The secret access key', (secret) => faultInSecretAccessKey(secret.reveal()))
  readonly secretAccessKey!: Secret;

  toKey(): AwsAccessKey {
    return new AwsAccessKey(this.accessKeyId, this.secretAccessKey);
  }
}

@InputType('AwsCredentialsInput', { isOneOf: true, description: 'How the gateway gets into the AWS account.' })
export class AwsCredentialsInput {
  @Field(() => AwsAccessKeyInput, { nullable: true, description: 'With an access key.' })
  @Type(() => AwsAccessKeyInput)
  @IsOptional()
  @ValidateNested()
  readonly awsAccessKey?: AwsAccessKeyInput;

  /** Exactly one way in is given: GraphQL sees to it. */
  toKey(): AwsAccessKey {
    return this.awsAccessKey!.toKey();
  }
}
