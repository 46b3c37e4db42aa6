import { Unauthenticated, type ApiKeyRefusal } from '#libs/access';
import { refusalOf } from '#libs/database';
import { CallerGone, DomainError, InvalidInput } from '#libs/kernel';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { badRequestText } from './bad-request-texts.js';
import { describeError, type ErrorDescription } from './describe-error.js';
import { documentLimits, DocumentTooLarge } from '../limits/document-limits.js';
import type { KnownNames } from '../variables/known-names.js';
import { documentNotValid, safeMessage } from './safe-message.js';
import { type InputFault } from '../variables/variable-faults.js';
import { InvalidVariables } from '../variables/variables-check.js';

/** Log entry for a defect of the gateway. */
export interface InternalErrorEntry {
  readonly requestId?: string;
  /** Failed field, with names of the schema. Names chosen by the caller become `…`. */
  readonly path?: string;
  readonly error: ErrorDescription;
}

export interface FormatErrorOptions {
  /** Called with the code of every error. */
  readonly note?: (code: string) => void;
  /** Names that can be repeated: `knownNamesOf(schema)`. A function, because the schema is built later. */
  readonly knownNames: () => KnownNames;
  readonly log: (entry: InternalErrorEntry) => void;
  /** ID of the current request, for `extensions.requestId` and the log. */
  readonly requestId?: () => string | undefined;
}

/** Parts of an error that a client can see. Nothing else of an error leaves the gateway. */
interface Answer {
  readonly code: string;
  readonly message: string;
  readonly faults?: readonly InputFault[];
  readonly reason?: ApiKeyRefusal;
}

/**
 * Apollo Server's `formatError`. Refusals of a domain are shown as they are. Faults of the request are described with
 * names of the schema. Everything else is logged, and the client gets an ID to report. `extensions` contains `code`,
 * `reason`, `requestId` and `faults`, and nothing from libraries.
 */
export function makeFormatError({ knownNames, log, requestId, note }: FormatErrorOptions) {
  return (formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    const id = requestId?.();
    const { code, message, faults, reason } = answerTo(formatted, thrown, knownNames());
    note?.(code);
    if (code === 'INTERNAL' || code === 'DATABASE_UNAVAILABLE') {
      const path = formatted.path?.map((key) => (typeof key === 'number' || knownNames().has(key) ? key : '…'));
      log({
        ...(id !== undefined && { requestId: id }),
        ...(path && { path: path.join('.') }),
        error: describeError(errorsIn(thrown).at(-1) ?? thrown, knownNames()),
      });
    }

    return {
      message,
      ...(formatted.locations && { locations: formatted.locations }),
      ...(formatted.path && { path: formatted.path }),
      extensions: {
        code,
        ...(reason && { reason }),
        ...(faults && { faults }),
        ...(id !== undefined && { requestId: id }),
      },
    };
  };
}

const internal: Answer = {
  code: 'INTERNAL',
  message: 'An internal error occurred. Quote the request ID when you report it.',
};

/** The client has disconnected. This is not a fault of the gateway: nothing is logged. */
const unread: Answer = { code: 'BAD_REQUEST', message: 'The connection was closed before the answer was complete.' };

function answerTo(formatted: GraphQLFormattedError, thrown: unknown, knownNames: KnownNames): Answer {
  if (thrown instanceof InvalidVariables)
    return { code: 'BAD_USER_INPUT', message: thrown.message, faults: thrown.faults };

  const code = String(formatted.extensions?.['code']);
  if (errorsIn(thrown).some((error) => error instanceof CallerGone)) return unread;
  const domainError = errorsIn(thrown).find((error) => error instanceof DomainError);
  if (domainError instanceof DocumentTooLarge) return { code: domainError.code, message: domainError.message };
  if (formatted.message.startsWith(tooManyTokens))
    return { code: 'QUERY_TOO_EXPENSIVE', message: `The document has more than ${documentLimits.tokens} tokens.` };
  if (code === 'OPERATION_RESOLUTION_FAILURE') return { code, message: operationText(formatted.message, knownNames) };
  if (documentCodes.has(code)) {
    // A scalar can have refused a value of the document with a message of ours.
    const hint = domainError ? ` ${domainError.message}` : '';
    return { code, message: safeMessage(formatted.message, knownNames) + hint };
  }
  if (domainError instanceof InvalidInput) {
    return { code: 'BAD_USER_INPUT', message: domainError.message, faults: domainError.faults.map(toFault) };
  }
  if (domainError instanceof Unauthenticated)
    return { code: domainError.code, message: domainError.message, reason: domainError.reason };
  const refusal = domainError ?? refusalOf(errorsIn(thrown).at(-1));
  if (refusal) return { code: refusal.code, message: refusal.message };

  const text = fixedTexts.get(code);
  return text === undefined ? (faultOfCaller(code, thrown, knownNames) ?? internal) : { code, message: text };
}

/** Beginning of the message of graphql-js. */
const tooManyTokens = 'Syntax Error: Document contains more tha';

const documentCodes: ReadonlySet<string> = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);

/** Beginnings of messages of graphql-js when it found no operation to execute, and the text for the client. */
const operationTexts: readonly (readonly [starts: string, text: string])[] = [
  ['Unknown operation named ', 'The document has no operation with the name that `operationName` specifies.'],
  ['Must provide operation name ', 'The document has several operations, and `operationName` does not choose one.'],
  ['Must provide an operation.', 'The document has no operation.'],
  ['Schema is not configured to execute subscription ', 'GraphQL subscriptions are not supported.'],
];

const operationText = (message: string, knownNames: KnownNames) =>
  operationTexts.find(([starts]) => message.startsWith(starts))?.[1] ?? safeMessage(message, knownNames);

/**
 * Codes with messages of libraries. To give more details, throw a DomainError with that code, or a GraphQLError created
 * from one.
 */
const fixedTexts: ReadonlyMap<string, string> = new Map([
  ['UNAUTHENTICATED', 'Send a valid API key: `Authorization: Bearer gwk_…`.'],
  ['FORBIDDEN', 'You are not allowed to do this.'],
  ['RATE_LIMITED', 'Too many requests. Send fewer, and try again later.'],
  ['QUERY_TOO_EXPENSIVE', 'The operation requests too much data at once. Request fewer fields or shorter lists.'],
  // Clients with persisted queries compare these two.
  ['PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported'],
  ['PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'],
]);

function faultOfCaller(code: string, thrown: unknown, knownNames: KnownNames): Answer | undefined {
  const source = errorsIn(thrown).at(-1);
  const message = source?.message ?? '';
  if (code === 'BAD_REQUEST') {
    const isMethod = message.startsWith('GET requests only support');
    return {
      code: isMethod ? 'METHOD_NOT_ALLOWED' : code,
      message: badRequestText(message) ?? 'The request is not valid.',
    };
  }
  if (code === 'BAD_USER_INPUT') return { code, message: inputText(message, knownNames) };

  // Errors that graphql-js and Apollo raise during execution have no code, although the caller is responsible.
  if (code !== 'INTERNAL_SERVER_ERROR' || !(source instanceof GraphQLError) || source.extensions['code'])
    return undefined;
  if (message.startsWith('Argument "')) return { code: 'BAD_USER_INPUT', message: inputText(message, knownNames) };
  if (message.startsWith('Schema is not configured to execute ')) {
    return { code: 'OPERATION_RESOLUTION_FAILURE', message: operationText(message, knownNames) };
  }
  const text = badRequestText(message);
  return text === undefined ? undefined : { code: 'BAD_REQUEST', message: text };
}

function inputText(message: string, knownNames: KnownNames): string {
  const text = safeMessage(message, knownNames);
  return text === documentNotValid ? 'The arguments are not valid.' : text;
}

function toFault({ path = [], message, code }: DomainError): InputFault {
  return { path, message, code };
}

/** The thrown error and the errors inside it: GraphQL libraries wrap errors of others, some of them twice. */
function errorsIn(thrown: unknown): Error[] {
  const errors: Error[] = [];
  for (let error = thrown; error instanceof Error && errors.length < 5;) {
    errors.push(error);
    error = error instanceof GraphQLError ? error.originalError : undefined;
  }
  return errors;
}
