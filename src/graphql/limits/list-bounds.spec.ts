import { readFileSync } from 'node:fs';
import { mostIn } from '#libs/graphql';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  parse,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
} from 'graphql';
import { mostValues, valuesIn } from './document-cost.js';

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

type Place = readonly [string, GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField];

const argumentsOf = (field: Place[1]): readonly GraphQLArgument[] => ('args' in field ? field.args : []);

/** All fields, arguments and input fields of the schema. */
const places = Object.values(schema.getTypeMap())
  .filter(({ name }) => !name.startsWith('__'))
  .flatMap((type): Place[] =>
    isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
      ? Object.values(type.getFields()).flatMap((field): Place[] => [
          [`${type.name}.${field.name}`, field],
          ...argumentsOf(field).map((argument): Place => [`${type.name}.${field.name}(${argument.name}:)`, argument]),
        ])
      : [],
  );
const lists = places.filter(([, { type }]) => isListType(getNullableType(type)));

const valuesOf = (query: string) => {
  const document = parse(query);
  return valuesIn({ schema, document, operation: getOperationAST(document)! });
};

describe('a list in the schema', () => {
  it('has a maximum length that its description names', () => {
    expect(lists.length).toBeGreaterThan(70);
    expect(lists.filter(([, { description }]) => mostIn(description) === undefined).map(([name]) => name)).toEqual([]);
  });

  it('holds no lists', () => {
    expect(lists.filter(([, { type }]) => /\[.*\[/.test(String(type))).map(([name]) => name)).toEqual([]);
  });

  it('has the same maximum in an interface and in every type that implements it', () => {
    const most = new Map(lists.map(([name, { description }]) => [name, mostIn(description)]));
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type)) continue;
      for (const field of type
        .getInterfaces()
        .flatMap((one) => Object.keys(one.getFields()).map((name) => [one, name] as const)))
        expect(most.get(`${type.name}.${field[1]}`)).toBe(most.get(`${field[0].name}.${field[1]}`));
    }
  });

  it('of a page holds 100 items, and its connection takes `first` and `last`', () => {
    const connections = places.filter(([, { type }]) => getNamedType(type).name.endsWith('Connection'));
    expect(connections.length).toBeGreaterThan(10);
    for (const [name, field] of connections)
      expect([name, ...argumentsOf(field).map((argument) => argument.name)]).toEqual(
        expect.arrayContaining([name, 'first', 'last']),
      );
  });
});

describe('the limit on the values of an answer', () => {
  it('counts the example in docs/limits.md as it says there', () => {
    const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
    const [, example = ''] = /```graphql\n(.*?)```/s.exec(page) ?? [];
    const said = /= ([\d,]+) values/.exec(page)?.[1]?.replace(',', '');
    expect(valuesOf(example)).toBe(Number(said));
    expect(page).toContain(`| values of an answer | ${mostValues.toLocaleString('en')} |`);
  });

  it('lets a page of 100 accounts with 10 subscriptions each pass, with all that a list of them shows', () => {
    const subscription =
      'id name region plan deploymentCidr vpcId status isActive version createdAt updatedAt endedAt failure { kind message } provisioning { kind isClaimed progress message }';
    const account =
      'id name ownership provider status version region awsAccountId consoleRoleName createdAt updatedAt health { state since codes lastCheckedAt } credentials { accessKeyId fingerprint ageInDays } viewerCanUpdate { isAllowed reason } viewerCanDelete { isAllowed reason }';
    const query = `{ cloudAccounts(first: 100) { totalCount pageInfo { hasNextPage endCursor }
      nodes { ${account} subscriptions(first: 10) { totalCount nodes { ${subscription} } } } } }`;

    expect(valuesOf(query)).toBeLessThan(mostValues);
  });
});
