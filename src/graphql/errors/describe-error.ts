import { types } from 'node:util';
import type { KnownNames } from '../variables/known-names.js';

/** Description of an error that is safe to log, with one line for each text. */
export interface ErrorDescription {
  readonly name: string;
  readonly code?: string | number;
  /** HTTP status of the response that caused the error, if it came from a service. */
  readonly status?: number;
  /** Omitted for databases and AWS, whose messages repeat their input. */
  readonly message?: string;
  readonly frames: readonly string[];
  readonly cause?: ErrorDescription;
}

const deepestCause = 4;
const mostFrames = 15;
const longestText = 300;

/**
 * Describes any thrown value without text from a request. For errors of databases and AWS, only name, code and stack
 * frames remain. Other messages keep plain words; quoted text, numbers of more than five digits and everything that
 * could be a key or a token become `…`, unless it is in `knownNames`.
 */
export function describeError(error: unknown, knownNames: KnownNames = new Set()): ErrorDescription {
  return describe(error, knownNames, 0);
}

function describe(error: unknown, knownNames: KnownNames, depth: number): ErrorDescription {
  try {
    if (!isError(error)) return { name: `thrown ${typeof error}`, frames: [] };
    const facts = error as Error & Record<string, unknown>;
    const cause = causeOf(facts);
    const code = codeOf(facts);
    const status = statusOf(facts);
    return {
      name: isName(error.name) ? error.name : 'Error',
      ...(code !== undefined && { code }),
      ...(status !== undefined && { status }),
      ...(!repeatsInput(facts) && { message: masked(error.message, knownNames) }),
      frames: framesOf(error),
      ...(cause !== undefined && depth < deepestCause && { cause: describe(cause, knownNames, depth + 1) }),
    };
  } catch {
    return { name: 'unreadable error', frames: [] }; // A getter of the error threw.
  }
}

/** Errors of the standard library can come from another realm, where `instanceof` fails. */
const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value);

/** Errors of TypeORM, mysql2, SQLite and the AWS SDK. */
function repeatsInput(error: Record<string, unknown>): boolean {
  return (
    ['sql', 'query', 'parameters', 'sqlMessage', 'sqlState', 'driverError', '$metadata', '$fault'].some(
      (key) => key in error,
    ) || /^SQLITE_/.test(String(error['code']))
  );
}

/** The first error of an AggregateError: Node.js uses it when every address of a host failed. */
function causeOf(error: Record<string, unknown>): unknown {
  return (
    error['cause'] ?? error['originalError'] ?? error['driverError'] ?? (error['errors'] as unknown[] | undefined)?.[0]
  );
}

function codeOf(error: Record<string, unknown>): string | number | undefined {
  return [error['code'], error['Code'], error['errno']].find(
    (code): code is string | number => typeof code === 'number' || (typeof code === 'string' && isCode(code)),
  );
}

/** Names of classes or conditions. Keys and tokens do not look like this. */
const isName = (text: string) => isCode(text) || /^[A-Z][A-Za-z]{0,40}(Error|Exception)$/.test(text);

const isCode = (text: string) => /^[A-Z][A-Z0-9_]{1,47}$/.test(text) || /^([A-Z][a-z]{1,15}){1,6}$/.test(text);

function statusOf(error: Record<string, unknown>): number | undefined {
  const status = (error['$metadata'] as { httpStatusCode?: unknown } | undefined)?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

/** A stack begins with the message, which can have several lines, including lines that look like frames. */
function framesOf(error: Error): string[] {
  const stack = String(error.stack);
  const end = stack.indexOf(error.message);
  return stack
    .slice(end < 0 ? 0 : end + error.message.length)
    .split('\n')
    .filter((line) => frame.test(line))
    .slice(0, mostFrames)
    .map((line) => oneLine(line.trim()));
}

const frame = /^ {4}at (?:[\w.$<>#[\] ]{1,120} \()?(?:file:|node:|\/|[A-Z]:\\|<anonymous>|native)[^()]{0,240}\)?$/;

function masked(text: string, knownNames: KnownNames): string {
  const unquoted = text.slice(0, 10 * longestText).replace(/"[^"]*("|$)|`[^`]*(`|$)|(?<!\w)'[^']*('|$)/g, '"…"');
  return oneLine(unquoted.replace(/[\w+/=-]+/g, (word) => (isPlain(word, knownNames) ? word : '…')));
}

/** Words, constants such as ECONNREFUSED, and short numbers. Never a mix of cases or digits, as keys have. */
function isPlain(word: string, knownNames: KnownNames): boolean {
  return word
    .split(/[+/=-]/)
    .every((part) => knownNames.has(part) || /^([A-Z]?[a-z]{0,15}|[A-Z]{1,12}(_[A-Z]{1,12}){0,4}|\d{1,5})$/.test(part));
}

/** Escapes control characters and direction marks, so that no message can forge a line of the log. */
function oneLine(text: string): string {
  return text
    .slice(0, longestText)
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
      (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
    );
}
