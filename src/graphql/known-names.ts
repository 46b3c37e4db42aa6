import {
  type GraphQLArgument,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  specifiedDirectives,
  specifiedScalarTypes,
} from 'graphql';

const cache = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

/**
 * Every name a caller can learn from the schema: types, fields, arguments, input fields, enum values, directives and
 * what GraphQL itself brings. Whatever is spelled like one of them may be repeated in a message. Computed once.
 */
export function knownNamesOf(schema: GraphQLSchema): ReadonlySet<string> {
  let names = cache.get(schema);
  if (!names) cache.set(schema, (names = new Set(namesIn(schema))));
  return names;
}

function* namesIn(schema: GraphQLSchema): Generator<string> {
  yield* ['__typename', '__schema', '__type'];
  for (const type of specifiedScalarTypes) yield type.name;
  for (const directive of [...specifiedDirectives, ...schema.getDirectives()]) {
    yield directive.name;
    yield* namesOf(directive.args);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    yield type.name;
    if (isEnumType(type)) yield* type.getValues().map((value) => value.name);
    if (isInputObjectType(type)) yield* Object.keys(type.getFields());
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield field.name;
        yield* namesOf(field.args);
      }
    }
  }
}

const namesOf = (args: readonly GraphQLArgument[]) => args.map((arg) => arg.name);
