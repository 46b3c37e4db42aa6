/** Whitespace, and invisible characters: zero-width characters, byte order mark, direction marks, soft hyphen. */
const blank = /[\s\p{Z}\p{Cf}]/u;

/**
 * Removes leading and trailing whitespace, visible or not: no key, name, ID or ARN has any. Takes linear time, unlike a
 * regular expression.
 */
export function withoutBlanksAround(pasted: string): string {
  let [from, to] = [0, pasted.length];
  while (from < to && blank.test(pasted[from]!)) from++;
  while (to > from && blank.test(pasted[to - 1]!)) to--;
  return pasted.slice(from, to);
}
