import { ArnScalar, DateTimeScalar, ErrorCode, PayloadType } from '#libs/graphql';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccountType } from '../cloud-account.type.js';

/** Common fields of pending and rejected credentials. */
@ObjectType({ isAbstract: true })
abstract class TriedCredentialsType {
  @Field(() => String, {
    name: 'accessKeyId',
    nullable: true,
    description: 'Access key ID, masked: `AKIA…WXYZ`. Null for an access role.',
  })
  readonly maskedAccessKeyId!: string | null;

  @Field(() => ArnScalar, { nullable: true, description: 'ARN of the access role. Null for an access key.' })
  readonly roleArn!: string | null;

  @Field({ description: 'Name of the console role (IAM Role Name) that was set with the credentials.' })
  readonly consoleRoleName!: string;

  @Field({ name: 'setBy', description: 'Name of the API key that set the credentials.' })
  readonly actorName!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the credentials were set.' })
  readonly startedAt!: Date;

  @Field(() => Int, { description: 'Number of attempts, including the request that set the credentials.' })
  readonly attempt!: number;
}

@ObjectType('PendingCredentials', {
  description:
    'New credentials that AWS does not recognize yet. The gateway retries until AWS accepts them, and does not use them before.',
})
export class PendingCredentialsType extends TriedCredentialsType {
  @Field(() => DateTimeScalar, { description: 'Time of the next attempt.' })
  readonly nextAttemptAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time of the last attempt.' })
  readonly expiresAt!: Date;

  @Field(() => ErrorCode, { description: 'Error code of the most recent attempt.' })
  readonly lastErrorCode!: string;
}

@ObjectType('CredentialsRejection', {
  description:
    'Rejection of new credentials, after the request that set them had been answered. The gateway has deleted the credentials.',
})
export class CredentialsRejectionType extends TriedCredentialsType {
  @Field(() => DateTimeScalar, { name: 'rejectedAt', description: 'Time of the rejection.' })
  readonly endedAt!: Date;

  @Field(() => ErrorCode, { name: 'code', description: 'Machine-readable error code.' })
  readonly lastErrorCode!: string;

  @Field({ name: 'message', description: 'Human-readable description of the error.' })
  readonly lastErrorMessage!: string;

  @Field(() => String, { nullable: true, description: 'Human-readable instructions for resolving the error.' })
  readonly remediation!: string | null;

  @Field(() => String, {
    name: 'awsErrorCode',
    nullable: true,
    description: 'Error code of AWS, such as `InvalidClientTokenId`. Null when AWS returned none.',
  })
  readonly lastAwsErrorCode!: string | null;
}

@InputType('CancelPendingCredentialsInput', { description: 'Input of `cancelPendingCredentials`.' })
export class CancelPendingCredentialsInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;

  @Field(() => Int, {
    description:
      'Value of `version` when you read the account. Refused with `VERSION_CONFLICT` if the account has changed since.',
  })
  readonly expectedVersion!: number;
}

@ObjectType('CancelPendingCredentialsPayload', { description: 'Payload of `cancelPendingCredentials`.' })
export class CancelPendingCredentialsPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Account in its current state.' })
  readonly cloudAccount!: unknown;
}
