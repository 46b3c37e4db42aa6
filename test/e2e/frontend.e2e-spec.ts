import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { database, Gateway } from '../support/gateway.js';
import { killed, projectFolder } from '../support/process.js';
import { createCloudAccount, newAccount } from '../support/steps.js';

const page = await readFile(join(projectFolder, 'docs/frontend.md'), 'utf8');
/** Code blocks by the file name in their first line. */
const programs = new Map(
  [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([^]*?)```/g)].map(([, name, code]) => [name!, code!]),
);

describe('docs/frontend.md', () => {
  let gateway: Gateway;
  let folder: string;
  beforeAll(async () => {
    gateway = await Gateway.start();
    folder = await mkdtemp(join(tmpdir(), 'frontend-'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
    await cp(join(projectFolder, 'clients/cache-policies.json'), join(folder, 'cache-policies.json'));
    for (const [name, code] of programs) {
      const here = code.replaceAll('http://localhost:4000', gateway.url).replaceAll('gwk_live_…', gateway.key);
      await writeFile(join(folder, name), here);
    }
    for (const [name, which] of Object.entries({ One: 'A1U1', Two: 'A2U1', Three: 'A3U1' })) {
      const input = newAccount(which, { name });
      expect((await gateway.ask(createCloudAccount, { input })).createCloudAccount.userErrors).toEqual([]);
    }
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await gateway.stop();
  });

  /** Output of a program. Caches print warnings to stderr, which must be empty. */
  const run = async (name: string) => {
    const options = { cwd: folder, timeout: 120_000 };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', name], options);
    expect(stderr).toBe('');
    return stdout;
  };

  it('has only code blocks that this test runs', () => {
    const names = ['apollo.ts', 'errors.ts', 'polling.ts', 'relay.ts', 'urql.ts', 'vite.config.ts'];
    expect([...programs.keys()].sort()).toEqual(names);
    expect(page.match(/^```\w/gm)).toHaveLength(names.length);
  });

  // The compiler takes seconds, and does not depend on the database.
  if (database === 'SQLite')
    it('has programs that compile', async () => {
      const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node'.split(' ');
      const compiler = join(projectFolder, 'node_modules/typescript/bin/tsc');
      const compile = promisify(execFile)(process.execPath, [compiler, ...options, ...programs.keys()], {
        cwd: folder,
      });
      expect(await compile).toEqual({ stdout: '', stderr: '' });
    });

  it.each(['apollo.ts', 'urql.ts'])('%s reads every page and keeps all fields of embedded objects', async (name) => {
    expect(await run(name)).toBe('accounts: Hosted, One, Three, Two\nstate: HEALTHY, may be updated: true, key: 1\n');
  });

  it('relay.ts has a network layer that works', async () => {
    expect(await run('relay.ts')).toBe('role: OWNER\n');
  });

  it('errors.ts repeats a request and reads a refusal', async () => {
    expect(await run('errors.ts')).toBe('created: Created\nthe same again: true\nrefused: CLOUD_ACCOUNT_NAME_TAKEN\n');
  });

  it('polling.ts waits until an account is no longer PROPAGATING', async () => {
    expect(await run('polling.ts')).toBe('status: ACTIVE\n');
  });

  it('vite.config.ts sends requests of a page to the gateway', async () => {
    // In a separate process, as Jest cannot load the native code of Vite.
    const program = `
      const { createServer } = await import('vite');
      const server = await createServer({ logLevel: 'error', server: { port: 0 } });
      await server.listen();
      console.log(server.resolvedUrls.local[0]);`;
    const vite = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: folder });
    try {
      const [url] = (await once(vite.stdout.setEncoding('utf8'), 'data')) as [string];
      const answer = await fetch(`${url.trim()}graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
        body: '{"query":"{ viewer { role } }"}',
      });
      expect(await answer.json()).toMatchObject({ data: { viewer: { role: 'OWNER' } } });
    } finally {
      await killed(vite);
    }
  });
});
