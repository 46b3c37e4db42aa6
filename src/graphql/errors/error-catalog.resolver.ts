import { atMost, ErrorCode, registerEnum } from '#libs/graphql';
import type { ResponsibleParty } from '#libs/kernel';
import { Field, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { errorCatalog } from '../error-catalog.js';

const Party: Record<ResponsibleParty, ResponsibleParty> = {
  CALLER: 'CALLER',
  AWS_ADMIN: 'AWS_ADMIN',
  AWS: 'AWS',
  GATEWAY: 'GATEWAY',
};
registerEnum(Party, {
  name: 'ResponsibleParty',
  description: 'Responsible party for an error.',
  valuesMap: {
    CALLER: { description: 'The sender of the request.' },
    AWS_ADMIN: { description: "The administrator of the customer's AWS account." },
    AWS: { description: 'AWS. Try again later.' },
    GATEWAY: { description: 'The operator of the gateway.' },
  },
});

@ObjectType('ErrorCatalogEntry', { description: 'Meaning of an error code.' })
export class ErrorCatalogEntryType {
  @Field(() => ErrorCode, { description: 'Error code, as used in `userErrors` and in `errors[].extensions`.' })
  readonly code!: string;

  @Field(() => Party, { description: 'Responsible party.' })
  readonly responsibleParty!: ResponsibleParty;

  @Field({ description: 'Whether the same request can succeed later without changes.' })
  readonly retryable!: boolean;

  @Field({ description: 'Human-readable instructions for resolving the error.' })
  readonly remediation!: string;
}

@Resolver(() => ErrorCatalogEntryType)
export class ErrorCatalogResolver {
  @Query(() => [ErrorCatalogEntryType], { description: atMost(200, 'All error codes, sorted by name.') })
  errorCatalog(): ErrorCatalogEntryType[] {
    return Object.entries(errorCatalog)
      .map(([code, entry]) => ({ code, ...entry }))
      .sort((a, b) => (a.code < b.code ? -1 : 1));
  }
}
