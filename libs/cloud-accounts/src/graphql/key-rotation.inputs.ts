import { faultInRotateEvery } from '#libs/aws-credentials';
import { Faultless } from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';

@InputType('RotateAwsCredentialsInput', { description: 'Whose access key to replace.' })
export class RotateAwsCredentialsInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field(() => Int, { description: 'The `version` you read: refused when somebody changed the account since.' })
  readonly expectedVersion!: number;

  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
  @IsOptional()
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@InputType('CancelRotationInput', { description: 'Whose rotation to cancel.' })
export class CancelRotationInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;
}

@InputType('SetKeyRotationPolicyInput', { description: 'How often to replace an access key.' })
export class SetKeyRotationPolicyInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field(() => Int, { description: 'The `version` you read: refused when somebody changed the account since.' })
  readonly expectedVersion!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'How old a key may get, in days, 1 to 365; null, or left out, for as old as it will.',
  })
  @IsOptional()
  @Faultless('The interval', faultInRotateEvery)
  readonly rotateEvery?: number | null;
}
