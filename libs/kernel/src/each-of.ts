/** Found value for each key. Null if there is none. */
export function eachOf<Key, Found>(
  keys: readonly Key[],
  found: readonly Found[],
  keyOf: (found: Found) => Key,
): (Found | null)[] {
  const byKey = new Map(found.map((one) => [keyOf(one), one]));
  return keys.map((key) => byKey.get(key) ?? null);
}
