import { Unknown, type Context } from './context.js';
import { all, any, truthOf, type Truth } from './truth.js';

const anyText: unique symbol = Symbol('*');
const anyCharacter: unique symbol = Symbol('?');
/** Placeholder for a variable whose value is unknown. */
const anything: unique symbol = Symbol('unknown');

/** One character, or a wildcard. */
export type Token = string | typeof anyText | typeof anyCharacter | typeof anything;

/** Text of a policy with its variables replaced. Wildcards in values have no meaning. */
export interface Pattern {
  readonly tokens: readonly Token[];
  /** Condition keys of variables whose values are unknown. */
  readonly unknown: readonly string[];
}

const variable = /\$\{([^}]*)\}/g;

/**
 * Parses a text of a policy. Calls `missing` and returns undefined when the request does not have the key of a variable
 * without a default: such a text matches nothing.
 *
 * @param context undefined in a policy without variables, whose version is not 2012-10-17
 */
export function patternOf(
  text: string,
  context: Context | undefined,
  missing: (key: string) => void = () => {},
): Pattern | undefined {
  if (!context) return { tokens: tokensOf(text), unknown: [] };

  const tokens: Token[] = [];
  const unknown: string[] = [];
  let from = 0;
  for (const found of text.matchAll(variable)) {
    const key = found[1]!.split(',')[0]!.trim();
    const value = valueOf(found[1]!, context);
    if (value === undefined) return void missing(key);
    if (value instanceof Unknown) unknown.push(key);
    const itsTokens: Token[] = value instanceof Unknown ? [anything] : charactersOf(value);
    tokens.push(...tokensOf(text.slice(from, found.index)), ...itsTokens);
    from = found.index + found[0].length;
  }
  return { tokens: [...tokens, ...tokensOf(text.slice(from))], unknown };
}

/** `${aws:username}`, `${aws:username, 'default'}`, or `${*}`, `${?}`, `${$}` for these characters. */
function valueOf(inside: string, context: Context): string | Unknown | undefined {
  if (['*', '?', '$'].includes(inside)) return inside;

  const [, key, byDefault] = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/.exec(inside) ?? [];
  const values = context.get((key ?? '').toLowerCase());
  if (values instanceof Unknown) return values;
  // A variable whose key has several values matches none of them.
  return values?.length === 1 ? values[0] : byDefault;
}

/** Text in which `*` and `?` are wildcards. */
export const tokensOf = (text: string): Token[] =>
  [...text].map((character) => (character === '*' ? anyText : character === '?' ? anyCharacter : character));

/** Text without wildcards. */
export const charactersOf = (text: string): Token[] => [...text];

/** Same text with wildcards as characters, for operators without wildcards. */
export const literal = (tokens: readonly Token[]): Token[] =>
  tokens.map((token) => (token === anyText ? '*' : token === anyCharacter ? '?' : token));

export const lowerCase = (tokens: readonly Token[]): Token[] =>
  tokens.map((token) => (typeof token === 'string' ? token.toLowerCase() : token));

/** The text, if it has no wildcard. */
export const textOf = (tokens: readonly Token[]): string | undefined =>
  tokens.every((token) => typeof token === 'string') ? tokens.join('') : undefined;

/** Whether a pattern matches every text, some texts, or no text of another pattern. */
export function matches(pattern: readonly Token[], texts: readonly Token[]): Truth {
  if (covers(pattern, texts)) return 'YES';
  // Without wildcards, there is only one text, which does not match.
  return textOf(texts) === undefined && meets(pattern, texts) ? 'MAYBE' : 'NO';
}

const isAnyText = (token: Token | undefined) => token === anyText || token === anything;

/** Takes time proportional to both lengths for every pattern, because callers can send patterns. */
function covers(pattern: readonly Token[], text: readonly Token[]): boolean {
  let [at, next] = [0, 0];
  let retry: { next: number; at: number } | undefined;
  while (at < text.length) {
    const token = pattern[next];
    if (isAnyText(token)) {
      retry = { next: ++next, at };
    } else if (token !== undefined && (token === text[at] || (token === anyCharacter && !isAnyText(text[at])))) {
      at++;
      next++;
    } else if (retry) {
      at = ++retry.at;
      next = retry.next;
    } else return false;
  }
  return pattern.slice(next).every(isAnyText);
}

/** Whether a text exists that both patterns match. Takes time proportional to the product of both lengths. */
function meets(one: readonly Token[], other: readonly Token[]): boolean {
  const isSame = (a: Token, b: Token) => a === b || a === anyCharacter || b === anyCharacter;
  // reached[j]: the rest of `one` from i and the rest of `other` from j have a common text.
  let reached = other.map((_, j) => other.slice(j).every(isAnyText)).concat(true);
  for (let i = one.length - 1; i >= 0; i--) {
    const row = new Array<boolean>(other.length + 1);
    row[other.length] = isAnyText(one[i]) && reached[other.length]!;
    for (let j = other.length - 1; j >= 0; j--) {
      row[j] =
        isAnyText(one[i]) || isAnyText(other[j])
          ? reached[j]! || row[j + 1]!
          : isSame(one[i]!, other[j]!) && reached[j + 1]!;
    }
    reached = row;
  }
  return reached[0]!;
}

/**
 * A wildcard matches only within its part of an ARN, except in the last part, which can contain colons. Only `*`
 * matches every ARN; other patterns with fewer parts match none.
 */
export function matchesArn(pattern: readonly Token[], arns: readonly Token[]): Truth {
  const parts = partsOf(arns);
  const patterns = partsOf(pattern);
  if (parts.length < 6 || patterns.length === 1) return matches(pattern, arns);
  if (patterns.length < 6) return truthOf(false);
  return all(patterns.map((part, i) => matches(part, parts[i]!)));
}

function partsOf(arn: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of arn) {
    if (token === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

/** Whether one of the texts of a policy matches, with the keys of the variables that it depends on. */
export function anyMatches(
  patterns: readonly (Pattern | undefined)[],
  compare: (pattern: readonly Token[]) => Truth,
): { truth: Truth; unknown: readonly string[] } {
  const results = patterns.flatMap((pattern) => {
    if (!pattern) return [];
    const truth = compare(pattern.tokens);
    return [{ truth: pattern.unknown.length > 0 && truth === 'YES' ? ('MAYBE' as const) : truth, pattern }];
  });
  return {
    truth: any(results.map(({ truth }) => truth)),
    unknown: results.flatMap(({ truth, pattern }) => (truth === 'MAYBE' ? pattern.unknown : [])),
  };
}
