/** Sort value of a list, and the rule for valid values in a cursor. */
export interface SortValue<T> {
  of(item: T): string | number;
  /** @param id ID in the same cursor */
  isValid(value: unknown, id: number): boolean;
}

/** @param longest maximum length of the column, in characters */
export const byText = <T>(of: (item: T) => string, longest: number): SortValue<T> => ({
  of,
  isValid: (value) =>
    typeof value === 'string' && value.length <= 2 * longest && value.isWellFormed() && [...value].length <= longest,
});

/** For lists that are sorted by ID only. */
export const byId = <T extends { readonly id: number }>(): SortValue<T> => ({
  of: ({ id }) => id,
  isValid: (value, id) => value === id,
});

/** @param largest maximum value of the column, whose minimum is 0 */
export const byInteger = <T>(of: (item: T) => number, largest: number): SortValue<T> => ({
  of,
  isValid: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= largest,
});

const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999); // maximum of SQL's DATETIME

/** Cursors contain times as milliseconds since 1970. */
export const byMoment = <T>(of: (item: T) => Date): SortValue<T> => ({
  of: (item) => of(item).getTime(),
  isValid: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= lastMoment,
});

const largestId = 0x7fffffff; // of an INT column

/** Contents of a cursor: the list, its order, and the position of an item. */
export type CursorParts = readonly [list: string, field: string, direction: string, value: string | number, id: number];

export function encodeCursor(parts: CursorParts): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Position in a cursor. Null for every text that `encodeCursor` does not create for this list in this order. Clients
 * can write cursors themselves, so each part must have the type and the range of its column.
 */
export function decodeCursor(
  cursor: string,
  [list, field, direction]: readonly [list: string, field: string, direction: string],
  sortValue: SortValue<never>,
): { readonly value: string | number; readonly id: number } | null {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return null;
  }
  if (!Array.isArray(parts) || parts.length !== 5) return null;
  const [ofList, ofField, ofDirection, value, id] = parts as unknown[];
  if (ofList !== list || ofField !== field || ofDirection !== direction) return null;
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) > largestId) return null;
  if (!sortValue.isValid(value, id as number)) return null;
  // Accepts only the canonical encoding of a position.
  return encodeCursor(parts as unknown as CursorParts) === cursor
    ? ({ value, id } as { value: string | number; id: number })
    : null;
}
