const longest = 64;

/** In characters: one character of a name becomes three of its key at most. */
export const longestNameKey = 3 * longest;

// Control characters, line and paragraph separators, and format characters, which nobody sees or which turn the
// direction of a text around (Unicode Technical Report 36, "bidirectional text spoofing"): a name with one can be made
// to look like another. Only the two joiners may be, without which some scripts and emoji cannot be written.
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/u;

// Something besides spaces, marks that need a letter to stand on, and fillers that show nothing (U+3164, U+2800).
const visible = /[^\p{Z}\p{M}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** A name as we keep it: without surrounding white space, in Unicode's canonical composition. */
export function normalizeName(name: string): string {
  return name.trim().normalize('NFC');
}

/** Two names are the same when their keys are: case does not tell names apart. */
export function nameKey(name: string): string {
  // Upper case first, so that letters with several lower-case forms (ß, ς) meet in one.
  return normalizeName(name).toUpperCase().toLowerCase().normalize('NFC');
}

/** What is wrong with a name people give to things, as the end of a sentence; null when nothing is. */
export function faultInName(name: string): string | null {
  return faultInText(name, longest);
}

/** What is wrong with a text that people read, as the end of a sentence; null when nothing is. */
export function faultInText(text: string, mostCharacters: number): string | null {
  const normalized = normalizeName(text);
  const length = [...normalized].length;
  if (length === 0) return 'must not be blank';
  if (length > mostCharacters) return `must have at most ${mostCharacters} characters, but has ${length}`;
  if (forbidden.test(normalized))
    return 'must not contain control characters, invisible characters or characters that change the text direction';
  return visible.test(normalized) ? null : 'must not be blank';
}
