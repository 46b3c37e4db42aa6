import { DirectiveLocation, TokenKind } from 'graphql';
import { messageTemplates } from './message-templates.js';

import type { KnownNames } from '../variables/known-names.js';
export { knownNamesOf } from '../variables/known-names.js';

/** Text for a message of graphql-js without a template. */
export const documentNotValid = 'The document is not valid.';

/** Replaces text from the caller that the schema does not know. */
const masked = '…';

/**
 * Rewrites a message of graphql-js about a document. The result contains the text of a template, names of the schema,
 * and words of GraphQL's grammar. Values and names chosen by the caller are omitted.
 */
export function safeMessage(message: string, knownNames: KnownNames): string {
  for (const template of templates) {
    const told = template(message, knownNames);
    if (told !== undefined) return told;
  }
  return documentNotValid;
}

interface Hole {
  /** Without nested or adjacent repetition, so that matching takes linear time. */
  readonly pattern: string;
  fill(text: string, knownNames: KnownNames): string;
}

const holes: Readonly<Record<string, Hole>> = {
  name: { pattern: '\\w+', fill: ifKnown },
  type: { pattern: '[\\w[\\]!]+', fill: ifKnown },
  names: { pattern: '[\\w", ]+', fill: quotedIfKnown },
  reason: { pattern: '[^]*?', fill: reason },
  expected: { pattern: '[^,\\s]{1,16}', fill: (text) => (grammar.has(text.replaceAll('"', '')) ? text : masked) },
  found: { pattern: '[^]*', fill: found },
  number: { pattern: '\\d{1,9}', fill: (text) => text },
  location: { pattern: '[A-Z_]{1,32}', fill: (text) => (locations.has(text) ? text : masked) },
  operation: { pattern: 'query|mutation|subscription', fill: (text) => text },
  suggestions: { pattern: '(?: Did you mean [^]*)?', fill: suggestions },
  rest: { pattern: ' [^]*', fill: () => '.' },
  cut: {
    pattern: '(?:: |, found )[^]*',
    fill: (text, knownNames) => `.${suggestions(text.slice(text.lastIndexOf(' Did you mean ')), knownNames)}`,
  },
};

const templates = messageTemplates.map(compile);

function compile(template: string): (message: string, knownNames: KnownNames) => string | undefined {
  // Every second part is the kind of a placeholder.
  const parts = template.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : holes[part]!));
  const pattern = parts.map((part) => (typeof part === 'string' ? escaped(part) : `(${part.pattern})`)).join('');
  const whole = new RegExp(`^${pattern}$`);

  return (message, knownNames) => {
    const match = whole.exec(message);
    if (!match) return undefined;
    let hole = 0;
    return parts.map((part) => (typeof part === 'string' ? part : part.fill(match[++hole]!, knownNames))).join('');
  };
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}

const keywords = [
  ...['query', 'mutation', 'subscription', 'fragment', 'on', 'true', 'false', 'null', 'schema', 'extend', 'scalar'],
  ...['type', 'interface', 'implements', 'union', 'enum', 'input', 'directive', 'repeatable'],
];
const grammar: ReadonlySet<string> = new Set([...Object.values(TokenKind), ...keywords]);
const locations: ReadonlySet<string> = new Set(Object.values(DirectiveLocation));

/** A name, or a type such as `[Region!]!`. */
function ifKnown(text: string, knownNames: KnownNames): string {
  return text.split(/[[\]!]+/).every((name) => name === '' || knownNames.has(name)) ? text : masked;
}

function quotedIfKnown(text: string, knownNames: KnownNames): string {
  return namesQuotedIn(text)
    .map((name) => `"${ifKnown(name, knownNames)}"`)
    .join(', ');
}

/** A token: its kind, and its text only if it is a word of the grammar or the schema. */
function found(text: string, knownNames: KnownNames): string {
  const token = /^"?([^\s"]{1,16})"?(?: "([^]*)")?\.$/.exec(text);
  if (!token || !grammar.has(token[1]!)) return `${masked}.`;
  const [, kind, value] = token;
  if (value !== undefined) return `${kind} "${keywords.includes(value) ? value : ifKnown(value, knownNames)}".`;
  return /^\w/.test(kind!) || kind!.startsWith('<') ? `${kind}.` : `"${kind}".`;
}

/** Besides names, only words that graphql-js uses to explain a conflict. */
function reason(text: string, knownNames: KnownNames): string {
  const told = text.replace(/"(\w+)"/g, (_, name: string) => `"${ifKnown(name, knownNames)}"`);
  const rest = told.replace(/"[\w…]+"/g, '').match(/[^\s,]+/g) ?? [];
  return rest.every((word) => reasonWords.has(word)) ? told : masked;
}

const reasonWords: ReadonlySet<string> = new Set(
  'and are different fields they have differing arguments return conflicting types subfields conflict because'.split(
    ' ',
  ),
);

function suggestions(text: string, knownNames: KnownNames): string {
  const lead = /^ Did you mean (to use an inline fragment on |the enum value )?"/.exec(text);
  const names = lead ? namesQuotedIn(text.slice(0, 2000)).filter((name) => knownNames.has(name)) : [];
  if (names.length === 0) return '';
  const last = names.length > 1 ? ` or "${names.pop()}"` : '';
  return ` Did you mean ${lead![1] ?? ''}${names.map((name) => `"${name}"`).join(', ')}${last}?`;
}

function namesQuotedIn(text: string): string[] {
  return Array.from(text.matchAll(/"(\w+)"/g), (match) => match[1]!);
}
