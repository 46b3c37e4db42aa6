import {
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql';

/** Extension of a field whose resolver reads only these properties of its object: `@Extensions(readsOnly('id'))`. */
export const readsOnly = (...properties: readonly string[]) => ({ reads: properties });

type Properties = readonly string[] | undefined;

/**
 * Properties of an object, or of the items of a connection, that the selected fields are read from, sorted. Undefined if a
 * field can read any property.
 *
 * A field without a resolver reads the property of its name. A field with a resolver can read any property, unless it is `id`
 * or names its properties with `readsOnly`.
 */
export function selectedProperties(info: GraphQLResolveInfo): Properties {
  const [node, ...others] = info.fieldNodes;
  if (others.length > 0) return propertiesIn(info, info.fieldNodes);
  // A node belongs to one document, which is executed many times.
  let known = knownProperties.get(node!);
  if (!known) knownProperties.set(node!, (known = { properties: propertiesIn(info, info.fieldNodes) }));
  return known.properties;
}

const knownProperties = new WeakMap<FieldNode, { readonly properties: Properties }>();

function propertiesIn(info: GraphQLResolveInfo, nodes: readonly FieldNode[]): Properties {
  const type = getNamedType(info.returnType);
  if (!isObjectType(type)) return undefined;
  const selection = new Selection(info);
  const own = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const properties = type.name.endsWith('Connection')
    ? selection.propertiesOfItems(type, own)
    : selection.properties(type, own);
  return properties && [...properties].sort();
}

class Selection {
  constructor(private readonly info: Pick<GraphQLResolveInfo, 'schema' | 'fragments'>) {}

  propertiesOfItems(connection: GraphQLObjectType, sets: readonly SelectionSetNode[]): Set<string> | undefined {
    const items: SelectionSetNode[] = [];
    let itemType: GraphQLObjectType | undefined;
    for (const [field, node] of this.fieldsOf(connection, sets)) {
      const type = getNamedType(field.type);
      if (!isObjectType(type) || !node.selectionSet) continue;
      if (field.name === 'nodes') {
        itemType = type;
        items.push(node.selectionSet);
      } else if (field.name === 'edges') {
        for (const [ofEdge, { selectionSet }] of this.fieldsOf(type, [node.selectionSet])) {
          const ofItem = getNamedType(ofEdge.type);
          if (!isObjectType(ofItem) || !selectionSet) continue;
          itemType = ofItem;
          items.push(selectionSet);
        }
      }
    }
    return itemType ? this.properties(itemType, items) : new Set();
  }

  properties(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Set<string> | undefined {
    const properties = new Set<string>();
    for (const [field] of this.fieldsOf(type, sets)) {
      const read = readBy(field);
      if (!read) return undefined;
      for (const property of read) properties.add(property);
    }
    return properties;
  }

  /** Fields of the selections and their fragments. Fragments on other types select nothing of this one. */
  private *fieldsOf(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    visited = new Set<string>(),
  ): Generator<[GraphQLField<unknown, unknown>, FieldNode]> {
    for (const selection of sets.flatMap(({ selections }) => selections)) {
      if (selection.kind === Kind.FIELD) {
        const field = type.getFields()[selection.name.value];
        if (field) yield [field, selection]; // otherwise `__typename`
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        yield* this.fieldsOf(type, [selection.selectionSet], visited);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        yield* this.fieldsOf(type, [this.info.fragments[selection.name.value]!.selectionSet], visited);
      }
    }
  }
}

function readBy(field: GraphQLField<unknown, unknown>): readonly string[] | undefined {
  const { reads } = field.extensions as Partial<ReturnType<typeof readsOnly>>;
  if (reads) return reads;
  return field.name === 'id' || (!field.resolve && isLeafType(getNamedType(field.type))) ? [field.name] : undefined;
}
