/**
 * Value of a field after a change: `wanted`, or `present` if the change omits the field.
 *
 * Every update follows this rule: an omitted field is unchanged, and null clears it. A field that cannot be cleared has
 * no null in its type.
 */
export function changedTo<T>(wanted: T | undefined, present: T): T {
  return wanted === undefined ? present : wanted;
}
