import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { documentLimits } from '../../src/graphql/limits/document-limits.js';
import { mostValues, valuesIn } from '../../src/graphql/limits/document-cost.js';

export interface CostlyDocument {
  readonly name: string;
  readonly query: string;
  readonly values: number;
}

/** Ids that `node` and the like are asked for, by the type of the object. */
export type Ids = Readonly<Record<string, readonly string[]>>;

type Field = GraphQLField<unknown, unknown>;

const isConnection = (field: Field) => getNamedType(field.type).name.endsWith('Connection');
const isList = (field: Field) => isListType(getNullableType(field.type));
const objectOf = (field: Field) => getNamedType(field.type) as GraphQLObjectType;
/** What the items of a connection are. */
const itemOf = (field: Field) => objectOf(objectOf(field).getFields()['nodes']!);

/**
 * The costliest documents that are permitted, of several kinds, made from the schema alone: a new field or list is tried
 * without a word here. Queries only: mutations do one thing.
 */
export function costlyDocuments(schema: GraphQLSchema, ids: Ids): CostlyDocument[] {
  const roots = Object.values(schema.getQueryType()!.getFields());
  const documents = roots.flatMap((root) => [...variantsOf(schema, root, ids)]);
  return documents.sort((a, b) => b.values - a.values);
}

function* variantsOf(schema: GraphQLSchema, root: Field, ids: Ids): Generator<CostlyDocument> {
  const entry = entryOf(root, ids);
  if (entry === undefined) return;
  const types = isConnection(root) ? [itemOf(root)] : concrete(schema, root);
  for (const type of types) {
    const on = type === getNamedType(root.type) || isConnection(root) ? '' : `... on ${type.name} `;
    const within = (selection: string) => (on ? `{ ${on}${selection} }` : selection);
    const page = (size: number, selection: string) =>
      isConnection(root) ? `${entry(size)} { nodes ${selection} }` : `${entry(size)} ${within(selection)}`;
    const name = `${root.name}${on && `/${type.name}`}`;

    // Everything of one page, as often as it may stand in a document.
    const all = selectionOf(type, 2);
    yield* largest(schema, `${name}: everything`, (n) => repeated(n, page(100, all)), documentLimits.rootFields);
    yield* largest(schema, `${name}: ids`, (n) => repeated(n, page(100, '{ __typename }')), documentLimits.rootFields);
    if (isConnection(root))
      yield* largest(schema, `${name}: counts`, (n) => repeated(n, `${entry(100)} { totalCount }`), documentLimits.rootFields); // prettier-ignore

    for (const field of Object.values(type.getFields())) {
      if (needsArguments(field)) continue;
      const below = isLeafType(getNamedType(field.type)) ? '' : selectionOf(objectOf(field), 3);
      if (isConnection(field)) {
        const nested = (selection: string) => (n: number) =>
          `{ ${page(100, `{ ${field.name}(first: ${n}) ${selection} }`)} }`;
        const item = itemOf(field);
        yield* largest(schema, `${name} > ${field.name}: everything`, nested(`{ totalCount nodes ${selectionOf(item, 2)} }`), 100); // prettier-ignore
        yield* largest(schema, `${name} > ${field.name}: ids`, nested('{ nodes { __typename } }'), 100);
        yield* largest(schema, `${name} > ${field.name}: counts`, (n) => repeated(n, page(100, `{ ${field.name} { totalCount } }`)), documentLimits.rootFields); // prettier-ignore
        for (const inner of Object.values(item.getFields()).filter((one) => isConnection(one) && !needsArguments(one)))
          yield* largest(
            schema,
            `${name} > ${field.name} > ${inner.name}`,
            (n) =>
              `{ ${page(100, `{ ${field.name}(first: 10) { nodes { ${inner.name}(first: ${n}) { nodes { __typename } } } } }`)} }`,
            100,
          );
      } else {
        // One field of each of 100 objects, as often as it may stand there.
        yield* largest(schema, `${name} > ${field.name}`, (n) => repeated(n, page(100, `{ ${field.name} ${below} }`)), documentLimits.rootFields); // prettier-ignore
      }
    }
  }
}

/** Of the documents of sizes 1 to `most` the largest that is permitted. */
function* largest(
  schema: GraphQLSchema,
  name: string,
  make: (size: number) => string,
  most: number,
): Generator<CostlyDocument> {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (costOf(schema, make(middle)) <= mostValues) low = middle;
    else high = middle - 1;
  }
  if (low > 0) yield { name: `${name} (${low})`, query: make(low), values: costOf(schema, make(low)) };
}

function costOf(schema: GraphQLSchema, query: string): number {
  const document = parse(query, { maxTokens: 100_000 });
  return valuesIn({ schema, document, operation: getOperationAST(document)! });
}

const repeated = (times: number, selection: string) =>
  `{ ${Array.from({ length: times }, (_, i) => `a${i}: ${selection}`).join(' ')} }`;

function needsArguments(field: Field): boolean {
  return field.args.some(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);
}

/** How a field of the root is asked for; undefined when it needs arguments that are unknown. */
function entryOf(field: Field, ids: Ids): ((size: number) => string) | undefined {
  if (isConnection(field) && !needsArguments(field)) return (size) => `${field.name}(first: ${size})`;
  if (!needsArguments(field)) return () => field.name;
  const all = Object.values(ids).flat();
  if (field.args.some(({ name }) => name === 'ids'))
    return (size) => `${field.name}(ids: ${JSON.stringify(all.slice(0, size))})`;
  const [first] = ids[getNamedType(field.type).name] ?? ids['CloudAccount'] ?? all;
  return field.args.length === 1 && field.args[0]!.name === 'id' && first
    ? () => `${field.name}(id: ${JSON.stringify(first)})`
    : undefined;
}

function concrete(schema: GraphQLSchema, field: Field): readonly GraphQLObjectType[] {
  const type = getNamedType(field.type);
  if (isInterfaceType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

/** All fields that need no argument, `depth` objects down, without connections. */
function selectionOf(type: GraphQLObjectType, depth: number): string {
  if (!isObjectType(type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (needsArguments(field) || isConnection(field)) return [];
    if (isLeafType(getNamedType(field.type))) return [field.name];
    return depth > 1 && !(isList(field) && depth < 2)
      ? [`${field.name} ${selectionOf(objectOf(field), depth - 1)}`]
      : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

/** What validation says of a document; for the test of this file itself. */
export const faultsIn = (schema: GraphQLSchema, query: string) => validate(schema, parse(query));
