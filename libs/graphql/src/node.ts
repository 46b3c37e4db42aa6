import { Field, ID, InterfaceType } from '@nestjs/graphql';

type Class = { readonly prototype: object };

const typeNames = new Map<unknown, string>();

/** Says which GraphQL type the objects of a class are, wherever the schema promises only an interface. */
export function isTyped(entity: Class, typeName: string): void {
  typeNames.set(entity, typeName);
}

/** The GraphQL type of an object, by its class or the nearest class it extends. */
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
  description: 'An object with an id of its own, which `node` finds again.',
  resolveType: (object: object) => typeNameOf(object),
})
export abstract class NodeType {
  @Field(() => ID, {
    description: 'Opaque and stable: the same object has the same id for ever, and no other object ever has it.',
  })
  readonly id!: unknown;
}
