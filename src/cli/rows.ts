export type Row = Record<string, string | number | boolean | null>;

export const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null;

/** Prints a result as JSON, as a table or, without rows, as `none`. */
export function printRows(rows: readonly Row[], { asJson, none }: { asJson: boolean; none: string }): void {
  process.stdout.write(asJson ? `${JSON.stringify(rows, null, 2)}\n` : table(rows, none));
}

function table(rows: readonly Row[], none: string): string {
  const [first] = rows;
  if (!first) return `${none}\n`;
  const columns = Object.keys(first);
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '–')))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  return cells
    .map(
      (line) =>
        line
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('');
}
