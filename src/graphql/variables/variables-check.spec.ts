import fc from 'fast-check';
import {
  buildSchema,
  getVariableValues,
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { checkVariables, InvalidVariables } from './variables-check.js';

const schema = buildSchema(`
  enum Provider { AWS AZURE GCP }
  input AwsAccessKeyInput { accessKeyId: String! secretAccessKey: String! }
  input AwsAssumeRoleInput { roleArn: String! }
  input CredentialsInput @oneOf { awsAccessKey: AwsAccessKeyInput awsAssumeRole: AwsAssumeRoleInput }
  input CreateInput { name: String! provider: Provider = AWS days: Int credentials: CredentialsInput! regions: [String!] tags: [Tag!] }
  input Tag { key: String! }
  input Filter { and: [Filter!] }
  type Query { noop(input: CreateInput, filter: Filter, size: Int, ids: [ID!]): Boolean }
`);

const operation = (source: string) => parse(source).definitions[0] as OperationDefinitionNode;

function refusal(variables: Record<string, unknown>, source = 'query ($input: CreateInput!) { noop(input: $input) }') {
  try {
    checkVariables(schema, operation(source), variables);
  } catch (error) {
    if (error instanceof InvalidVariables) return error;
    throw error;
  }
  throw new Error('The variables were accepted.');
}

const awsAccessKey = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' };
const valid = { name: 'a', credentials: { awsAccessKey } };

describe('checking variables', () => {
  it('accepts valid values', () => {
    expect(() =>
      checkVariables(schema, operation('query ($input: CreateInput!) { noop(input: $input) }'), { input: valid }),
    ).not.toThrow();
  });

  it.each([
    ['a missing variable', undefined, 'input is required (CreateInput!).'],
    ['null', null, 'input must not be null (CreateInput!).'],
    ['a text for an object', 'wJalr', 'input must be an object (CreateInput).'],
    ['a text for a list of objects', { ...valid, tags: '' }, 'input.tags must be a list of objects (Tag).'],
    ['a missing field', { ...valid, name: undefined }, 'input.name is required (String!).'],
    ['a wrong enum value', { ...valid, provider: 'AVS' }, 'input.provider must be one of AWS, AZURE, GCP.'],
    [
      'a number out of range',
      { ...valid, days: 2 ** 31 },
      'input.days must be an Int, a whole number from -2147483648 to 2147483647.',
    ],
    ['a wrong item', { ...valid, regions: ['a', 7] }, 'input.regions.1 must be a String.'],
    [
      'two of a @oneOf',
      { ...valid, credentials: { awsAccessKey, awsAssumeRole: { roleArn: 'x' } } },
      'input.credentials must have exactly one of awsAccessKey, awsAssumeRole.',
    ],
    [
      'null in a @oneOf',
      { ...valid, credentials: { awsAccessKey: null } },
      'input.credentials.awsAccessKey must not be null.',
    ],
    [
      'an unknown field',
      { ...valid, credentials: { awsAccessKey: { ...awsAccessKey, wJalrXUtnFEMI: 1 } } },
      'input.credentials.awsAccessKey has a field that AwsAccessKeyInput does not have; ' +
        'its fields are accessKeyId, secretAccessKey.',
    ],
    [
      'misspelt fields',
      { ...valid, credentials: { awsAccessKey: { accessKeyID: 'a', secretAccesKey: 'b' } } },
      'input.credentials.awsAccessKey.accessKeyId is required (String!). ' +
        'input.credentials.awsAccessKey.secretAccessKey is required (String!). ' +
        'input.credentials.awsAccessKey has 2 fields that AwsAccessKeyInput does not have; ' +
        'its fields are accessKeyId, secretAccessKey. Did you mean accessKeyId, secretAccessKey?',
    ],
  ])('reports %s', (_, input, message) => {
    expect(refusal(input === undefined ? {} : { input }).message).toBe(message);
  });

  it('gives each problem a path, and each faulty variable a location', () => {
    const error = refusal({ input: { ...valid, name: null, days: 'x' } });
    expect(error.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      http: { status: 400 },
      faults: [
        { path: ['input', 'name'], message: 'input.name must not be null (String!).' },
        { path: ['input', 'days'], message: expect.stringContaining('input.days must be an Int') },
      ],
    });
    expect(error.locations).toEqual([{ line: 1, column: 8 }]);
  });

  it('describes ten problems and counts the others', () => {
    const error = refusal({ input: { ...valid, regions: Array.from({ length: 5000 }, () => 1) } });
    expect(error.faults).toHaveLength(10);
    expect(error.message).toMatch(/ And at least 90 more\.$/);
    expect(error.message.length).toBeLessThan(1000);
    expect(refusal({ input: { ...valid, regions: Array.from({ length: 12 }, () => 1) } }).message).toMatch(
      / And 2 more\.$/,
    );
  });

  it('is fast for a long list of wrong items', () => {
    const input = { ...valid, regions: Array.from({ length: 200_000 }, () => 1) };
    const before = performance.now();
    refusal({ input });
    expect(performance.now() - before).toBeLessThan(5000); // comparing each item with all others would take minutes
  });

  it('repeats the name of a variable that consists of words of the schema', () => {
    const { message } = refusal({}, 'query ($inputSize: Int!) { noop(size: $inputSize) }');
    expect(message).toBe('inputSize is required (Int!).');
  });

  it('does not repeat the name of a variable that the schema does not know', () => {
    expect(refusal({ wJalrXUtnFEMI: 'x' }, 'query ($wJalrXUtnFEMI: Int) { noop(size: $wJalrXUtnFEMI) }').message).toBe(
      '… must be an Int, a whole number from -2147483648 to 2147483647.',
    );
  });

  it('refuses endless nesting, instead of exhausting the stack', () => {
    const filter = JSON.parse('{"and":'.repeat(50_000) + 'null' + '}'.repeat(50_000));
    expect(refusal({ filter }, 'query ($filter: Filter) { noop(filter: $filter) }').message).toBe(
      'filter.and.and is nested too deeply: 32 levels are allowed.',
    );
  });

  it('treats keys of the prototype as unknown', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const input = JSON.parse(`{"name":"a","credentials":{"awsAssumeRole":{"roleArn":"x"}},"${key}":{}}`);
      expect(refusal({ input }).message).toContain('has a field that CreateInput does not have');
    }
  });
});

describe('the result for variables', () => {
  const canary = 'wJalrXUtnFEMI';
  const throws = (error: unknown) => () => {
    throw error;
  };
  const scalars: GraphQLInputType[] = [
    ...[GraphQLString, GraphQLInt, GraphQLFloat, GraphQLID, GraphQLBoolean],
    new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 1 }, NULL: { value: null }, NONE: {} } }),
    new GraphQLScalarType({ name: 'Any', parseValue: (value) => value }),
    new GraphQLScalarType({ name: 'ToNull', parseValue: () => null }),
    new GraphQLScalarType({ name: 'ToNothing', parseValue: () => undefined }),
    new GraphQLScalarType({ name: 'Throws', parseValue: (value) => throws(new Error(String(value)))() }),
    new GraphQLScalarType({ name: 'ThrowsNull', parseValue: throws(null) }),
  ];
  const fieldNames = ['name', 'size', 'constructor', 'toString', 'valueOf', 'and'];

  const wrappings: readonly ((type: any) => GraphQLInputType)[] = [
    (type) => type,
    (type) => new GraphQLNonNull(type),
    (type) => new GraphQLList(type),
    (type) => new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(type))),
    (type) => new GraphQLList(new GraphQLList(type)),
  ];
  const strays: readonly unknown[] = [
    ...[null, undefined, '', canary, 0, 1.5, 2 ** 31, -(2 ** 31), NaN, Infinity, true, 1n, [], {}, [[canary]], [null]],
    ...[{ [canary]: canary }, { name: canary }, new Set([canary]), JSON.parse('{"__proto__":{"name":1}}')],
  ];

  /** Random types and values of fast-check: mostly matching, so that a value that does not match has one reason. */
  class Draw {
    private types = 0;

    constructor(private readonly draw: fc.GeneratorValue) {}

    readonly from = <T>(...options: readonly T[]): T => this.draw(() => fc.constantFrom(...options));

    type(depth: number): GraphQLInputType {
      const wrap = this.from(...wrappings);
      if (depth === 0 || this.from(true, false, false)) return wrap(this.from(...scalars));
      const names = fieldNames.filter((_, index) => index === depth || this.from(true, false));
      const fields = names.map((name) => [
        name,
        { type: this.type(depth - 1), defaultValue: this.from<unknown>(undefined, undefined, null, 1, 'x') },
      ]);
      const config = { isOneOf: this.from(true, false), fields: Object.fromEntries(fields) };
      return wrap(new GraphQLInputObjectType({ name: `Input${this.types++}`, ...config }));
    }

    value(type: GraphQLInputType): unknown {
      if (this.draw(() => fc.nat(11)) === 0) return this.from(...strays);
      if (isNonNullType(type)) return this.value(type.ofType);
      if (isListType(type)) {
        const items = Array.from({ length: this.from(0, 1, 2) }, () => this.value(type.ofType));
        return this.from(true, false) ? items : this.value(type.ofType);
      }
      if (isEnumType(type)) return this.from('RED', 'NULL', 'NONE', canary);
      if (isInputObjectType(type)) return this.object(type);
      const fitting: Record<string, unknown> = { Int: 7, Float: 1.5, Boolean: true };
      return fitting[type.name] ?? canary;
    }

    private object(type: GraphQLInputObjectType): unknown {
      const fields = Object.values(type.getFields());
      const given =
        type.isOneOf && this.from(true, true, false)
          ? [this.from(...fields)]
          : fields.filter(() => this.from(true, true, true, false));
      // Half of the time without a prototype: then absent fields with names of its members are really absent.
      const object = this.from(true, false) ? {} : Object.create(null);
      return Object.assign(object, Object.fromEntries(given.map((field) => [field.name, this.value(field.type)])));
    }
  }

  it('is that of graphql-js for every type and value, with words of the schema', () => {
    const verdicts = { accepted: 0, refused: 0 };

    fc.assert(
      fc.property(fc.gen(), (generate) => {
        const draw = new Draw(generate);
        const type = draw.type(3);
        const variables = draw.from(true, true, true, true, false) ? { v: draw.value(type) } : {};
        const source = `query ($v: ${type.toString()} ${draw.from('', '= null')}) { __typename }`;
        const testSchema = new GraphQLSchema({ types: namedTypesIn(type), assumeValid: true });
        const definitions = operation(source).variableDefinitions!;
        const theirs = getVariableValues(testSchema, definitions, variables);

        let ours: InvalidVariables | undefined;
        try {
          checkVariables(testSchema, operation(source), variables);
        } catch (error) {
          ours = error as InvalidVariables;
          expect(ours).toBeInstanceOf(InvalidVariables);
        }

        expect(ours === undefined).toBe(theirs.errors === undefined);
        expect(JSON.stringify([ours?.message, ours?.extensions])).not.toContain(canary);
        verdicts[ours ? 'refused' : 'accepted']++;
      }),
      { numRuns: 1500, seed: 20261123, endOnFailure: true },
    );

    expect(verdicts.accepted).toBeGreaterThan(300);
    expect(verdicts.refused).toBeGreaterThan(300);
  });

  it.each<[string, unknown]>([
    ['OneOf', {}],
    ['OneOf', { text: 'a' }],
    ['OneOf', { text: null }],
    ['OneOf', { text: undefined }],
    ['OneOf', { toNull: 1 }],
    ['OneOf', { text: 'a', toNull: null }],
    ['OneOf', { toNothing: 1 }],
    ['OneOfNullByDefault', {}],
    ['OneOfNullByDefault', { other: 'a' }],
    ['OneOfNullByDefault', { text: 'a' }],
    ['[OneOf!]!', { text: 'a' }],
    ['[OneOf!]!', [{ text: 'a' }, {}]],
    ['[[OneOf]]', [{ text: 'a' }, [null], null]],
    ['[OneOf]', new Map()],
    ['[String]', 'ab'],
    ['OneOf', Object.create({ text: 'inherited' })],
  ])('is that of graphql-js for %s: %j', (type, v) => {
    const [text, toNull, toNothing] = [GraphQLString, scalars[7]!, scalars[8]!];
    const types = [
      new GraphQLInputObjectType({
        name: 'OneOf',
        isOneOf: true,
        fields: { text: { type: text }, toNull: { type: toNull }, toNothing: { type: toNothing } },
      }),
      new GraphQLInputObjectType({
        name: 'OneOfNullByDefault',
        isOneOf: true,
        fields: { text: { type: text, defaultValue: null }, other: { type: text } },
      }),
    ];
    const oneOfs = new GraphQLSchema({ types, assumeValid: true });
    const subject = operation(`query ($v: ${type}) { __typename }`);
    const check = () => checkVariables(oneOfs, subject, { v });

    if (getVariableValues(oneOfs, subject.variableDefinitions!, { v }).errors) expect(check).toThrow(InvalidVariables);
    else expect(check).not.toThrow();
  });

  it('is that of graphql-js for variables of output types and of no type', () => {
    for (const type of ['Query', 'Nothing', '[Query!]']) {
      const source = `query ($input: ${type}) { __typename }`;
      expect(getVariableValues(schema, operation(source).variableDefinitions!, {}).errors).toBeDefined();
      expect(refusal({}, source).message).toBe('input is of a type that variables cannot have.');
    }
  });

  function namedTypesIn(type: GraphQLInputType): any[] {
    if (isNonNullType(type) || isListType(type)) return namedTypesIn(type.ofType);
    return [type];
  }
});
