import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isEnumType,
  isInputObjectType,
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
import { mostValues, valuesIn } from '../../src/graphql/limits/document-cost.js';
import { documentLimits, withinDocumentLimits } from '../../src/graphql/limits/document-limits.js';

export interface CostlyDocument {
  /** Path to the selection, and the lengths of its pages. */
  readonly name: string;
  readonly query: string;
  readonly values: number;
}

/** IDs for `node` and similar fields, by the type of the object. */
export type Ids = Readonly<Record<string, readonly string[]>>;

type Field = GraphQLField<unknown, unknown>;

/** Field on the path from the root. */
interface Step {
  readonly field: Field;
  readonly arguments: string;
  /** Type of the object, or of an item. */
  readonly type: GraphQLObjectType;
  /** IDs of a list of objects, whose length the document determines. */
  readonly ids?: readonly string[] | undefined;
}

/** Maximum nesting of pages: one more exceeds the limits with any length. */
const mostPages = 3;

/**
 * The costliest permitted documents, derived from the schema alone: every path through objects, lists and pages, with
 * several selections at its end, with pages as long as the limits allow from the inside or from the outside, repeated
 * as often as a document can contain them. New fields and lists are included automatically. Queries only: mutations do
 * one thing.
 *
 * @returns functions that create each; some are not permitted in any size
 */
export function costlyDocuments(schema: GraphQLSchema, ids: Ids): (() => CostlyDocument | undefined)[] {
  return [...paths(schema, ids)].flatMap((path) =>
    selectionsAt(path).flatMap(([what, selection]) => {
      const pages = path.filter((step) => sizeOf(step) !== undefined).length;
      const orders = pages > 1 ? (['outside', 'inside'] as const) : (['outside'] as const);
      return orders.map((order) => () => largest(schema, path, what, selection, order));
    }),
  );
}

/** Length of the page or list of a step. Undefined when a document does not determine it. */
const sizeOf = ({ field, ids }: Step) => ids?.length ?? (isConnection(field) ? 100 : undefined);

function* paths(schema: GraphQLSchema, ids: Ids): Generator<readonly Step[]> {
  for (const root of Object.values(schema.getQueryType()!.getFields()))
    for (const step of rootsOf(schema, root, ids))
      for (const variant of ordered(step)) yield* below(schema, [variant], variant !== step);
}

function* below(schema: GraphQLSchema, path: readonly Step[], isEnd: boolean): Generator<readonly Step[]> {
  yield path;
  if (isEnd) return;
  for (const field of Object.values(path.at(-1)!.type.getFields())) {
    if (isLeafType(getNamedType(field.type)) || needsArguments(field)) continue;
    if (path.some((step) => step.field === field)) continue;
    for (const type of typesOf(schema, field)) {
      const step = { field, arguments: '', type };
      if ([...path, step].filter(({ field }) => isConnection(field)).length > mostPages) continue;
      for (const variant of ordered(step)) yield* below(schema, [...path, variant], variant !== step);
    }
  }
}

/** The step without order and filter, and with each of them. */
function ordered(step: Step): Step[] {
  const variants = step.field.args.flatMap(({ name, type }) => {
    const input = getNamedType(type);
    if (!isInputObjectType(input) || !['filter', 'orderBy'].includes(name)) return [];
    const fields = Object.values(input.getFields());
    if (name === 'orderBy') {
      const order = getNamedType(fields.find((each) => each.name === 'field')!.type);
      const places = isEnumType(order) ? order.getValues() : [];
      return places.map((place) => `orderBy: { field: ${place.name}, direction: DESC }`);
    }
    return fields.flatMap((field) => {
      const named = getNamedType(field.type);
      if (named.name === 'Boolean') return [`filter: { ${field.name}: true }`, `filter: { ${field.name}: false }`];
      if (!isEnumType(named)) return [];
      const all = named.getValues().map((value) => value.name);
      const value = isListType(getNullableType(field.type)) ? `[${all.join(' ')}]` : all[0];
      return [`filter: { ${field.name}: ${value} }`];
    });
  });
  return [step, ...variants.map((variant) => ({ ...step, arguments: variant }))];
}

/** Selections at the end of a path: minimal for many objects, everything, or only what a page has. */
function selectionsAt(path: readonly Step[]): [what: string, selection: string][] {
  const { type, field, arguments: given } = path.at(-1)!;
  // At a greater distance, one object is part of almost every type.
  if (path.length > 3 && !isConnection(field) && !isList(field)) return [];
  const ids: [string, string] = ['ids', nodes(field, '{ __typename }')];
  if (/^(filter|orderBy)/.test(given)) return [ids];
  const all: [string, string][] = [['everything', nodes(field, selectionOf(type, 2))]];
  if (isConnection(field) || isList(field)) all.push(ids);
  if (isConnection(field)) all.push(['cursors', '{ edges { cursor } }'], ['counts', '{ totalCount }']);
  // One field alone, which can cost more than it counts.
  if (path.length === 1)
    for (const leaf of Object.values(type.getFields()))
      if (isLeafType(getNamedType(leaf.type)) && !needsArguments(leaf))
        all.push([leaf.name, nodes(field, `{ ${leaf.name} }`)]);
  return all;
}

const nodes = (field: Field, selection: string) => (isConnection(field) ? `{ nodes ${selection} }` : selection);

/** Largest permitted document of a path: first the pages, from one end of the path, then the repetitions. */
function largest(
  schema: GraphQLSchema,
  path: readonly Step[],
  what: string,
  selection: string,
  order: 'outside' | 'inside',
): CostlyDocument | undefined {
  const sized = path.flatMap((step, place) => (sizeOf(step) === undefined ? [] : [place]));
  const lengths = path.map(() => 1);
  const one = () => written(path, lengths, selection);
  const cost = () => costOf(schema, `{ ${one()} }`);
  if (cost() > mostValues || !isWithinLimits(schema, `{ ${one()} }`)) return undefined;
  for (const place of order === 'outside' ? sized : sized.toReversed()) {
    const longest = sizeOf(path[place]!)!;
    const ofOne = cost();
    lengths[place] = 2;
    const ofEach = cost() - ofOne;
    lengths[place] = Math.min(longest, 1 + Math.floor((mostValues - ofOne) / ofEach));
  }
  const query = (copies: number) => repeated(copies, one());
  let copies = Math.min(documentLimits.rootFields, Math.floor(mostValues / cost()));
  while (!isWithinLimits(schema, query(copies))) copies--; // too many tokens
  const way = path.map(({ field, type, arguments: given }, place) =>
    [
      field.name,
      getNamedType(field.type) === type || isConnection(field) ? '' : `/${type.name}`,
      given && `(${given})`,
      sized.includes(place) ? ` ${lengths[place]}` : '',
    ].join(''),
  );
  return { name: `${way.join(' > ')}: ${what} × ${copies}`, query: query(copies), values: copies * cost() };
}

function written(path: readonly Step[], lengths: readonly number[], selection: string): string {
  return path.reduceRight((inner, { field, type, arguments: given, ids }, place) => {
    const length = ids ? `ids: ${JSON.stringify(ids.slice(0, lengths[place]))}` : isConnection(field) ? `first: ${lengths[place]}` : ''; // prettier-ignore
    const all = [length, given].filter(Boolean).join(', ');
    const on = getNamedType(field.type) === type || isConnection(field) ? inner : `{ ... on ${type.name} ${inner} }`;
    // The selection at the end selects the nodes itself.
    const below = place < path.length - 1 ? nodes(field, on) : on;
    return place === 0
      ? `${field.name}${all && `(${all})`} ${below}`
      : `{ ${field.name}${all && `(${all})`} ${below} }`;
  }, selection);
}

const repeated = (times: number, selection: string) =>
  `{ ${Array.from({ length: times }, (_, i) => `a${i}: ${selection}`).join(' ')} }`;

/** Checks all limits except the values. */
function isWithinLimits(schema: GraphQLSchema, query: string): boolean {
  try {
    const document = parse(query, { maxTokens: documentLimits.tokens });
    return validate(schema, document, [withinDocumentLimits]).length === 0;
  } catch {
    return false; // too many tokens
  }
}

function costOf(schema: GraphQLSchema, query: string): number {
  const document = parse(query);
  return valuesIn({ schema, document, operation: getOperationAST(document)! });
}

/** Calls of a root field. Empty if it needs unknown arguments. */
function rootsOf(schema: GraphQLSchema, field: Field, ids: Ids): Step[] {
  return typesOf(schema, field).flatMap((type): Step[] => {
    const step = { field, type, arguments: '' };
    if (!needsArguments(field)) return isLeafType(getNamedType(field.type)) ? [] : [step];
    const known = ids[type.name] ?? (isInterfaceType(getNamedType(field.type)) ? undefined : ids['CloudAccount']);
    if (!known) return [];
    if (field.args.some(({ name }) => name === 'ids')) return [{ ...step, ids: known }];
    return field.args.length === 1 && field.args[0]!.name === 'id'
      ? [{ ...step, arguments: `id: ${JSON.stringify(known[0])}` }]
      : [];
  });
}

const isList = (field: Field) => isListType(getNullableType(field.type));

const isConnection = (field: Field) => getNamedType(field.type).name.endsWith('Connection');

const needsArguments = (field: Field) =>
  field.args.some(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);

/** Types of the objects of a field, or of the items of its page. */
function typesOf(schema: GraphQLSchema, field: Field): readonly GraphQLObjectType[] {
  const type = getNamedType(field.type);
  if (isInterfaceType(type)) return schema.getPossibleTypes(type);
  if (!isObjectType(type)) return [];
  return isConnection(field) ? typesOf(schema, type.getFields()['nodes']!) : [type];
}

/** All fields without required arguments, `depth` objects deep, without connections. */
function selectionOf(type: GraphQLObjectType, depth: number): string {
  if (!isObjectType(type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (needsArguments(field) || isConnection(field)) return [];
    const below = getNamedType(field.type);
    if (isLeafType(below)) return [field.name];
    return depth > 1 && isObjectType(below) ? [`${field.name} ${selectionOf(below, depth - 1)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}
