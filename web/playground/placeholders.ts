/** Value of a response, in the variables of an operation: `<cloudAccount.id>`. */
const placeholder = /<(\w+\.\w+)>/g;
const wholePlaceholder = /^<(\w+\.\w+)>$/;

export function placeholdersIn(variables: unknown): string[] {
  return [...(JSON.stringify(variables) ?? '').matchAll(placeholder)].map(([, name]) => name!);
}

/**
 * Values of a response by `name.field`: of `data { cloudAccount { id } }`, and of objects one level below, in a
 * payload. For a list, its first item; for a connection, its first node.
 *
 * @param wanted names to look for, so that secrets in a response are not kept
 */
export function valuesIn(data: unknown, wanted: ReadonlySet<string>): Record<string, unknown> {
  const objects = fieldsOf(data).flatMap(([name, value]) => {
    const first = firstOf(value);
    return [[name, first] as const, ...fieldsOf(first).map(([inner, one]) => [inner, firstOf(one)] as const)];
  });
  return Object.fromEntries(
    objects
      .flatMap(([name, object]) => fieldsOf(object).map(([field, value]) => [`${name}.${field}`, value] as const))
      .filter(([name, value]) => wanted.has(name) && value !== null && typeof value !== 'object'),
  );
}

const fieldsOf = (value: unknown): [string, unknown][] =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];

const firstOf = (value: unknown): unknown => {
  const list = (value as { nodes?: unknown } | null)?.nodes ?? value;
  return Array.isArray(list) ? (list as unknown[])[0] : list;
};

/**
 * Replaces each placeholder in `variables` with the last seen value.
 *
 * @throws Error for users, when no value was seen yet
 */
export function filled(variables: unknown, seen: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(variables)) return variables.map((item) => filled(item, seen));
  if (variables !== null && typeof variables === 'object')
    return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, filled(value, seen)]));
  if (typeof variables !== 'string') return variables;

  const [, whole] = wholePlaceholder.exec(variables) ?? [];
  if (whole === undefined)
    return variables.replace(placeholder, (text, name: string) =>
      Object.hasOwn(seen, name) ? String(seen[name]) : text,
    );
  if (Object.hasOwn(seen, whole)) return seen[whole];
  throw new Error(
    `No answer has shown a value for <${whole}> yet. Run the operations of this group in their order, or replace <${whole}> with a value.`,
  );
}
