/** The ids of the objects an answer shows: of `data { cloudAccount { id } }`, and of the same one level down, in a payload. */
export function idsIn(data: unknown): Record<string, string> {
  const idsOf = (object: unknown) =>
    Object.entries(object ?? {}).flatMap(([name, value]: [string, { id?: unknown } | null]) =>
      typeof value?.id === 'string' ? [[name, value.id] as const] : [],
    );
  return Object.fromEntries([...idsOf(data), ...Object.values(data ?? {}).flatMap(idsOf)]);
}

/**
 * `variables` with the id seen last in place of each `<name.id>`.
 *
 * @throws Error for people, when no such object has been seen yet
 */
export function filled(variables: unknown, seen: Record<string, string>): unknown {
  if (variables === undefined) return undefined;
  const text = JSON.stringify(variables).replace(/"<(\w+)\.id>"/g, (_, name: string) => {
    if (Object.hasOwn(seen, name)) return JSON.stringify(seen[name]);
    throw new Error(
      `<${name}.id> stands for the id of the ${name} you saw last, and you have not seen one yet: run the tab that creates it, or write an id here.`,
    );
  });
  return JSON.parse(text);
}
