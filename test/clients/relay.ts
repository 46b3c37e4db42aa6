import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import relay from 'relay-runtime';
import { projectFolder } from '../support/process.js';
import type { ClientUnderTest } from './client-under-test.js';
import { isMutation, operations } from './operations.js';

const { commitMutation, createOperationDescriptor, Environment, fetchQuery, getRequest, Network, RecordSource, Store } = relay as any; // prettier-ignore

/** Relay 21: the operations as its compiler prints them, and the network layer of its documentation. */
export async function relayClient(url: string, key: string): Promise<ClientUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-'));
  const compiled = await compile(folder);
  const fetchGraphQL = async ({ text }: { text: string }, variables: object) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  };
  const environment = new Environment({ network: Network.create(fetchGraphQL), store: new Store(new RecordSource()) });
  return {
    ask: (operation, variables) =>
      isMutation(operation)
        ? new Promise((resolve, reject) => {
            const onCompleted = (data: any, errors: any) =>
              errors ? reject(new Error(JSON.stringify(errors))) : resolve(data);
            commitMutation(environment, { mutation: compiled[operation], variables, onCompleted, onError: reject });
          })
        : fetchQuery(environment, compiled[operation], variables).toPromise(),
    namesByPages: async (first) => {
      // `@connection` joins the pages in the store.
      const { fragment } = createOperationDescriptor(getRequest(compiled.page), { first });
      const joined = () => environment.lookup(fragment).data.cloudAccounts;
      await fetchQuery(environment, compiled.page, { first }).toPromise();
      while (joined().pageInfo.hasNextPage)
        await fetchQuery(environment, compiled.page, { first, after: joined().pageInfo.endCursor }).toPromise();
      return joined().edges.map((edge: any) => edge.node.name);
    },
    close: () => rm(folder, { recursive: true }),
  };
}

/** Runs relay-compiler on the operations and the schema of the gateway. */
async function compile(folder: string): Promise<Record<keyof typeof operations, any>> {
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'artifacts'));
  await copyFile(join(projectFolder, 'src/graphql/schema.graphql'), join(folder, 'schema.graphql'));
  const config = { src: 'src', schema: 'schema.graphql', language: 'javascript', artifactDirectory: 'artifacts' };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ relay: config }));
  const page = operations.page.replace(') { edges', ') @connection(key: "relay_cloudAccounts") { edges');
  const tags = Object.values({ ...operations, page }).map((text) => `graphql\`${text}\`;\n`);
  await writeFile(join(folder, 'src/relay.js'), `import { graphql } from 'relay-runtime';\n${tags.join('')}`);

  const compiler = createRequire(import.meta.url).resolve('relay-compiler/cli.js');
  await promisify(execFile)(process.execPath, [compiler], { cwd: folder });
  const artifact = createRequire(join(folder, 'artifacts/any.cjs'));
  const nameOf = (text: string) => /(?:query|mutation) (\w+)/.exec(text)![1];
  const compiled = Object.entries(operations).map(([name, text]) => [name, artifact(`./${nameOf(text)}.graphql.js`)]);
  return Object.fromEntries(compiled) as Record<keyof typeof operations, any>;
}
