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
 * How many values one answer may hold: every field of every object, and every item of every list. Each takes memory and
 * time, however small the document that asked for it.
 */
export const mostValues = 40_000;

/** What a page costs besides its value: its arguments are checked, and its rows are found. */
const surchargeOfPage = 20;

/** A page with a filter is read in several parts, one for each value that the filter lists. */
const surchargeOfFilteredPage = 50;

/** What an item of a page costs besides its value: a row is read. Other lists lie ready. */
const rowOfPage = 3;

/** So many texts in a list take the time of one field. */
const textsPerValue = 10;

/** So many values of introspection do: they lie ready. */
const introspectedPerValue = 5;

const introspection = new Map([SchemaMetaFieldDef, TypeMetaFieldDef].map((field) => [field.name, field as Field]));

/** What a field costs besides its value: it reads more than it returns. */
const surcharges: Readonly<Record<string, number>> = {
  totalCount: 20,
  // Both read the report of the last verification.
  health: 30,
  viewerCanCreateSubscription: 30,
  // Looks at all subscriptions of an account, several times.
  usageAudit: 10_000,
  // The newest changes of a resource are read whole.
  history: 400,
  // Long texts: each may name every rule of a security group.
  repair: 1500,
};

/** What a field costs besides its value by its type: the rule of the mutation is evaluated. */
const surchargesOfTypes: Readonly<Record<string, number>> = { ViewerPermission: 12 };

/** The answer could become larger than one request may ask for. */
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
  /** As they were sent. Those that are not valid are refused elsewhere. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** How many values the answer to a valid operation may hold at most. */
export function valuesIn(operation: Operation): number {
  return new Count(operation).ofOperation();
}

/** Like `valuesIn`. Undefined if the result depends on variables. */
export function constantValuesIn(operation: Omit<Operation, 'variables'>): number | undefined {
  const count = new Count(operation);
  const values = count.ofOperation();
  return count.readsVariables ? undefined : values;
}

/** Refuses operations whose answer may hold more than {@link mostValues}, before anything of them is executed. */
export function documentCost(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, document, operation, request: { variables } }) => {
        // Without one, none has the requested name, and Apollo says so.
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

  /** What one value of a field adds, or one item of its list. */
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

/** The length of a list whose description names none: such a list is refused. A test finds it before. */
const unbounded = Number.MAX_SAFE_INTEGER;

function fieldOf(type: GraphQLCompositeType, name: string): Field | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

const isConnection = (type: GraphQLNamedType) => type.name.endsWith('Connection');

const isAboutSchema = (type: GraphQLNamedType) => type.name.startsWith('__');

/** How long a list of introspection is on average: the lists of all types together are as long as counted. */
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
