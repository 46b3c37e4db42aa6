import { connectionOf, DateTimeScalar, Faultless, PayloadType } from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { Field, InputType, ObjectType } from '@nestjs/graphql';

@ObjectType('ExternalId', {
  description:
    'What the gateway says when it assumes an access role of yours. The trust policy of the role must demand it: then nobody can have the gateway use your role but you.',
})
export class ExternalIdType {
  @Field({ description: 'What you name it by, wherever the gateway asks for `externalIdHandle`.' })
  readonly handle!: string;

  @Field({ description: 'The id itself: the value of the condition `sts:ExternalId` in the trust policy. No secret.' })
  readonly externalId!: string;

  @Field(() => DateTimeScalar, { description: 'When it was issued.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When a cloud account took it; null while it is free. From then on no other account takes it, even if that one is deleted.',
  })
  readonly takenAt!: Date | null;
}

@ObjectType('ExternalIdConnection', { description: 'A page of a list of external ids.' })
export class ExternalIdConnectionType extends connectionOf(ExternalIdType, 'ExternalId') {}

@InputType('IssueExternalIdInput', { description: 'Asks for an external id; the gateway chooses it.' })
export class IssueExternalIdInput {
  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@ObjectType('IssueExternalIdPayload', { description: 'The answer of `issueExternalId`.' })
export class IssueExternalIdPayload extends PayloadType {
  @Field(() => ExternalIdType, { nullable: true, description: 'The new external id.' })
  readonly externalId!: unknown;
}
