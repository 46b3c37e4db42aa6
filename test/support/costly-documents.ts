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
  /** The path to what is asked for, and the lengths of the pages on it. */
  readonly name: string;
  readonly query: string;
  readonly values: number;
}

/** Ids that `node` and the like are asked for, by the type of the object. */
export type Ids = Readonly<Record<string, readonly string[]>>;

type Field = GraphQLField<unknown, unknown>;

/** A field on the way from the root. */
interface Step {
  readonly field: Field;
  readonly arguments: string;
  /** Of the object, or of an item. */
  readonly type: GraphQLObjectType;
  /** Ids of a list of objects, which is as long as a document asks for. */
  readonly ids?: readonly string[] | undefined;
}

/** Pages inside pages: one more is too much for any length. */
const mostPages = 3;

/**
 * The costliest documents that are permitted, made from the schema alone: every path through objects, lists and pages, with
 * several selections at its end, pages as long as the limits allow from the inside or from the outside, and all that as often as
 * a document may hold it. A new field or list is tried without a word here. Queries only: mutations do one thing.
 *
 * @returns what makes each; some are not permitted in any size
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

/** How long the page or list of a step can be; undefined when a document does not say it. */
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

/** A step as it is, and in each order and with each filter that the field knows. */
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

/** What is asked for at the end of a path: as little as possible of many objects, all of them, or what only a page has. */
function selectionsAt(path: readonly Step[]): [what: string, selection: string][] {
  const { type, field, arguments: given } = path.at(-1)!;
  // Farther away, one object is part of everything there is.
  if (path.length > 3 && !isConnection(field) && !isList(field)) return [];
  const ids: [string, string] = ['ids', nodes(field, '{ __typename }')];
  if (/^(filter|orderBy)/.test(given)) return [ids];
  const all: [string, string][] = [['everything', nodes(field, selectionOf(type, 2))]];
  if (isConnection(field) || isList(field)) all.push(ids);
  if (isConnection(field)) all.push(['cursors', '{ edges { cursor } }'], ['counts', '{ totalCount }']);
  // One field alone, which may be costlier than what it counts.
  if (path.length === 1)
    for (const leaf of Object.values(type.getFields()))
      if (isLeafType(getNamedType(leaf.type)) && !needsArguments(leaf))
        all.push([leaf.name, nodes(field, `{ ${leaf.name} }`)]);
  return all;
}

const nodes = (field: Field, selection: string) => (isConnection(field) ? `{ nodes ${selection} }` : selection);

/** The largest document of a path that is permitted: first the pages, from one end of the path, then how often it is there. */
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
    // The selection at the end names the nodes itself.
    const below = place < path.length - 1 ? nodes(field, on) : on;
    return place === 0
      ? `${field.name}${all && `(${all})`} ${below}`
      : `{ ${field.name}${all && `(${all})`} ${below} }`;
  }, selection);
}

const repeated = (times: number, selection: string) =>
  `{ ${Array.from({ length: times }, (_, i) => `a${i}: ${selection}`).join(' ')} }`;

/** Besides the values. */
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

/** How a field of the root is asked for; not at all when it needs arguments that are unknown. */
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

/** The types of the objects that a field leads to, or of the items of its page. */
function typesOf(schema: GraphQLSchema, field: Field): readonly GraphQLObjectType[] {
  const type = getNamedType(field.type);
  if (isInterfaceType(type)) return schema.getPossibleTypes(type);
  if (!isObjectType(type)) return [];
  return isConnection(field) ? typesOf(schema, type.getFields()['nodes']!) : [type];
}

/** All fields that need no argument, `depth` objects down, without connections. */
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
