// Nobody mistypes a name by more than this; a longer word is something else, perhaps a secret in the wrong place.
const longestWord = 64;

/** The one of `names` that `word` is most likely a misspelling of: at most a third of its letters differ. */
export function closestName(word: string, names: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  return names
    .map((name) => ({ name, edits: editsBetween(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= name.length / 3)
    .sort((one, other) => one.edits - other.edits)[0]?.name;
}

/** Letters to insert, drop or replace to turn one word into the other (Levenshtein distance). */
function editsBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= other.length; column++) {
      const replaced = above[column - 1]! + (letter === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[other.length]!;
}
