import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLOutputType,
} from 'graphql';
import { projectFolder } from './process.js';

/** The committed schema. Requests are derived from it, so that new operations are included automatically. */
export const schema = buildSchema(readFileSync(join(projectFolder, 'src/graphql/schema.graphql'), 'utf8'));

export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
}

export const operations: readonly Operation[] = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field) => ({ kind: 'query', field }) as const),
  ...Object.values(schema.getMutationType()!.getFields()).map((field) => ({ kind: 'mutation', field }) as const),
];

/** Input with a text of the caller: an argument of an operation, or a field inside one. */
export interface TextInput {
  readonly operation: Operation;
  /** Starting at the argument: `['input', 'credentials', 'awsAccessKey', 'accessKeyId']`. */
  readonly path: readonly string[];
  readonly isList: boolean;
  readonly isId: boolean;
}

const numbersAndSuch = ['Int', 'Float', 'Boolean'];

/** All inputs of type String, ID or a custom scalar. */
export const textInputs: readonly TextInput[] = operations.flatMap((operation) => {
  const below = (type: GraphQLInputType, path: readonly string[]): TextInput[] => {
    const named = getNamedType(type);
    if (isInputObjectType(named))
      return Object.values(named.getFields()).flatMap((field) => below(field.type, [...path, field.name]));
    const isText = isScalarType(named) && !numbersAndSuch.includes(named.name);
    return isText
      ? [{ operation, path, isList: isListType(isNonNullType(type) ? type.ofType : type), isId: named.name === 'ID' }]
      : [];
  };
  return operation.field.args.flatMap(({ name, type }) => below(type, [name]));
});

/** Items of each page, so that a response can contain every field. */
const pageSize = 3;

/** The operation with a variable for each argument, selecting everything `depth` objects deep, in short pages. */
export function documentOf({ kind, field }: Operation, depth = 2): string {
  const declared = field.args
    .map(({ name, type }) => `$${name}: ${String(type)}${name === 'first' ? ` = ${pageSize}` : ''}`)
    .join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  return (
    `${kind} ${declared && `(${declared})`} ` +
    `{ ${field.name}${passed && `(${passed})`} ${selectionOf(getNamedType(field.type), depth)} }`
  );
}

/** Without the fields in `except`. */
function selectionOf(type: GraphQLNamedType, depth: number, except: ReadonlySet<string> = new Set()): string {
  if (!isCompositeType(type)) return '';
  if (!isObjectType(type)) {
    const types = schema.getPossibleTypes(type);
    // A response cannot have fields with one name and several types.
    const clashing = new Set(
      types.flatMap((one) =>
        Object.values(one.getFields())
          .filter(({ name, type }) => types.some((other) => differs(other.getFields()[name]?.type, type)))
          .map(({ name }) => name),
      ),
    );
    return `{ __typename ${types.map((t) => `... on ${t.name} ${selectionOf(t, depth, clashing)}`).join(' ')} }`;
  }
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (except.has(field.name)) return [];
    const below = getNamedType(field.type);
    if (isLeafType(below)) return [field.name];
    // One of the three ways to select the objects of a page is enough.
    if (depth === 0 || field.name === 'edges') return [];
    const isPaged = field.args.some(({ name }) => name === 'first');
    return [`${field.name}${isPaged ? `(first: ${pageSize})` : ''} ${selectionOf(below, depth - 1)}`];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

const differs = (one: GraphQLOutputType | undefined, other: GraphQLOutputType) =>
  one !== undefined && String(one) !== String(other);

/** Object types that `node` finds. */
export const nodeTypes: readonly string[] = schema
  .getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType)
  .map(({ name }) => name);

/** All positions of IDs in the arguments of an operation: `['input', 'cloudAccountId']`. */
export function idsOf(operation: Operation): (readonly string[])[] {
  return textInputs.filter((input) => input.operation === operation && input.isId).map(({ path }) => path);
}

/**
 * Valid arguments: those that are required or have an example.
 *
 * @param examples by `Type.field`, or by type
 * @param place position for `id`
 */
export function argumentsOf(
  { field }: Operation,
  examples: Readonly<Record<string, unknown>>,
  place: readonly string[] = [],
  id = '',
): object {
  const isOnTheWay = (path: readonly string[]) => place.slice(0, path.length).join('.') === path.join('.');
  const valueOf = (type: GraphQLInputType, owner: string, path: readonly string[]): unknown => {
    const bare = isNonNullType(type) ? type.ofType : type;
    const named = getNamedType(bare);
    if (path.length === place.length && isOnTheWay(path)) return isListType(bare) ? [id] : id;
    const example = examples[`${owner}.${path.at(-1)}`] ?? examples[named.name];
    if (example !== undefined) return example;
    if (isEnumType(named)) return named.getValues()[0]!.value;
    if (isInputObjectType(named)) return valuesOf(Object.values(named.getFields()), named.name, path);
    throw new Error(`Give an example of ${owner}.${path.at(-1)}, or of every ${named.name}.`);
  };
  const valuesOf = (inputs: readonly (GraphQLArgument | GraphQLInputField)[], owner: string, path: readonly string[]) =>
    Object.fromEntries(
      inputs
        .filter(
          ({ name, type, defaultValue }) =>
            `${owner}.${name}` in examples ||
            (isNonNullType(type) && defaultValue === undefined) ||
            isOnTheWay([...path, name]),
        )
        .map(({ name, type }) => [name, valueOf(type, owner, [...path, name])]),
    );
  return valuesOf(field.args, field.name, []);
}
