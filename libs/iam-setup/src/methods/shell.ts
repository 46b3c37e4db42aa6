/** A command for a POSIX shell: a line for each list of words, and nothing in a word that the shell would act on. */
export const inShell = (...lines: readonly (readonly string[])[]) =>
  lines.map((words) => words.map(quoted).join(' ')).join(' \\\n  ');

const quoted = (word: string) => (/^[A-Za-z0-9_./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
