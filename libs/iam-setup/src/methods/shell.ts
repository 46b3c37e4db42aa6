/** Commands for a POSIX shell: one line for each list of words, with every word quoted as needed. */
export const inShell = (...lines: readonly (readonly string[])[]) =>
  lines.map((words) => words.map(quoted).join(' ')).join(' \\\n  ');

const quoted = (word: string) => (/^[A-Za-z0-9_./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
