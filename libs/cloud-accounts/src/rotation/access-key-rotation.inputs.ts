import { faultInRotationInterval } from '#libs/aws-credentials';
import { ChangeField, Faultless } from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { Field, ID, InputType, Int } from '@nestjs/graphql';

@InputType('RotateAwsCredentialsInput', { description: 'Input of `rotateAwsCredentials`.' })
export class RotateAwsCredentialsInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;

  @Field(() => Int, {
    description:
      'Value of `version` when you read the account. Refused with `VERSION_CONFLICT` if the account has changed since.',
  })
  readonly expectedVersion!: number;

  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@InputType('CancelRotationInput', { description: 'Input of `cancelRotation`.' })
export class CancelRotationInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;
}

@InputType('SetAccessKeyRotationPolicyInput', { description: 'Input of `setAccessKeyRotationPolicy`.' })
export class SetAccessKeyRotationPolicyInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;

  @Field(() => Int, {
    description:
      'Value of `version` when you read the account. Refused with `VERSION_CONFLICT` if the account has changed since.',
  })
  readonly expectedVersion!: number;

  @ChangeField(() => Int, {
    label: 'The interval',
    description: 'Maximum age of an access key in days, 1 to 365. The gateway rotates older access keys.',
    fault: faultInRotationInterval,
    whenNull: 'no automatic rotation',
  })
  readonly rotationIntervalDays?: number | null;
}
