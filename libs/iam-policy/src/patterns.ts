/** What is true of a request: condition keys in lower case, as IAM ignores their case, and their values. */
export type Context = ReadonlyMap<string, readonly string[]>;

const anyText = Symbol('*');
const anyCharacter = Symbol('?');

/** One character that stands for itself, or a wildcard. */
type Token = string | typeof anyText | typeof anyCharacter;

/** A text of a policy with its variables filled in. What a variable brings along is never a wildcard. */
export type Pattern = readonly Token[];

const variable = /\$\{([^}]*)\}/g;

/**
 * Reads a text of a policy. Returns undefined, after telling `missing`, when a variable stands for nothing in this
 * request and has no default: such a text fits nothing.
 */
export function patternOf(
  text: string,
  context: Context | undefined,
  missing: (key: string) => void = () => {},
): Pattern | undefined {
  if (!context) return tokensOf(text);

  const tokens: Token[] = [];
  let from = 0;
  for (const found of text.matchAll(variable)) {
    const value = valueOf(found[1]!, context);
    if (value === undefined) return void missing(found[1]!.split(',')[0]!.trim());
    tokens.push(...tokensOf(text.slice(from, found.index)), ...value);
    from = found.index + found[0].length;
  }
  return [...tokens, ...tokensOf(text.slice(from))];
}

/** `${aws:username}`, `${aws:username, 'nobody'}`, and `${*}`, `${?}`, `${$}` for the characters themselves. */
function valueOf(inside: string, context: Context): string | undefined {
  if (['*', '?', '$'].includes(inside)) return inside;

  const [, key, byDefault] = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/.exec(inside) ?? [];
  const values = context.get((key ?? '').toLowerCase());
  // A key with several values names none of them.
  return values?.length === 1 ? values[0] : byDefault;
}

const tokensOf = (text: string): Token[] =>
  [...text].map((character) => (character === '*' ? anyText : character === '?' ? anyCharacter : character));

/** Takes time in proportion to both lengths, whatever the pattern: patterns come from callers, too. */
export function fits(pattern: Pattern, text: string): boolean {
  const characters = [...text];
  let [at, next] = [0, 0];
  let retry: { next: number; at: number } | undefined;
  while (at < characters.length) {
    const token = pattern[next];
    if (token === anyText) {
      retry = { next: ++next, at };
    } else if (token !== undefined && (token === anyCharacter || token === characters[at])) {
      at++;
      next++;
    } else if (retry) {
      at = ++retry.at;
      next = retry.next;
    } else return false;
  }
  return pattern.slice(next).every((token) => token === anyText);
}

/**
 * A wildcard stays within its part of an ARN, except in the last, which may hold colons of its own. Only `*` alone is
 * every ARN; other patterns of fewer parts are none.
 */
export function arnFits(pattern: Pattern, arn: string): boolean {
  const parts = arn.split(':');
  const patterns = splitArn(pattern);
  if (parts.length < 6 || patterns.length === 1) return fits(pattern, arn);
  if (patterns.length < 6) return false;

  return patterns.every((part, i) => fits(part, i < 5 ? parts[i]! : parts.slice(5).join(':')));
}

function splitArn(pattern: Pattern): Pattern[] {
  const parts: Token[][] = [[]];
  for (const token of pattern) {
    if (token === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}
