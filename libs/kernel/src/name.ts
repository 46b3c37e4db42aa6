const longest = 64;

// Control characters, line and paragraph separators, and the marks that turn the direction of a text around
// (Unicode Technical Report 36, "bidirectional text spoofing"): a name with one can be made to look like another.
const forbidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

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
  const normalized = normalizeName(name);
  const length = [...normalized].length;
  if (length === 0) return 'must not be blank';
  if (length > longest) return `must be at most ${longest} characters, and has ${length}`;
  if (forbidden.test(normalized))
    return 'must not hold control characters or characters that change the direction of text';
  return null;
}
