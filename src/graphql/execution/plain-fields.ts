import { isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';

/** Name of the function that @nestjs/graphql gives to each field without a resolver. */
const trivial = 'rootFieldResolver';

/**
 * Removes the resolvers that only return the property of their field. graphql-js does the same without them, and knows that no
 * other code is called.
 */
export function withPlainFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (field.resolve && isPlain(field.resolve, field.name)) delete field.resolve;
  }
  return schema;
}

function isPlain(resolve: GraphQLFieldResolver<unknown, unknown>, name: string): boolean {
  if (resolve.name !== trivial) return false;
  const read = resolve as unknown as (source: object) => unknown;
  const value = {};
  // Not with another name of the property, and not with a default.
  return read({ [name]: value }) === value && read({}) === undefined;
}
