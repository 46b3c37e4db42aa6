import { Field, ID, InterfaceType } from '@nestjs/graphql';
import { isObjectType, type GraphQLSchema } from 'graphql';
import { toGlobalId } from './global-id.js';

type Class = { readonly prototype: object };

const typeNames = new Map<unknown, string>();

/** Declares the GraphQL type of a class, for fields whose type is an interface. */
export function isTyped(entity: Class, typeName: string): void {
  typeNames.set(entity, typeName);
}

/** GraphQL type of an object, by its class or the nearest base class. */
export function typeNameOf(object: object): string | undefined {
  let prototype = Object.getPrototypeOf(object) as object | null;
  while (prototype) {
    const name = typeNames.get(prototype.constructor);
    if (name) return name;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return undefined;
}

@InterfaceType('Node', {
  description: 'An object with a unique ID, which the query `node` resolves.',
  resolveType: (object: object) => typeNameOf(object),
})
export abstract class NodeType {
  @Field(() => ID, {
    description: 'Unique, opaque ID of the object. It never changes and is never reused.',
  })
  readonly id!: unknown;
}

/** Resolves the `id` of every `Node` type from the number of its object. */
export function withNodeIds(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node')) continue;
    type.getFields()['id']!.resolve = ({ id }: { id: number }) => toGlobalId(type.name, id);
  }
  return schema;
}
