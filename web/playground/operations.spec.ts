import { readFileSync } from 'node:fs';
import { sandboxConsoleRole, sandboxKeys, sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import { buildSchema, getOperationAST, parse, TypeInfo, validate, visit, visitWithTypeInfo } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { mostValues, valuesIn as valuesInAnswer } from '../../src/graphql/limits/document-cost.js';
import { groups, nameOf, operations, placeholders } from './operations/index.js';
import { filled, placeholdersIn, valuesIn } from './placeholders.js';

const schema = buildSchema(readFileSync(new URL('../../src/graphql/schema.graphql', import.meta.url), 'utf8'));
const parsed = operations.map((one) => {
  const document = parse(one.query);
  return { ...one, document, operation: getOperationAST(document)! };
});

/** `Type.field` for every field in the operations. */
function fieldsInOperations(): Set<string> {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  for (const { document } of parsed)
    visit(
      document,
      visitWithTypeInfo(types, {
        Field: ({ name }) => void found.add(`${types.getParentType()!.name}.${name.value}`),
      }),
    );
  return found;
}

/** Values in a response, by `name.field`, as in placeholders. */
function shownBy({ document }: { document: ReturnType<typeof parse> }): string[] {
  const shown: string[] = [];
  const path: string[] = [];
  visit(document, {
    Field: {
      enter: ({ name, selectionSet }) => {
        if (!selectionSet && path.length > 0 && path.length <= 2) shown.push(`${path.at(-1)}.${name.value}`);
        if (name.value !== 'nodes') path.push(name.value);
      },
      leave: ({ name }) => {
        if (name.value !== 'nodes') path.pop();
      },
    },
  });
  return shown;
}

describe('The operations of the playground', () => {
  const samples = Object.fromEntries(
    [...placeholders].map((name) => [name, name.endsWith('.version') ? 1 : 'value'] as const),
  );

  it.each(parsed.map((one) => [nameOf(one), one] as const))(
    '%s is an operation of the schema, and its variables fit',
    (_, { document, operation, variables = {} }) => {
      const values = filled(variables, samples) as Record<string, unknown>;

      expect(validate(schema, document)).toEqual([]);
      expect(getVariableValues(schema, operation.variableDefinitions ?? [], values).errors).toBeUndefined();
    },
  );

  it.each(parsed.map((one) => [nameOf(one), one] as const))(
    'cost less than half of what an answer may hold: %s',
    (_, { document, operation, variables }) => {
      expect(valuesInAnswer({ schema, document, operation, variables })).toBeLessThan(mostValues / 2);
    },
  );

  it('have different names, which are the titles of their tabs', () => {
    expect(new Set(parsed.map(({ operation }) => operation.name!.value)).size).toBe(operations.length);
    expect(parsed.map(({ operation }) => operation.name!.value)).toEqual(operations.map(nameOf));
  });

  it('show every query and mutation there is', () => {
    const shown = fieldsInOperations();
    const missing = [schema.getQueryType()!, schema.getMutationType()!]
      .flatMap((root) => Object.keys(root.getFields()).map((field) => `${root.name}.${field}`))
      .filter((field) => !shown.has(field))
      .map((field) => `${field} is in no operation: add one to web/playground/operations`);

    expect(missing).toEqual([]);
  });

  it.each(groups.map((group) => [group.title, group] as const))(
    'use in "%s" only values that an operation before showed',
    (_, group) => {
      const shown = new Set<string>();
      for (const one of parsed.filter(({ query }) => group.operations.some((other) => other.query === query))) {
        expect(placeholdersIn(one.variables).filter((name) => !shown.has(name))).toEqual([]);
        for (const name of shownBy(one)) shown.add(name);
      }
    },
  );

  it('announce at the top that they are refused on purpose, or need another role', () => {
    for (const { query, refusal, role } of operations) {
      const comment = query.slice(0, query.search(/^[^#]/m));
      if (refusal) expect(comment).toContain(refusal.startsWith('<') ? 'Needs a finding' : refusal);
      if (role) expect(comment).toMatch(new RegExp(`keys create [^]*--role ${role}`));
    }
  });

  it('use keys of the sandbox, and one that it does not know, each once', () => {
    const text = JSON.stringify(operations.map(({ variables }) => variables));
    const values = (name: string) =>
      [...text.matchAll(new RegExp(`"${name}":"(.*?)"`, 'g'))].map(([, value]) => value!);
    const families = sandboxKeys.map(({ pattern }) => new RegExp(`^${pattern}$`));
    const keys = values('accessKeyId');

    expect(keys.filter((key) => !families.some((family) => family.test(key)))).toEqual(['AKIASANDBOXUNKNOWN01']);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(values('secretAccessKey'))).toEqual(new Set([sandboxSecret]));
    expect(new Set(values('consoleRoleName'))).toEqual(new Set([sandboxConsoleRole]));
  });
});

describe('A placeholder', () => {
  const wanted = new Set(['cloudAccount.id', 'cloudAccount.version', 'work.claimId', 'driftFindings.id']);

  it('is replaced with the value of an answer: at its root, in a payload, in a list or in a connection', () => {
    const seen = {
      ...valuesIn({ createCloudAccount: { cloudAccount: { id: 'A', version: 3 }, userErrors: [] } }, wanted),
      ...valuesIn({ claimProvisioningWork: { work: [{ claimId: 'C' }, { claimId: 'D' }] } }, wanted),
      ...valuesIn({ driftFindings: { nodes: [{ id: 'F' }] }, node: null }, wanted),
    };

    expect(
      filled(
        {
          input: { id: '<cloudAccount.id>', expectedVersion: '<cloudAccount.version>' },
          ids: ['<driftFindings.id>', 'B', 1, null],
          role: 'role/access-<work.claimId>',
        },
        seen,
      ),
    ).toEqual({ input: { id: 'A', expectedVersion: 3 }, ids: ['F', 'B', 1, null], role: 'role/access-C' });
  });

  it('is looked for in answers by its name alone, so that nothing else of an answer is kept', () => {
    expect(valuesIn({ createApiKey: { secret: 'gwk_live_1', apiKey: { id: 'K', secret: 'x' } } }, wanted)).toEqual({});
  });

  it('keeps its value when an answer shows no such object', () => {
    expect(valuesIn({ createCloudAccount: { cloudAccount: null }, driftFindings: { nodes: [] } }, wanted)).toEqual({});
    expect(valuesIn(null, wanted)).toEqual({});
  });

  it('without a value is refused with a remediation', () => {
    expect(() => filled({ id: '<subscription.id>' }, {})).toThrow(/<subscription\.id> yet\. Run the operations/);
    expect(() => filled({ id: '<constructor.name>' }, {})).toThrow('constructor.name');
  });

  it('inside a text is left as it is when it has no value', () => {
    expect(filled({ name: 'a <cloudAccount.id>' }, {})).toEqual({ name: 'a <cloudAccount.id>' });
    expect(filled(undefined, {})).toBeUndefined();
  });
});
