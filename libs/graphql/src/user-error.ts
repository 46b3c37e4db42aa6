import { DomainError, VersionConflict, type ErrorCatalog } from '#libs/kernel';
import { Field, InterfaceType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { atMost } from './descriptions.js';
import { isTyped, typeNameOf } from './node.js';
import { UrlScalar } from './scalars.js';

/** How many refusals one payload tells of. A request with more faults is refused with the first ones. */
const mostUserErrors = 20;

/** Every code of every domain's catalogue; filled by the host, which alone knows all domains. */
export const ErrorCode: Record<string, string> = {};

/** Makes the catalogues' codes the values of the `ErrorCode` enum. Called once, before the schema is built. */
export function declareErrorCodes(catalog: ErrorCatalog): void {
  for (const code of Object.keys(catalog)) ErrorCode[code] = code;
  registerEnumType(ErrorCode, {
    name: 'ErrorCode',
    description: 'Why a request was refused. Codes never change their meaning; new ones may come.',
    valuesMap: Object.fromEntries(
      Object.entries(catalog).map(([code, entry]) => [code, { description: entry.remediation }]),
    ),
  });
}

@InterfaceType('UserError', {
  description: 'A refusal the client can expect and act on.',
  resolveType: (error: UserError) => error.__typename,
})
export abstract class UserErrorType {
  @Field(() => ErrorCode, { description: 'What to branch on.' })
  readonly code!: string;

  @Field({ description: 'What is wrong, for people. Never holds a value that was sent in.' })
  readonly message!: string;

  @Field(() => [String], {
    nullable: true,
    description: atMost(10, 'The input field it is about, from the argument down: `["input", "name"]`.'),
  })
  readonly path!: string[] | null;

  @Field({ description: 'Whether the very same request may succeed later.' })
  readonly retryable!: boolean;

  @Field(() => String, { nullable: true, description: 'The way out, for people.' })
  readonly remediation!: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description: 'Where this code is explained at length. Not used yet: null until such pages are published.',
  })
  readonly docsUrl!: string | null;
}

@ObjectType('GeneralUserError', { implements: UserErrorType, description: 'A refusal with nothing more to show.' })
export class GeneralUserErrorType extends UserErrorType {}

@ObjectType('VersionConflictError', {
  implements: UserErrorType,
  description: 'Somebody changed the object since `expectedVersion` was read.',
})
export class VersionConflictErrorType extends UserErrorType {
  @Field(() => Int, { description: 'The version the object has now.' })
  readonly currentVersion!: number;
}

isTyped(DomainError, 'GeneralUserError');
isTyped(VersionConflict, 'VersionConflictError');

/** A refusal as it is served. */
export type UserError = ReturnType<typeof toUserError>;

/** A copy, because GraphQL throws whatever is an Error. The cause stays behind: it is for the log only. */
export function toUserError(error: DomainError) {
  const { message, retryable, remediation } = error;
  return { ...error, __typename: typeNameOf(error), message, retryable, remediation, docsUrl: null };
}

/** What every mutation answers with, besides what it made or changed. */
@ObjectType({ isAbstract: true })
export abstract class PayloadType {
  @Field(() => [UserErrorType], { description: atMost(mostUserErrors, 'Why nothing was done; empty when it was.') })
  readonly userErrors!: UserError[];
}
