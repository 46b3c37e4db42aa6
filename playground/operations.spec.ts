import { readFileSync } from 'node:fs';
import { sandboxConsoleRole, sandboxKeys, sandboxSecret } from '#libs/aws-sandbox';
import { buildSchema, getOperationAST, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { filled, idsIn } from './placeholders.js';
import { tabs } from './tabs.js';

const schema = buildSchema(readFileSync(new URL('../src/graphql/schema.graphql', import.meta.url), 'utf8'));
const operations = tabs.map(({ query, variables = {} }) => {
  const document = parse(query);
  return { document, variables, operation: getOperationAST(document)! };
});
const named = operations.map((one) => [one.operation.name!.value, one] as const);

/** `Type.field` for every field in the tabs. */
function fieldsInTabs(): Set<string> {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  for (const { document } of operations)
    visit(
      document,
      visitWithTypeInfo(types, {
        Field: ({ name }) => void found.add(`${types.getParentType()!.name}.${name.value}`),
      }),
    );
  return found;
}

describe('The tabs of the playground', () => {
  it.each(named)('%s is an operation of the schema, and its variables fit', (_, { document, variables, operation }) => {
    expect(validate(schema, document)).toEqual([]);
    expect(getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors).toBeUndefined();
  });

  it('have names of their own, which are their titles', () => {
    expect(new Set(named.map(([name]) => name)).size).toBe(tabs.length);
  });

  it('show every query and mutation there is', () => {
    const inTabs = fieldsInTabs();
    const missing = [schema.getQueryType()!, schema.getMutationType()!]
      .flatMap((root) => Object.keys(root.getFields()).map((field) => `${root.name}.${field}`))
      .filter((field) => !inTabs.has(field))
      .map((field) => `${field} is in no tab: add one for it to playground/tabs.ts`);

    expect(missing).toEqual([]);
  });

  it('use placeholders only for what the answer of some tab shows', () => {
    const shown = new Set<string>();
    const selected: string[] = [];
    for (const { document } of operations)
      visit(document, {
        Field: {
          enter: ({ name }) => {
            if (name.value === 'id' && selected.length <= 2) shown.add(selected.at(-1)!);
            selected.push(name.value);
          },
          leave: () => void selected.pop(),
        },
      });
    const used = [...JSON.stringify(tabs).matchAll(/"<(.+?)\.id>\\?"/g)].map(([, name]) => name!);

    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('use keys of the sandbox', () => {
    const text = JSON.stringify(tabs.map(({ variables }) => variables));
    const values = (name: string) =>
      [...text.matchAll(new RegExp(`"${name}":"(.*?)"`, 'g'))].map(([, value]) => value!);

    expect(values('accessKeyId').length).toBeGreaterThan(0);
    expect(sandboxKeys.map(({ accessKeyId }) => accessKeyId)).toEqual(expect.arrayContaining(values('accessKeyId')));
    expect(new Set(values('secretAccessKey'))).toEqual(new Set([sandboxSecret]));
    expect(new Set(values('consoleRoleName'))).toEqual(new Set([sandboxConsoleRole]));
  });
});

describe('A placeholder', () => {
  it('is filled with the id an answer showed, in a payload or at its root', () => {
    const seen = {
      ...idsIn({ createCloudAccount: { cloudAccount: { id: 'A' }, userErrors: [] } }),
      ...idsIn({ cloudSubscription: { id: 'S', cloudAccount: { name: 'x' } }, errorCatalog: [{ id: 1 }], node: null }),
    };

    expect(filled({ input: { id: '<cloudAccount.id>' }, ids: ['<cloudSubscription.id>', 'B'] }, seen)).toEqual({
      input: { id: 'A' },
      ids: ['S', 'B'],
    });
  });

  it('keeps what it stood for when an answer shows no object', () => {
    expect(idsIn({ createCloudAccount: { cloudAccount: null }, node: null })).toEqual({});
    expect(idsIn(null)).toEqual({});
  });

  it('of something not seen yet is told with the way out', () => {
    expect(() => filled({ id: '<subscription.id>' }, {})).toThrow(
      /subscription you saw last.*run the tab that creates/,
    );
    expect(() => filled({ id: '<constructor.id>' }, {})).toThrow('constructor');
  });

  it('stands for a whole value: a text that merely holds one is left as it is', () => {
    expect(filled({ name: 'a <cloudAccount.id>' }, {})).toEqual({ name: 'a <cloudAccount.id>' });
    expect(filled(undefined, {})).toBeUndefined();
  });
});
