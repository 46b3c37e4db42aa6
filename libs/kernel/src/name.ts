const longest = 64;

/** In characters: a character of a name becomes at most three in its key. */
export const longestNameKey = 3 * longest;

// Control characters, line and paragraph separators, and format characters, which are invisible or change the direction
// of text (Unicode Technical Report 36, "bidirectional text spoofing"): with them, a name can look like another. The
// two joiners are allowed, because some scripts and emoji need them.
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/u;

// Requires a character besides spaces, combining marks, and invisible fillers (U+3164, U+2800).
const visible = /[^\p{Z}\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Stored form of a name: without leading and trailing whitespace, in Unicode's canonical composition. */
export function normalizeName(name: string): string {
  return name.trim().normalize('NFC');
}

/** Key of a name for comparison. Equal for names that differ only in case. */
export function nameKey(name: string): string {
  // Upper case first, so that letters with several lower-case forms (ß, ς) are equal.
  return normalizeName(name).toUpperCase().toLowerCase().normalize('NFC');
}

/** Describes the problem with a name, as the end of a sentence. Null when it is valid. */
export function faultInName(name: string): string | null {
  return faultInText(name, longest);
}

/** Describes the problem with a text for users, as the end of a sentence. Null when it is valid. */
export function faultInText(text: string, mostCharacters: number): string | null {
  const normalized = normalizeName(text);
  const length = [...normalized].length;
  if (length === 0) return 'must not be blank';
  if (length > mostCharacters) return `must have at most ${mostCharacters} characters, but has ${length}`;
  if (forbidden.test(normalized))
    return 'must not contain control characters, invisible characters or characters that change the text direction';
  return visible.test(normalized) ? null : 'must not be blank';
}
