import { type ApolloServerPlugin } from '@apollo/server';
import { DomainError } from '#libs/kernel';
import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { requestErrors } from './error-catalog.js';

/** How many objects one answer may hold. Each takes memory and time, however small the document that asked for it. */
export const mostObjects = 25_000;

/** No list that a client can size is longer: whoever asks for more is refused, and gets nothing. */
const longestList = 100;
/** What a connection gives when nobody says how much. */
const usualPage = 50;
/** What a list is taken for that no argument sizes. */
const usualList = 20;

/** The answer could become larger than one request may ask for. */
export class AnswerTooLarge extends DomainError {
  constructor(objects: number) {
    super(
      requestErrors,
      'QUERY_TOO_EXPENSIVE',
      `The answer may hold ${objects} objects; ${mostObjects} are allowed. Ask for shorter pages or fewer levels.`,
    );
  }
}

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As they were sent. Those that are not valid are refused elsewhere. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** How many objects the answer to a valid operation may hold, at most; lists that nobody sizes are estimated. */
export function objectsIn(operation: Operation): number {
  return new Count(operation).ofOperation();
}

/** Refuses operations whose answer may hold more than {@link mostObjects}, before anything of them is executed. */
export function documentCost(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, document, operation, request: { variables } }) => {
        // Without one, none has the requested name, and Apollo says so.
        if (!operation) return;
        const objects = objectsIn({ schema, document, operation, variables });
        if (objects <= mostObjects) return;
        const originalError = new AnswerTooLarge(objects);
        throw new GraphQLError(originalError.message, { originalError, extensions: { http: { status: 400 } } });
      },
    }),
  };
}

/**
 * What selections add to an answer: once, and for each item of the connection they are of, whose length only the field
 * knows that leads to it. So a fragment is counted once, wherever it is spread.
 */
interface Cost {
  readonly once: number;
  readonly perItem: number;
}

const nothing: Cost = { once: 0, perItem: 0 };

const plus = (one: Cost, other: Cost): Cost => ({
  once: capped(one.once + other.once),
  perItem: capped(one.perItem + other.perItem),
});

const most = (one: Cost, other: Cost): Cost => ({
  once: Math.max(one.once, other.once),
  perItem: Math.max(one.perItem, other.perItem),
});

class Count {
  private readonly schema: GraphQLSchema;
  private readonly operation: OperationDefinitionNode;
  private readonly variables: Readonly<Record<string, unknown>>;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly counted = new Map<string, Cost>();

  constructor({ schema, document, operation, variables }: Operation) {
    this.schema = schema;
    this.operation = operation;
    this.variables = variables ?? {};
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(node.name.value, node);
    }
  }

  ofOperation(): number {
    const root = this.schema.getRootType(this.operation.operation);
    return root ? this.ofSelections(this.operation.selectionSet, root).once : 0;
  }

  private ofSelections({ selections }: SelectionSetNode, parent: GraphQLCompositeType): Cost {
    let sum = nothing;
    // An object is of one type: of what is asked of several, the most is told.
    const alternatives = new Map<string, Cost>();
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        sum = plus(sum, this.ofField(selection, parent));
        continue;
      }
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      const condition = isSpread
        ? this.fragments.get(selection.name.value)?.typeCondition.name.value
        : selection.typeCondition?.name.value;
      const type = this.typeOn(condition, parent);
      const cost = isSpread ? this.ofFragment(selection.name.value) : this.ofSelections(selection.selectionSet, type);
      if (isObjectType(type) && !isObjectType(parent))
        alternatives.set(type.name, plus(alternatives.get(type.name) ?? nothing, cost));
      else sum = plus(sum, cost);
    }
    return plus(sum, [...alternatives.values()].reduce(most, nothing));
  }

  private ofFragment(name: string): Cost {
    const known = this.counted.get(name);
    if (known) return known;
    this.counted.set(name, nothing); // What a cycle would find; validation has refused those.
    const fragment = this.fragments.get(name);
    const type = fragment && this.schema.getType(fragment.typeCondition.name.value);
    const cost = fragment && isCompositeType(type) ? this.ofSelections(fragment.selectionSet, type) : nothing;
    this.counted.set(name, cost);
    return cost;
  }

  private ofField(node: FieldNode, parent: GraphQLCompositeType): Cost {
    // What begins with two underscores is the schema about itself, or a text.
    if (!node.selectionSet || node.name.value.startsWith('__')) return nothing;
    const field = fieldOf(parent, node.name.value);
    const type = field && getNamedType(field.type);
    if (!field || !isCompositeType(type)) return nothing;

    const below = this.ofSelections(node.selectionSet, type);
    const isList = isListType(getNullableType(field.type));
    const one =
      1 + below.once + below.perItem * (isConnection(type) && !isList ? this.pageSize(node, field) : usualPage);
    if (!isList) return { once: capped(one), perItem: 0 };
    if (isConnection(parent) && ['nodes', 'edges'].includes(field.name)) return { once: 0, perItem: capped(one) };
    return { once: capped(one * this.lengthOf(node, field)), perItem: 0 };
  }

  private pageSize(node: FieldNode, field: Field): number {
    const sizes = ['first', 'last']
      .map((name) => this.argument(node, field, name))
      .filter((size) => typeof size === 'number');
    return within(sizes.length > 0 ? Math.max(...sizes) : usualPage);
  }

  private lengthOf(node: FieldNode, field: Field): number {
    if (field.name === 'userErrors') return 1;
    if (!field.args.some(({ name }) => name === 'ids')) return usualList;
    const ids = this.argument(node, field, 'ids');
    return within(Array.isArray(ids) ? ids.length : ids == null ? 0 : 1);
  }

  /** What an argument will be, as far as it sizes something: a number, a list of something, or anything else. */
  private argument(node: FieldNode, field: Field, name: string): unknown {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const value = given && this.valueOf(given.value);
    return value === undefined ? field.args.find((argument) => argument.name === name)?.defaultValue : value;
  }

  private valueOf(node: ValueNode): unknown {
    switch (node.kind) {
      case Kind.NULL:
        return null;
      case Kind.INT:
        return Number(node.value);
      case Kind.LIST:
        return node.values;
      case Kind.VARIABLE: {
        const name = node.name.value;
        if (Object.hasOwn(this.variables, name)) return this.variables[name];
        const definition = this.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
        return definition?.defaultValue && this.valueOf(definition.defaultValue);
      }
      default:
        return node;
    }
  }

  private typeOn(condition: string | undefined, parent: GraphQLCompositeType): GraphQLCompositeType {
    const type = condition === undefined ? parent : this.schema.getType(condition);
    return isCompositeType(type) ? type : parent;
  }
}

type Field = GraphQLField<unknown, unknown>;

function fieldOf(type: GraphQLCompositeType, name: string): Field | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

const isConnection = (type: GraphQLNamedType) => type.name.endsWith('Connection');

const within = (length: number) => Math.min(Math.max(length, 0), longestList);

const capped = (objects: number) => Math.min(objects, Number.MAX_SAFE_INTEGER);
