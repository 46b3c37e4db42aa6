import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { projectFolder } from '../support/process.js';
import { bodyOf, documents, type DocumentName } from './documents.js';
import { changes } from './programs/load/changes.js';
import { recordedResults } from './recorded.js';
import { accountsOf, subscriptionsOf } from './seed.js';
import { tablesOf } from './tables.js';
import { workloads } from './workloads.js';

const read = (file: string) => readFileSync(join(projectFolder, file), 'utf8');
const json = (file: string) => JSON.parse(read(file));

describe('The benchmark', () => {
  it('has documents that are valid, each with the name of its operation', () => {
    const schema = buildSchema(read('src/graphql/schema.graphql'));
    const ids = { accountId: 'a', subscriptionId: 's' };
    const bodies = Object.keys(documents).map((name) => bodyOf(name as DocumentName, ids));

    for (const body of [...bodies, changes.create('a'), changes.delete('s')]) {
      const { operationName, query } = JSON.parse(body) as { operationName: string; query: string };
      expect(validate(schema, parse(query))).toEqual([]);
      expect(query).toContain(` ${operationName}`);
    }
  });

  it('has a mix of 20 documents', () => {
    expect(workloads.W5.title).toBe('mix of 20 documents');
  });

  it('has the stated number of subscriptions, each with an id of its own', () => {
    const numbers = Array.from({ length: 10_000 }, (_, number) => number);
    const tenants = Array.from({ length: 100 }, (_, id) => ({ id, key: '' }));
    const subscriptions = subscriptionsOf(numbers, tenants);

    expect(subscriptions).toHaveLength(115_000);
    expect(new Set(subscriptions.map(({ id }) => id)).size).toBe(115_000);
    expect(new Set(accountsOf(numbers, tenants).map(({ name }) => name)).size).toBe(10_000);
  });

  it('compares the gateway with the versions of packages that it has itself', () => {
    const own = json('package.json').dependencies as Record<string, string>;
    const others = json('test/bench/programs/package.json').dependencies as Record<string, string>;
    const common = Object.keys(others).filter((name) => name in own);

    expect(common).toContain('graphql');
    expect(common.map((name) => [name, others[name]])).toEqual(common.map((name) => [name, own[name]]));
  });

  it('has a page with the results that are recorded', () => {
    const results = recordedResults();

    expect(results).not.toBeNull();
    expect(read('docs/benchmarks.md')).toContain(tablesOf(results!));
  });
});
