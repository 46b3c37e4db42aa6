import { DateTimeScalar, ErrorCode } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';

/** What is said of a trial whether it goes on or has ended. */
@ObjectType({ isAbstract: true })
abstract class TriedCredentialsType {
  @Field({ name: 'accessKeyId', description: 'The access key id, masked: `AKIA…WXYZ`.' })
  readonly maskedAccessKeyId!: string;

  @Field({ description: 'IAM Role Name: the console role that is wanted with them.' })
  readonly consoleRoleName!: string;

  @Field({ name: 'setBy', description: 'The name of the API key they were set with.' })
  readonly actorName!: string;

  @Field(() => DateTimeScalar, { description: 'When they were set.' })
  readonly startedAt!: Date;

  @Field(() => Int, { description: 'How often they were tried; 1 is the request they came with.' })
  readonly attempt!: number;
}

@ObjectType('PendingCredentials', {
  description: 'New credentials that AWS does not know yet, and that are tried until it does. Used for nothing else.',
})
export class PendingCredentialsType extends TriedCredentialsType {
  @Field(() => DateTimeScalar, { description: 'When they are tried next.' })
  readonly nextAttemptAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When they are tried for the last time.' })
  readonly givesUpAt!: Date;

  @Field(() => ErrorCode, { description: 'Why they were not accepted the last time.' })
  readonly lastErrorCode!: string;
}

@ObjectType('CredentialsRejection', {
  description: 'Why new credentials were rejected after the request they came with had been answered. The key is gone.',
})
export class CredentialsRejectionType extends TriedCredentialsType {
  @Field(() => DateTimeScalar, { name: 'rejectedAt', description: 'When they were rejected.' })
  readonly endedAt!: Date;

  @Field(() => ErrorCode, { name: 'code', description: 'What to branch on.' })
  readonly lastErrorCode!: string;

  @Field({ name: 'message', description: 'What is wrong, for people.' })
  readonly lastErrorMessage!: string;

  @Field(() => String, { nullable: true, description: 'The way out, for people.' })
  readonly remediation!: string | null;

  @Field(() => String, {
    name: 'awsErrorCode',
    nullable: true,
    description: "AWS's own code, such as `InvalidClientTokenId`; null when AWS said nothing.",
  })
  readonly lastAwsErrorCode!: string | null;
}
