import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  isInterfaceType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';

/** The committed schema, so that tests can be made from it: a new operation gets them by itself. */
export const schema = buildSchema(readFileSync(new URL('../../src/graphql/schema.graphql', import.meta.url), 'utf8'));

export interface Operation {
  readonly kind: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
}

export const operations: readonly Operation[] = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field) => ({ kind: 'query' as const, field })),
  ...Object.values(schema.getMutationType()!.getFields()).map((field) => ({ kind: 'mutation' as const, field })),
];

/** The object types that `node` finds. */
export const nodeTypes: readonly string[] = schema
  .getPossibleTypes(schema.getType('Node') as never)
  .map(({ name }) => name);

/** Every place in an operation's arguments that takes an id: `['input', 'cloudAccountId']`. */
export function idSlots({ field }: Operation): string[][] {
  const within = (type: GraphQLInputType, path: string[]): string[][] => {
    const named = getNamedType(type);
    if (named.name === 'ID') return [path];
    if (!isInputObjectType(named)) return [];
    return Object.values(named.getFields()).flatMap((inner) => within(inner.type, [...path, inner.name]));
  };
  return field.args.flatMap((argument) => within(argument.type, [argument.name]));
}

/**
 * Arguments that are as good as any: what is required, an example of each.
 *
 * @param examples by `Type.field`, by the name of the argument, or by type
 * @param id what to put in the place `slot`
 */
export function argumentsOf({ field }: Operation, examples: Examples, slot: string[] = [], id = ''): object {
  const valueOf = (type: GraphQLInputType, place: string, path: string[]): unknown => {
    const bare = isNonNullType(type) ? type.ofType : type;
    if (path.join('.') === slot.join('.')) return isListType(bare) ? [id] : id;
    if (place in examples) return examples[place];
    if (isListType(bare)) return [];
    const named = getNamedType(bare);
    if (isInputObjectType(named)) {
      const chosen = Object.values(named.getFields()).filter((inner) =>
        isWanted(inner, [...path, inner.name], named.isOneOf),
      );
      return Object.fromEntries(
        (named.isOneOf ? chosen.slice(0, 1) : chosen).map((inner) => [
          inner.name,
          valueOf(inner.type, `${named.name}.${inner.name}`, [...path, inner.name]),
        ]),
      );
    }
    if (isEnumType(named)) return named.getValues()[0]!.value;
    if (named.name in examples) return examples[named.name];
    throw new Error(`Give an example of ${place}, or of every ${named.name}.`);
  };
  const isWanted = (input: GraphQLInputField | GraphQLArgument, path: string[], isOneOf = false) =>
    isOneOf ||
    ('args' in input
      ? false
      : path.length > 1
        ? isRequiredInputField(input as never)
        : isRequiredArgument(input as never)) ||
    slot.slice(0, path.length).join('.') === path.join('.');
  return Object.fromEntries(
    field.args
      .filter((argument) => isWanted(argument, [argument.name]))
      .map((argument) => [argument.name, valueOf(argument.type, argument.name, [argument.name])]),
  );
}

export type Examples = Readonly<Record<string, unknown>>;

/** A document that asks for everything the operation has to give, `depth` levels deep. */
export function documentOf({ kind, field }: Operation, depth = 6): string {
  const variables = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${kind} ${variables && `(${variables})`} { ${field.name}${passed && `(${passed})`} ${selectionOf(field.type, depth)} }`;
}

/** Every field of a type that can be had without arguments, and of the types it leads to but for those on the way. */
export function selectionOf(type: GraphQLOutputType, depth: number, way: readonly string[] = []): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  const deeper = [...way, named.name];
  const inner = isUnionType(named)
    ? []
    : Object.values(named.getFields()).flatMap((field) => {
        const leadsTo = getNamedType(field.type);
        if (field.args.some(isRequiredArgument) || way.includes(leadsTo.name) || leadsTo.name === named.name) return [];
        if (!isCompositeType(leadsTo)) return [field.name];
        return depth > 1 ? [`${field.name} ${selectionOf(field.type, depth - 1, deeper)}`] : [];
      });
  const members = isInterfaceType(named) || isUnionType(named) ? schema.getPossibleTypes(named) : [];
  const parts = members.map((member) => ({ member, own: ownFields(member.name, named.name, depth, deeper) }));
  return `{ __typename ${inner.join(' ')} ${parts.map(({ member, own }) => own && `... on ${member.name} { ${own} }`).join(' ')} }`;
}

/** What an object type adds to its interface. */
function ownFields(name: string, interfaceName: string, depth: number, way: readonly string[]): string {
  const type = schema.getType(name);
  const shared = schema.getType(interfaceName);
  if (!isObjectType(type)) return '';
  const known = isInterfaceType(shared) ? Object.keys(shared.getFields()) : [];
  return Object.values(type.getFields())
    .filter((field) => !known.includes(field.name) && !field.args.some(isRequiredArgument))
    .filter((field) => !way.includes(getNamedType(field.type).name))
    .flatMap((field) => {
      if (!isCompositeType(getNamedType(field.type))) return [aliasOf(name, interfaceName, field) + field.name];
      return depth > 1
        ? [`${aliasOf(name, interfaceName, field)}${field.name} ${selectionOf(field.type, depth - 1, [...way, name])}`]
        : [];
    })
    .join(' ');
}

/** An alias for a field that another member of the interface has with another type: such fields cannot be merged. */
function aliasOf(name: string, interfaceName: string, field: GraphQLField<unknown, unknown>): string {
  const isOther = schema.getPossibleTypes(schema.getType(interfaceName) as never).some((member) => {
    const twin = member.getFields()[field.name];
    return twin && String(twin.type) !== String(field.type);
  });
  return isOther ? `${name}_${field.name}: ` : '';
}
