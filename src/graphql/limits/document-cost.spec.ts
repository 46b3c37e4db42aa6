import {
  buildSchema,
  getIntrospectionQuery,
  graphqlSync,
  Kind,
  parse,
  validate,
  type OperationDefinitionNode,
} from 'graphql';
import { AnswerTooLarge, documentCost, mostValues, valuesIn } from './document-cost.js';

const schema = buildSchema(`
  interface Node { id: ID! }
  input Words { word: String }
  type ViewerPermission { isAllowed: Boolean! }
  type Account implements Node { id: ID! key: Key "At most 20 items." tags: [Tag!]! "At most 40 items." words: [String!] builds(first: Int, last: Int): BuildConnection! }
  type Key { id: ID! }
  type Tag { name: String! }
  type Build implements Node { id: ID! account: Account }
  type PageInfo { hasNextPage: Boolean! }
  type AccountConnection { "At most 100 items." nodes: [Account!]! "At most 100 items." edges: [AccountEdge!]! pageInfo: PageInfo! totalCount: Int! }
  type AccountEdge { cursor: String! node: Account! }
  type BuildConnection { "At most 100 items." nodes: [Build!]! pageInfo: PageInfo! }
  type BlockerConnection { "At most 100 items." nodes: [Build!]! }
  interface UserError { code: String! }
  type InUse implements UserError { code: String! blockers(first: Int! = 30): BlockerConnection! }
  type Payload { account: Account "At most 3 items." userErrors: [UserError!]! }
  type Query {
    accounts(first: Int, last: Int, filter: Words): AccountConnection!
    viewerCanDelete: ViewerPermission!
    builds(first: Int, last: Int): BuildConnection!
    node(id: ID!): Node
    "At most 100 items." nodes(ids: [ID!]!): [Node]!
    "What is there." unbounded: [Key!]!
  }
  type Mutation { delete: Payload! }
`);

function cost(query: string, variables?: Record<string, unknown>): number {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  return valuesIn({ schema, document, operation, variables });
}

const killer =
  '{ builds(first: 100) { nodes { account { builds(first: 100) { nodes { account { builds(first: 100) { nodes { id } } } } } } } } }';

describe('the cost of a document', () => {
  // A field is 1, a page is 21, or 51 with a filter, an item of a list is 1, an item of a page is 4, and ten texts in a
  // list are 1.
  it.each<[string, number]>([
    ['{ __typename }', 1],
    ['{ node(id: 1) { id } }', 2],
    ['{ node(id: 1) { __typename ... on Account { key { id } tags { name } } } }', 1 + 1 + 2 + 1 + 20 * 2],
    ['{ node(id: 1) { ... on Account { words } } }', 1 + 1 + 4],
    // An object has one type: the more expensive of two counts, with all its parts.
    ['{ node(id: 1) { ... on Account { key { id } } ... on Build { account { key { id } } } } }', 1 + 3],
    ['{ node(id: 1) { ... on Account { key { id } } ... on Account { tags { name } } } }', 1 + 2 + 41],
    ['{ node(id: 1) { ... on Node { ... on Account { key { id } } } ... on Account { key { id } } } }', 1 + 4],
    [
      '{ node(id: 1) { ...A ...B } } fragment A on Account { tags { name } } fragment B on Build { account { id } }',
      1 + 41,
    ],
    ['{ accounts { totalCount } }', 21 + 21],
    ['{ accounts { pageInfo { hasNextPage } nodes { id } } }', 21 + 2 + 1 + 50 * 5],
    ['{ accounts(first: 7) { nodes { id key { id } } } }', 21 + 1 + 7 * 7],
    ['{ accounts(last: 7) { edges { cursor node { id } } } }', 21 + 1 + 7 * 7],
    ['{ accounts(first: 7, last: 9) { nodes { id } } }', 21 + 1 + 9 * 5],
    ['{ accounts(first: null) { nodes { id } } }', 21 + 1 + 50 * 5],
    ['{ accounts(first: 1000000) { nodes { id } } }', 21 + 1 + 100 * 5],
    ['{ accounts(first: -7) { nodes { id } } }', 22],
    ['{ accounts(first: 100) { nodes { builds(first: 50) { nodes { id } } } } }', 22 + 100 * (4 + 22 + 50 * 5)],
    ['{ accounts(first: 7, filter: { word: "a" }) { nodes { id } } }', 52 + 7 * 5],
    ['{ accounts(first: 7, filter: null) { nodes { id } } }', 22 + 7 * 5],
    ['{ viewerCanDelete { isAllowed } }', 13 + 1],
    ['{ a: accounts(first: 1) { nodes { id } } b: accounts(first: 2) { nodes { id } } }', 22 + 5 + 22 + 2 * 5],
    ['{ nodes(ids: [1, 2, 3]) { id } }', 1 + 3 * 2],
    ['{ nodes(ids: 1) { id } }', 1 + 2],
    ['mutation { delete { account { id } userErrors { code } } }', 1 + 2 + 1 + 3 * 2],
    ['mutation { delete { userErrors { ... on InUse { blockers { nodes { id } } } } } }', 2 + 3 * (1 + 22 + 30 * 5)],
    [killer, 22 + 100 * (4 + 23 + 100 * (4 + 23 + 100 * 5))],
  ])('of %s is %i', (query, objects) => {
    expect(cost(query)).toBe(objects);
  });

  it.each<[string, Record<string, unknown>, number]>([
    ['query ($n: Int) { accounts(first: $n) { nodes { id } } }', { n: 9 }, 22 + 9 * 5],
    ['query ($n: Int) { accounts(first: $n) { nodes { id } } }', { n: null }, 22 + 50 * 5],
    ['query ($n: Int) { accounts(first: $n) { nodes { id } } }', {}, 22 + 50 * 5],
    ['query ($n: Int) { accounts(first: $n) { nodes { id } } }', { n: 'x' }, 22 + 50 * 5],
    ['query ($n: Int = 8) { accounts(first: $n) { nodes { id } } }', {}, 22 + 8 * 5],
    ['query ($n: Int = 8) { accounts(first: $n) { nodes { id } } }', { n: 9 }, 22 + 9 * 5],
    ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b'] }, 1 + 2 * 2],
    ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: 'a' }, 1 + 1 * 2],
    ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array(40_000).fill('a') }, 1 + 100 * 2],
    ['query ($ids: [ID!] = ["a", "b"]) { nodes(ids: $ids) { id } }', {}, 1 + 2 * 2],
    ['query ($id: ID!) { nodes(ids: [$id, $id]) { id } }', { id: 'a' }, 1 + 2 * 2],
  ])('of %s with %j is %i', (query, variables, objects) => {
    expect(cost(query, variables)).toBe(objects);
  });

  it('counts a fragment by the size of the page it is spread in', () => {
    const fragment = 'fragment F on BuildConnection { pageInfo { hasNextPage } ... { nodes { id } } }';

    expect(cost(`{ a: builds(first: 3) { ...F } b: builds(first: 100) { ...F } } ${fragment}`)).toBe(
      21 + 3 + 3 * 5 + 21 + 3 + 100 * 5,
    );
  });

  it('of introspection is a part of what the answer holds', () => {
    const names = cost('{ __schema { types { name fields { name } } } }');
    const everything = JSON.stringify(
      graphqlSync({ schema, source: '{ __schema { types { name fields { name } } } }' }),
    );
    expect(names).toBeGreaterThan(everything.match(/name/g)!.length / 10);
    expect(names).toBeLessThan(everything.match(/name/g)!.length);
    expect(cost('{ __schema { types { fields { type { fields { name } } } } } }')).toBeGreaterThan(2 * names);
    expect(cost(getIntrospectionQuery())).toBeLessThan(mostValues / 2);
  });

  it('is beyond every limit with a list that names no maximum', () => {
    expect(cost('{ unbounded { id } }')).toBeGreaterThan(1e15);
  });

  it('is found in no time, however far fragments unfold', () => {
    const fragments = Array.from(
      { length: 40 },
      (_, i) =>
        `fragment F${i} on Account { a${i}: builds { nodes { account { ...F${i + 1} } } } b${i}: builds { nodes { account { ...F${i + 1} } } } }`,
    );
    const query = `{ accounts { nodes { ...F0 } } } ${fragments.join(' ')} fragment F40 on Account { id }`;
    const started = performance.now();

    expect(cost(query)).toBeGreaterThan(1e15);
    expect(performance.now() - started).toBeLessThan(1000); // mostly validation
  });

  describe('too high', () => {
    const plugin = async (query: string) => {
      const document = parse(query);
      const [operation] = document.definitions;
      const listener = await documentCost().requestDidStart!({} as never);
      await listener!.didResolveOperation!({ schema, document, operation, request: {} } as never);
    };

    it('is refused, and says by how much', async () => {
      await expect(plugin(killer)).rejects.toMatchObject({
        message: expect.stringContaining(`can contain 5272722 values, but only ${mostValues} are allowed`),
        originalError: expect.any(AnswerTooLarge),
        extensions: { http: { status: 400 } },
      });
    });

    it('is what lies beyond the limit', async () => {
      const rows = (n: number) =>
        `{ a: accounts(first: 100) { nodes { builds(first: 30) { nodes { id } } } }
           c: accounts(first: 100) { nodes { builds(first: ${n}) { nodes { id } } } } }`;

      await expect(plugin(rows(39))).resolves.toBeUndefined(); // 39,744
      await expect(plugin(rows(40))).rejects.toThrow('can contain 40244 values');
    });
  });
});
