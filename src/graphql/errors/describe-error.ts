import { types } from 'node:util';
import type { KnownNames } from '../variables/known-names.js';

/** What may be known about an error outside the process: safe to log, on one line each. */
export interface ErrorDescription {
  readonly name: string;
  readonly code?: string | number;
  /** HTTP status of the answer that made the error, where it came from a service. */
  readonly status?: number;
  /** Left out for databases and AWS, whose messages repeat what they were sent. */
  readonly message?: string;
  readonly frames: readonly string[];
  readonly cause?: ErrorDescription;
}

const deepestCause = 4;
const mostFrames = 15;
const longestText = 300;

/**
 * Describes whatever was thrown without what people typed in. Of errors of databases and AWS only name, code and
 * stack frames remain. Messages of others keep plain words; quoted text, numbers of more than five digits and anything
 * that could be a key or a token read `…`, unless it is one of `knownNames`.
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
    return { name: 'unreadable error', frames: [] }; // A getter of a stranger's error threw.
  }
}

/** Errors of the standard library may come from another realm, where `instanceof` does not know them. */
const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value);

/** Errors of TypeORM, mysql2, SQLite and the AWS SDK. */
function repeatsInput(error: Record<string, unknown>): boolean {
  return (
    ['sql', 'query', 'parameters', 'sqlMessage', 'sqlState', 'driverError', '$metadata', '$fault'].some(
      (key) => key in error,
    ) || /^SQLITE_/.test(String(error['code']))
  );
}

/** An AggregateError stands for its first error: that is how Node tells that each address of a host failed. */
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

/** What a class or a condition is called. Keys and tokens are not spelt like that. */
const isName = (text: string) => isCode(text) || /^[A-Z][A-Za-z]{0,40}(Error|Exception)$/.test(text);

const isCode = (text: string) => /^[A-Z][A-Z0-9_]{1,47}$/.test(text) || /^([A-Z][a-z]{1,15}){1,6}$/.test(text);

function statusOf(error: Record<string, unknown>): number | undefined {
  const status = (error['$metadata'] as { httpStatusCode?: unknown } | undefined)?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

/** A stack begins with the message, which may have several lines, and lines that look like frames. */
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

/** Words of a language, constants such as ECONNREFUSED and short numbers; never what mixes cases or digits, as keys do. */
function isPlain(word: string, knownNames: KnownNames): boolean {
  return word
    .split(/[+/=-]/)
    .every((part) => knownNames.has(part) || /^([A-Z]?[a-z]{0,15}|[A-Z]{1,12}(_[A-Z]{1,12}){0,4}|\d{1,5})$/.test(part));
}

/** Control characters and marks that move text about are escaped, so that no message can forge a line of the log. */
function oneLine(text: string): string {
  return text
    .slice(0, longestText)
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
      (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
    );
}
