import { atMost, ErrorCode } from '#libs/graphql';
import type { ErrorFault } from '#libs/kernel';
import { Field, ObjectType, Query, registerEnumType, Resolver } from '@nestjs/graphql';
import { errorCatalog } from '../error-catalog.js';

const Fault: Record<ErrorFault, ErrorFault> = {
  CALLER: 'CALLER',
  AWS_ADMIN: 'AWS_ADMIN',
  AWS: 'AWS',
  GATEWAY: 'GATEWAY',
};
registerEnumType(Fault, {
  name: 'ErrorFault',
  description: 'Who has to act on an error.',
  valuesMap: {
    CALLER: { description: 'Whoever sent the request.' },
    AWS_ADMIN: { description: "Whoever administers the customer's AWS account." },
    AWS: { description: 'AWS; waiting helps.' },
    GATEWAY: { description: 'The operator of the gateway.' },
  },
});

@ObjectType('ErrorCatalogEntry', { description: 'What one error code means.' })
export class ErrorCatalogEntryType {
  @Field(() => ErrorCode, { description: 'The code, in `userErrors` or in `errors[].extensions`.' })
  readonly code!: string;

  @Field(() => Fault, { description: 'Who has to act.' })
  readonly fault!: ErrorFault;

  @Field({ description: 'Whether the very same request may succeed later.' })
  readonly retryable!: boolean;

  @Field({ description: 'The way out, for people.' })
  readonly remediation!: string;
}

@Resolver(() => ErrorCatalogEntryType)
export class ErrorCatalogResolver {
  @Query(() => [ErrorCatalogEntryType], { description: atMost(200, 'Every error code there is, by name.') })
  errorCatalog(): ErrorCatalogEntryType[] {
    return Object.entries(errorCatalog)
      .map(([code, entry]) => ({ code, ...entry }))
      .sort((a, b) => (a.code < b.code ? -1 : 1));
  }
}
