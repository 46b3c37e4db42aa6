import {
  defaultTypeResolver,
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

type Values = Record<string, unknown>;

/** A query whose selections are resolved once for all requests. */
export interface CompiledQuery {
  /** Number of compiled fields, as a measure of its memory. */
  readonly size: number;
  /** Returns the data of the response. Null if anything failed: graphql-js must then execute the query. */
  execute(context: unknown, variables: Values): Promise<Values | null>;
}

/** Maximum number of fields of a query with its fragments expanded. */
const mostFields = 1000;

/** graphql-js must execute the query. Callers never see this error. */
class NotSupported extends Error {}

/**
 * Compiles a valid query into functions, which return the same data as graphql-js in a fraction of its time. Returns null for
 * unsupported operations: mutations, directives, and documents that expand into too many fields.
 *
 * All objects of a field share its arguments, which are frozen. `info.path` is not available to resolvers.
 */
export function compileQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledQuery | null {
  const root = schema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || !root) return null;
  try {
    refuseUnusual(document);
    const compiler = new Compiler(schema, document, operation);
    const fields = compiler.fieldsOf(root, [operation.selectionSet]);
    return {
      size: compiler.size,
      execute: async (context, variables) => {
        const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
        return coerced ? new Run(context, coerced).data(fields) : null;
      },
    };
  } catch (error) {
    if (error instanceof NotSupported || error instanceof GraphQLError) return null;
    throw error;
  }
}

/** The objects of a response cannot have a property `__proto__`. */
function refuseUnusual(document: DocumentNode): void {
  visit(document, {
    Directive: () => {
      throw new NotSupported();
    },
    Name: ({ value }) => {
      if (value === '__proto__') throw new NotSupported();
    },
  });
}

/** Writes the result of a value to its place in the response. */
type Complete = (run: Run, value: unknown, target: Values | unknown[], key: string | number) => void;

interface Field {
  readonly key: string;
  readonly number: number;
  readonly resolve: GraphQLField<unknown, unknown>['resolve'];
  readonly name: string;
  /** Undefined where they depend on variables. */
  readonly args: Values | undefined;
  readonly argsWith: (variables: Values) => Values;
  readonly info: Omit<GraphQLResolveInfo, 'path' | 'variableValues'>;
  readonly complete: Complete;
}

/** The fields of an object in their order, or the type name for `__typename`. */
type Fields = readonly (Field | { readonly key: string; readonly typeName: string })[];

/** One execution. Even if it has failed, it ends only when all promises have settled. */
class Run {
  private readonly args: Values[] = [];
  private readonly infos: GraphQLResolveInfo[] = [];
  private pending = 1;
  private hasFailed = false;
  private finish!: () => void;

  constructor(
    private readonly context: unknown,
    private readonly variables: Values,
  ) {}

  async data(fields: Fields): Promise<Values | null> {
    const finished = new Promise<void>((resolve) => (this.finish = resolve));
    const data: Values = {};
    this.attempt(() => this.fill(fields, undefined, data));
    await finished;
    return this.hasFailed ? null : data;
  }

  fill(fields: Fields, source: unknown, target: Values): void {
    for (const field of fields) {
      if ('typeName' in field) target[field.key] = field.typeName;
      else this.put(this.valueOf(field, source), field.complete, target, field.key);
    }
  }

  put(value: unknown, complete: Complete, target: Values | unknown[], key: string | number): void {
    if (!isPromise(value)) return complete(this, value, target, key);

    (target as Values)[key] = null; // the order of the fields is that of the document
    this.pending++;
    value.then(
      (settled) => this.attempt(() => complete(this, settled, target, key)),
      () => this.attempt(fail),
    );
  }

  infoOf(field: Pick<Field, 'number' | 'info'>): GraphQLResolveInfo {
    return (this.infos[field.number] ??= {
      ...field.info,
      variableValues: this.variables,
      get path(): never {
        throw new NotSupported();
      },
    });
  }

  typeOf(type: GraphQLAbstractType, value: unknown, info: Pick<Field, 'number' | 'info'>): unknown {
    return (type.resolveType ?? defaultTypeResolver)(value, this.context, this.infoOf(info), type);
  }

  private valueOf(field: Field, source: unknown): unknown {
    if (field.resolve) return field.resolve(source, this.argsOf(field), this.context, this.infoOf(field));
    if (typeof source !== 'object') return fail();
    const value = (source as Values)[field.name];
    return typeof value === 'function'
      ? (value.call(source, this.argsOf(field), this.context, this.infoOf(field)) as unknown)
      : value;
  }

  private argsOf({ args, number, argsWith }: Field): Values {
    return args ?? (this.args[number] ??= argsWith(this.variables));
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch {
      this.hasFailed = true;
    }
    if (--this.pending === 0) this.finish();
  }
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Promise<unknown>>).then === 'function';

function fail(): never {
  throw new NotSupported();
}

class Compiler {
  size = 0;
  private readonly fragments: Record<string, FragmentDefinitionNode> = {};

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
  ) {
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments[node.name.value] = node;
  }

  fieldsOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Fields {
    const nodes = new Map<string, FieldNode[]>();
    const spread = new Set<string>();
    for (const set of sets) this.collect(type, set, nodes, spread);
    return [...nodes].map(([key, ofKey]) =>
      ofKey[0]!.name.value === '__typename' ? { key, typeName: type.name } : this.field(type, key, ofKey),
    );
  }

  private collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    nodes: Map<string, FieldNode[]>,
    spread: Set<string>,
  ): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const ofKey = nodes.get(key);
        if (ofKey) ofKey.push(selection);
        else nodes.set(key, [selection]);
        continue;
      }
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      if (isSpread && spread.has(selection.name.value)) continue;
      if (isSpread) spread.add(selection.name.value);
      const fragment = isSpread ? this.fragments[selection.name.value]! : selection;
      if (this.fits(type, fragment.typeCondition?.name.value)) this.collect(type, fragment.selectionSet, nodes, spread);
    }
  }

  private fits(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.schema.getType(condition);
    return isAbstractType(wanted) && this.schema.isSubType(wanted, type);
  }

  private field(parentType: GraphQLObjectType, key: string, nodes: readonly FieldNode[]): Field {
    const [node] = nodes;
    const name = node!.name.value;
    const field = parentType.getFields()[name];
    const number = this.size++;
    if (!field || this.size > mostFields) return fail();

    const argsWith = (variables: Values) => frozen(getArgumentValues(field, node!, variables));
    const info = {
      fieldName: name,
      fieldNodes: nodes,
      returnType: field.type,
      parentType,
      schema: this.schema,
      fragments: this.fragments,
      rootValue: undefined,
      operation: this.operation,
    };
    const complete = this.completion(field.type, { number, info });
    const args = hasVariables(node!) ? undefined : argsWith({});
    return { key, number, resolve: field.resolve, name, args, argsWith, info, complete };
  }

  private completion(type: GraphQLOutputType, field: Pick<Field, 'number' | 'info'>): Complete {
    const isNonNull = isNonNullType(type);
    const complete = this.completionOfValue(isNonNull ? type.ofType : type, field);
    return (run, value, target, key) => {
      if (value == null) (target as Values)[key] = isNonNull ? fail() : null;
      else complete(run, value, target, key);
    };
  }

  private completionOfValue(type: GraphQLOutputType, field: Pick<Field, 'number' | 'info'>): Complete {
    if (isLeafType(type)) return completionOfLeaf(type);
    if (isListType(type)) return completionOfList(this.completion(type.ofType, field));

    const sets = field.info.fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(type)) {
      if (type.isTypeOf) return fail();
      return completionOfObject(this.fieldsOf(type, sets));
    }
    if (!isAbstractType(type)) return fail();
    const completions = new Map(
      this.schema.getPossibleTypes(type).map((one) => [one.name, completionOfObject(this.fieldsOf(one, sets))]),
    );
    return (run, value, target, key) => {
      const complete: Complete = (_, name) => (completions.get(name as string) ?? fail)(run, value, target, key);
      run.put(run.typeOf(type, value, field), complete, target, key);
    };
  }
}

function completionOfLeaf(type: GraphQLLeafType): Complete {
  return (_, value, target, key) => {
    const serialized: unknown = value instanceof Error ? fail() : type.serialize(value);
    (target as Values)[key] = serialized ?? fail();
  };
}

function completionOfList(complete: Complete): Complete {
  return (run, value, target, key) => {
    if (!Array.isArray(value)) return fail();
    const list: unknown[] = ((target as Values)[key] = []);
    for (let i = 0; i < value.length; i++) run.put(value[i], complete, list, i);
  };
}

function completionOfObject(fields: Fields): Complete {
  return (run, value, target, key) => {
    if (value instanceof Error) return fail();
    run.fill(fields, value, ((target as Values)[key] = {}));
  };
}

function hasVariables(node: FieldNode): boolean {
  let found = false;
  for (const argument of node.arguments ?? []) visit(argument, { Variable: () => void (found = true) });
  return found;
}

/** Freezes lists and plain objects. Instances of classes, such as secrets, stay unchanged. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype === null || prototype === Object.prototype || Array.isArray(value)) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}
