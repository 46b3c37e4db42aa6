import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
} from 'graphql';
import { projectFolder } from '../support/process.js';

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
}

const numbersAndSuch = ['Int', 'Float', 'Boolean'];

/** Every input of every operation that is a String, an ID or a scalar of ours. */
export const textInputs: readonly TextInput[] = operations.flatMap((operation) => {
  const below = (type: GraphQLInputType, path: readonly string[]): TextInput[] => {
    const named = getNamedType(type);
    if (isInputObjectType(named))
      return Object.values(named.getFields()).flatMap((field) => below(field.type, [...path, field.name]));
    const isText = isScalarType(named) && !numbersAndSuch.includes(named.name);
    return isText ? [{ operation, path, isList: isListType(isNonNullType(type) ? type.ofType : type) }] : [];
  };
  return operation.field.args.flatMap(({ name, type }) => below(type, [name]));
});

/** The operation with a variable for each argument, asking for all it can tell `depth` objects down. */
export function documentOf({ kind, field }: Operation, depth = 2): string {
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
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
    return depth > 0 && field.name !== 'edges' ? [`${field.name} ${selectionOf(below, depth - 1)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

const differs = (one: GraphQLOutputType | undefined, other: GraphQLOutputType) =>
  one !== undefined && String(one) !== String(other);
