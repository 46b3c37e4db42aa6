/** For the description of a mutation: what it refuses with, besides what every mutation may. */
export function refusesWith(...codes: string[]): string {
  return `Refuses with: ${listed([...codes, 'DATABASE_BUSY', 'DATABASE_UNAVAILABLE'])}.`;
}

/** Codes as descriptions list them. */
export const listed = (codes: readonly string[]) => codes.map((code) => `\`${code}\``).join(', ');

/** For the description of a filter's list: what its two special values mean. */
export const listFilterDescription = 'An empty list fits nothing, null means any.';
