// Maximum length. Longer words are not misspelled names, and can be secrets in the wrong place.
const longestWord = 64;

/** Name in `names` that `word` most likely misspells: at most a third of its letters differ. */
export function closestName(word: string, names: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  return names
    .map((name) => ({ name, edits: editsBetween(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= name.length / 3)
    .sort((one, other) => one.edits - other.edits)[0]?.name;
}

/** Number of letters to insert, delete, replace or swap to turn one word into the other. */
function editsBetween(one: string, other: string): number {
  const table = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const edits = (row: number, column: number) => table[row]![column]!;

  for (let row = 1; row <= one.length; row++) {
    table.push([row]);
    for (let column = 1; column <= other.length; column++) {
      const replaced = edits(row - 1, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
          ? edits(row - 2, column - 2) + 1
          : Infinity;
      table[row]!.push(Math.min(replaced, swapped, edits(row - 1, column) + 1, edits(row, column - 1) + 1));
    }
  }
  return edits(one.length, other.length);
}
