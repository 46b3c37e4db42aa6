import { parse, type DocumentNode } from 'graphql';

/** Used subset of a JSON schema. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  definitions?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  [keyword: string]: unknown;
}

/**
 * JSON schema of an operation's variables, corrected to accept what the playground sends. monaco-graphql requires every
 * non-null field, even one with a default; it does not accept a single item for a list; and it does not know that a
 * placeholder (placeholders.ts) can replace a number.
 *
 * @param schema schema that monaco-graphql derived from `document`
 */
export function correctedVariablesSchema(schema: JsonSchema, document: string): JsonSchema {
  const { required = [], ...rest } = corrected(schema);
  const optional = variablesWithDefault(document);
  return { ...rest, required: required.filter((name) => !optional.has(name)) };
}

function corrected({ type, properties, definitions, required, items, ...rest }: JsonSchema): JsonSchema {
  return {
    ...rest,
    ...(items ? { anyOf: [{ type, items: corrected(items) }, corrected(items)] } : type && scalar(type)),
    ...(properties && { properties: mapped(properties) }),
    ...(definitions && { definitions: mapped(definitions) }),
    ...(required && { required: required.filter((name) => !('default' in (properties?.[name] ?? {}))) }),
  };
}

function scalar(type: string | string[]): JsonSchema {
  const types = [type].flat();
  if (types.includes('object') || types.includes('string')) return { type };
  const patternErrorMessage = 'Expected a value of this type, or a placeholder such as <cloudAccount.version>.';
  return { type: [...types, 'string'], pattern: '^<\\w+\\.\\w+>$', patternErrorMessage };
}

const mapped = (schemas: Record<string, JsonSchema>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, corrected(schema)]));

function variablesWithDefault(document: string): Set<string> {
  return new Set(
    parsed(document)
      ?.definitions.flatMap(
        (definition) => ('variableDefinitions' in definition && definition.variableDefinitions) || [],
      )
      .filter(({ defaultValue }) => defaultValue)
      .map(({ variable }) => variable.name.value),
  );
}

function parsed(document: string): DocumentNode | null {
  try {
    return parse(document);
  } catch {
    return null; // still being typed
  }
}
