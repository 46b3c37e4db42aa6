/**
 * The value of a field after a change: `wanted`, or `present` when the change leaves the field out.
 *
 * Every update follows this rule: a field left out is unchanged, null clears it. A field that cannot be cleared has no null in
 * its type.
 */
export function changedTo<T>(wanted: T | undefined, present: T): T {
  return wanted === undefined ? present : wanted;
}
