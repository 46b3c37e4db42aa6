import { buildSchema, execute, parse, type GraphQLResolveInfo } from 'graphql';
import { readsOnly, selectedProperties } from './selected-properties.js';

const schema = buildSchema(`
  interface Node { id: ID }
  type Account implements Node { id: ID name: String status: String owner: Owner health: String builds: BuildConnection }
  type Owner { name: String }
  type Build { id: ID name: String }
  type BuildEdge { node: Build cursor: String }
  type BuildConnection { nodes: [Build] edges: [BuildEdge] totalCount: Int }
  type Query { account: Account }
`);
const fieldsOf = (type: string) => (schema.getType(type) as any).getFields();
fieldsOf('Account').health.resolve = () => 'GOOD';
fieldsOf('Account').owner.extensions = readsOnly('status');

/** What the resolver of a field learns. */
async function propertiesOf(type: 'Query' | 'Account', field: string, query: string) {
  const found: unknown[] = [];
  fieldsOf(type)[field].resolve = (_: unknown, __: unknown, ___: unknown, info: GraphQLResolveInfo) => {
    found.push(selectedProperties(info));
    return {};
  };
  const { errors } = await execute({ schema, document: parse(query) });
  expect(errors).toBeUndefined();
  return found;
}

describe('the selected properties', () => {
  it.each<[string, string[] | undefined]>([
    ['{ account { id name } }', ['id', 'name']],
    ['{ account { other: name __typename } }', ['name']],
    ['{ account { ...F ... on Node { id } ... { name } } } fragment F on Account { status ...G } fragment G on Account { name }', ['id', 'name', 'status']], // prettier-ignore
    ['{ account { name } account { status } }', ['name', 'status']],
    ['{ account { name owner { name } } }', ['name', 'status']],
    ['{ account { name health } }', undefined],
  ])('of an object in %s are %j', async (query, expected) => {
    expect(await propertiesOf('Query', 'account', query)).toEqual([expected]);
  });

  it.each<[string, string[]]>([
    ['nodes { id }', ['id']],
    ['nodes { id } edges { node { name } cursor }', ['id', 'name']],
    ['a: nodes { id } b: nodes { name } totalCount', ['id', 'name']],
    ['totalCount', []],
  ])('of the items of a page with %s are %j', async (selection, expected) => {
    fieldsOf('Query').account.resolve = () => ({});
    expect(await propertiesOf('Account', 'builds', `{ account { builds { ${selection} } } }`)).toEqual([expected]);
  });

  it('are told apart for two pages of one field', async () => {
    fieldsOf('Query').account.resolve = () => ({});
    const query = '{ account { a: builds { nodes { id } } b: builds { nodes { name } } } }';
    expect(await propertiesOf('Account', 'builds', query)).toEqual([['id'], ['name']]);
  });
});
