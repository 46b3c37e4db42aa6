import { connectionOf, DateTimeScalar, Faultless, PayloadType } from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { Field, InputType, ObjectType } from '@nestjs/graphql';

@ObjectType('ExternalId', {
  description:
    'External ID that the gateway sends when it assumes an access role of yours. The trust policy of the role must require it. Then no other customer can use your role through the gateway.',
})
export class ExternalIdType {
  @Field({ description: 'Handle of the external ID. Send it as `externalIdHandle`.' })
  readonly handle!: string;

  @Field({
    description: 'The external ID: value of the condition `sts:ExternalId` in the trust policy. It is not a secret.',
  })
  readonly externalId!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the external ID was issued.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Time when a cloud account started to use the external ID. Null while it is unused. No other account can use it afterwards, even if that account is deleted.',
  })
  readonly assignedAt!: Date | null;
}

@ObjectType('ExternalIdConnection', { description: 'A page of a list of external IDs.' })
export class ExternalIdConnectionType extends connectionOf(ExternalIdType, 'ExternalId') {}

@InputType('IssueExternalIdInput', { description: 'Input of `issueExternalId`. The gateway chooses the external ID.' })
export class IssueExternalIdInput {
  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@ObjectType('IssueExternalIdPayload', { description: 'Payload of `issueExternalId`.' })
export class IssueExternalIdPayload extends PayloadType {
  @Field(() => ExternalIdType, { nullable: true, description: 'Issued external ID.' })
  readonly externalId!: unknown;
}
