import { DomainError, VersionConflict, type ErrorCatalog } from '#libs/kernel';
import { Field, InterfaceType, Int, ObjectType } from '@nestjs/graphql';
import { atMost } from './descriptions.js';
import { isTyped, typeNameOf } from './node.js';
import { UrlScalar } from './scalars.js';
import { registerEnum } from './enum.js';

/** Maximum number of refusals in a payload. Only the first ones are shown. */
const mostUserErrors = 20;

/** Error codes of all domains. The host adds them, because only it knows all domains. */
export const ErrorCode: Record<string, string> = {};

/** Adds the codes to the `ErrorCode` enum. Called once, before the schema is built. */
export function declareErrorCodes(catalog: ErrorCatalog): void {
  for (const code of Object.keys(catalog)) ErrorCode[code] = code;
  registerEnum(ErrorCode, {
    name: 'ErrorCode',
    description: 'Error code. The meaning of a code never changes. New codes can be added.',
    valuesMap: Object.fromEntries(
      Object.entries(catalog).map(([code, entry]) => [code, { description: entry.remediation }]),
    ),
  });
}

@InterfaceType('UserError', {
  description: 'An expected error that a client can handle.',
  resolveType: (error: UserError) => error.__typename,
})
export abstract class UserErrorType {
  @Field(() => ErrorCode, { description: 'Machine-readable error code.' })
  readonly code!: string;

  @Field({ description: 'Human-readable description of the error. Never contains a value from the request.' })
  readonly message!: string;

  @Field(() => [String], {
    nullable: true,
    description: atMost(
      10,
      'Path of the input field that caused the error, starting at the argument: `["input", "name"]`.',
    ),
  })
  readonly path!: string[] | null;

  @Field({ description: 'Whether the same request can succeed later without changes.' })
  readonly retryable!: boolean;

  @Field(() => String, { nullable: true, description: 'Human-readable instructions for resolving the error.' })
  readonly remediation!: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description: 'Documentation page of this error code. Not used yet: null until such pages are published.',
  })
  readonly docsUrl!: string | null;
}

@ObjectType('GeneralUserError', { implements: UserErrorType, description: 'An error without additional fields.' })
export class GeneralUserErrorType extends UserErrorType {}

@ObjectType('VersionConflictError', {
  implements: UserErrorType,
  description: 'The object has changed since `expectedVersion` was read.',
})
export class VersionConflictErrorType extends UserErrorType {
  @Field(() => Int, { description: 'Current version of the object.' })
  readonly currentVersion!: number;
}

isTyped(DomainError, 'GeneralUserError');
isTyped(VersionConflict, 'VersionConflictError');

/** Refusal as shown by the API. */
export type UserError = ReturnType<typeof toUserError>;

/** A copy, because GraphQL throws every value that is an Error. The cause is for the log only. */
export function toUserError(error: DomainError) {
  const { message, retryable, remediation } = error;
  return { ...error, __typename: typeNameOf(error), message, retryable, remediation, docsUrl: null };
}

/** Base class of the payload of every mutation. */
@ObjectType({ isAbstract: true })
export abstract class PayloadType {
  @Field(() => [UserErrorType], {
    description: atMost(
      mostUserErrors,
      'Reasons why the mutation was refused. Empty when it succeeded. Otherwise all other fields are null.',
    ),
  })
  readonly userErrors!: UserError[];
}
