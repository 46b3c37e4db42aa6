import { type ApolloServerPlugin } from '@apollo/server';
import { defaultPage, mostIn } from '#libs/graphql';
import { DomainError } from '#libs/kernel';
import {
  getNamedType,
  getNullableType,
  GraphQLError,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
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
import { requestErrors } from '../error-catalog.js';
import { currentRequest } from '../request-context.js';

/**
 * Maximum number of values in one response: every field of every object, and every item of every list. Each takes
 * memory and time, however small the document is.
 */
export const mostValues = 40_000;

/** Additional cost of a page: its arguments are checked, and its rows are found. */
const surchargeOfPage = 20;

/** Additional cost of a page with a filter: it is read in several parts, one for each value of the filter. */
const surchargeOfFilteredPage = 50;

/** Additional cost of an item of a page: a row is read. Items of other lists are already available. */
const rowOfPage = 3;

/** Number of texts in a list that take the time of one field. */
const textsPerValue = 10;

/** Number of introspection values that take the time of one field: they are already available. */
const introspectedPerValue = 5;

const introspection = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field as Field]));

/** Additional costs of fields that read more than they return. */
const surcharges: Readonly<Record<string, number>> = {
  totalCount: 20,
  // Both read the report of the last verification.
  health: 30,
  viewerCanCreateSubscription: 30,
  // Reads all subscriptions of an account several times.
  usageAudit: 10_000,
  // The last changes of a resource are read completely.
  history: 400,
  // Long texts: each can contain many rules of a security group.
  repair: 400,
};

/** Additional costs by type: the rule of the mutation is evaluated. */
const surchargesOfTypes: Readonly<Record<string, number>> = { ViewerPermission: 12 };

/** The response could exceed the limit of one request. */
export class AnswerTooLarge extends DomainError {
  constructor(values: number) {
    super(
      requestErrors,
      'QUERY_TOO_EXPENSIVE',
      `The response can contain ${values} values, but only ${mostValues} are allowed. Request shorter pages, fewer fields or fewer levels.`,
    );
  }
}

export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Variables as sent. Invalid ones are refused elsewhere. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** Maximum number of values in the response to a valid operation. */
export function valuesIn(operation: Operation): number {
  return new Count(operation).ofOperation();
}

/** Like `valuesIn`. Undefined if the result depends on variables. */
export function constantValuesIn(operation: Omit<Operation, 'variables'>): number | undefined {
  const count = new Count(operation);
  const values = count.ofOperation();
  return count.readsVariables ? undefined : values;
}

/** Refuses operations whose response can have more than {@link mostValues}, before they are executed. */
export function documentCost(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, document, operation, request: { variables } }) => {
        // Undefined if no operation has the requested name. Apollo reports that.
        if (!operation) return;
        const values = valuesIn({ schema, document, operation, variables });
        const facts = currentRequest.getStore();
        if (facts) facts.cost = values;
        if (values <= mostValues) return;
        const originalError = new AnswerTooLarge(values);
        throw new GraphQLError(originalError.message, { originalError, extensions: { http: { status: 400 } } });
      },
    }),
  };
}

/**
 * What selections add to a response: once, and for each item of their connection, whose length depends on the field. So
 * a fragment is counted once, wherever it is spread.
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
  readsVariables = false;
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
    return root ? Math.ceil(this.ofSelections(this.operation.selectionSet, root).once) : 0;
  }

  private ofSelections({ selections }: SelectionSetNode, parent: GraphQLCompositeType): Cost {
    let sum = nothing;
    // An object has one type: of several type conditions, the most expensive counts.
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
    this.counted.set(name, nothing); // Result for a cycle, which validation has refused.
    const fragment = this.fragments.get(name);
    const type = fragment && this.schema.getType(fragment.typeCondition.name.value);
    const cost = fragment && isCompositeType(type) ? this.ofSelections(fragment.selectionSet, type) : nothing;
    this.counted.set(name, cost);
    return cost;
  }

  private ofField(node: FieldNode, parent: GraphQLCompositeType): Cost {
    const name = node.name.value;
    if (name === '__typename') return { once: 1, perItem: 0 };
    const aboutSchema = introspection.get(name);
    if (aboutSchema) return { once: capped(1 + this.ofValue(node, aboutSchema) / introspectedPerValue), perItem: 0 };
    const field = fieldOf(parent, name);
    if (!field) return nothing;

    const type = getNamedType(field.type);
    const isFiltered = () => (this.argument(node, field, 'filter') ?? null) !== null;
    const ofPage = !isConnection(type) ? 0 : isFiltered() ? surchargeOfFilteredPage : surchargeOfPage;
    const own = 1 + ofPage + (surcharges[field.name] ?? surchargesOfTypes[type.name] ?? 0);
    const isList = isListType(getNullableType(field.type));
    const one = this.ofValue(node, field);
    if (!isList) return { once: capped(own + one), perItem: 0 };
    if (isConnection(parent) && isListOfPage(field)) return { once: own, perItem: capped(rowOfPage + one) };
    const length = isAboutSchema(parent) ? lengthIn(this.schema, field) : this.lengthOf(node, field);
    return { once: capped(own + one * length), perItem: 0 };
  }

  /** Cost of one value of a field, or of one item of its list. */
  private ofValue(node: FieldNode, field: Field): number {
    const type = getNamedType(field.type);
    const isList = isListType(getNullableType(field.type));
    if (!isCompositeType(type) || !node.selectionSet) return isList ? 1 / textsPerValue : 0;
    const below = this.ofSelections(node.selectionSet, type);
    const items = isConnection(type) ? below.perItem * this.pageSize(node, field, type) : 0;
    return Number(isList) + below.once + items;
  }

  private pageSize(node: FieldNode, field: Field, connection: GraphQLCompositeType): number {
    const sizes = ['first', 'last']
      .map((name) => this.argument(node, field, name))
      .filter((size) => typeof size === 'number');
    const most = mostIn(fieldOf(connection, 'nodes')?.description) ?? unbounded;
    return within(sizes.length > 0 ? Math.max(...sizes) : defaultPage, most);
  }

  private lengthOf(node: FieldNode, field: Field): number {
    const most = mostIn(field.description) ?? unbounded;
    if (!field.args.some(({ name }) => name === 'ids')) return most;
    const ids = this.argument(node, field, 'ids');
    return within(Array.isArray(ids) ? ids.length : ids == null ? 0 : 1, most);
  }

  /** Value of an argument that determines a size: a number, the length of a list, or anything else. */
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
        this.readsVariables = true;
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

/** Length of a list without a maximum in its description: such a list is refused. A test finds it earlier. */
const unbounded = Number.MAX_SAFE_INTEGER;

function fieldOf(type: GraphQLCompositeType, name: string): Field | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

const isConnection = (type: GraphQLNamedType) => type.name.endsWith('Connection');

const isAboutSchema = (type: GraphQLNamedType) => type.name.startsWith('__');

/** Average length of an introspection list: the lists of all types together have the counted length. */
function lengthIn(schema: GraphQLSchema, { name }: Field): number {
  let lengths = averages.get(schema);
  if (!lengths) averages.set(schema, (lengths = averageLengths(schema)));
  return lengths[name] ?? 1;
}

const averages = new WeakMap<GraphQLSchema, Readonly<Record<string, number>>>();

function averageLengths(schema: GraphQLSchema): Record<string, number> {
  const types = Object.values(schema.getTypeMap());
  const fields = types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const inputs = types.flatMap((type) => (isInputObjectType(type) ? Object.values(type.getFields()) : []));
  const values = types.flatMap((type) => (isEnumType(type) ? type.getValues() : []));
  const perType = (all: readonly unknown[]) => all.length / types.length;
  return {
    types: types.length,
    directives: schema.getDirectives().length,
    fields: perType(fields),
    inputFields: perType(inputs),
    enumValues: perType(values),
    args: fields.flatMap(({ args }) => args).length / fields.length,
  };
}

const isListOfPage = (field: Field) => field.name === 'nodes' || field.name === 'edges';

const within = (length: number, most: number) => Math.min(Math.max(length, 0), most);

const capped = (values: number) => Math.min(values, unbounded);
