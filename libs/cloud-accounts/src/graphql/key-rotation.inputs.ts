import { faultInRotateEvery } from '#libs/aws-credentials';
import { ChangeField, Faultless } from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { Field, ID, InputType, Int } from '@nestjs/graphql';

@InputType('RotateAwsCredentialsInput', { description: 'Whose access key to replace.' })
export class RotateAwsCredentialsInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field(() => Int, { description: 'The `version` you read: refused when somebody changed the account since.' })
  readonly expectedVersion!: number;

  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
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

  @ChangeField(() => Int, {
    label: 'The interval',
    description: 'Maximum age of an access key in days, from 1 to 365. The gateway replaces an older one.',
    fault: faultInRotateEvery,
    whenNull: 'no automatic rotation',
  })
  readonly rotateEvery?: number | null;
}
