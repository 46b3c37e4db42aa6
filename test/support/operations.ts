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

/** The committed schema: what is sent is made from it, so that a new operation is tried without a word here. */
export const schema = buildSchema(readFileSync(join(projectFolder, 'src/graphql/schema.graphql'), 'utf8'));

export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
}

export const operations: readonly Operation[] = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field) => ({ kind: 'query', field }) as const),
  ...Object.values(schema.getMutationType()!.getFields()).map((field) => ({ kind: 'mutation', field }) as const),
];

/** Where callers hand in a text of their own: an argument of an operation, or a field down in one. */
export interface TextInput {
  readonly operation: Operation;
  /** From the argument down: `['input', 'credentials', 'awsAccessKey', 'accessKeyId']`. */
  readonly path: readonly string[];
  readonly isList: boolean;
  readonly isId: boolean;
}

const numbersAndSuch = ['Int', 'Float', 'Boolean'];

/** Every input of every operation that is a String, an ID or a scalar of ours. */
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

/** Items of each page, so that an answer has room for every field. */
const pageSize = 3;

/** The operation with a variable for each argument, asking for all it can tell `depth` objects down, in short pages. */
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
    // One answer cannot hold fields of one name and several types.
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
    // Of the three ways to the same objects of a page, one is enough.
    if (depth === 0 || field.name === 'edges') return [];
    const isPaged = field.args.some(({ name }) => name === 'first');
    return [`${field.name}${isPaged ? `(first: ${pageSize})` : ''} ${selectionOf(below, depth - 1)}`];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

const differs = (one: GraphQLOutputType | undefined, other: GraphQLOutputType) =>
  one !== undefined && String(one) !== String(other);

/** The object types that `node` finds. */
export const nodeTypes: readonly string[] = schema
  .getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType)
  .map(({ name }) => name);

/** Every place in an operation's arguments that takes an id: `['input', 'cloudAccountId']`. */
export function idsOf(operation: Operation): (readonly string[])[] {
  return textInputs.filter((input) => input.operation === operation && input.isId).map(({ path }) => path);
}

/**
 * Arguments that are as good as any: what is required or has an example of its own.
 *
 * @param examples by `Type.field`, or by type
 * @param place where to put `id`
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
