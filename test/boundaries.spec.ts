import { execFileSync } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const project = join(import.meta.dirname, '..');
const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };

/** Folders of each lib with folders, in the order in which they can import each other. */
const capabilities = {
  'cloud-accounts': [
    'usage-audit',
    'force-detach',
    'connecting',
    'rotation',
    'deletion',
    'credential-trials',
    'blockers',
    'health',
  ],
  'aws-credentials': ['rotation', 'access', 'access-keys', 'access-roles', 'verification', 'uses', 'aws'],
  drift: ['findings', 'checks'],
  subscriptions: ['sandbox-provisioner', 'provisioning', 'lifecycle'],
};

/** For each rule of the architecture, a file that violates it: its name and its import. */
const violations: Record<string, [file: string, imports: string]> = {
  'cloud-accounts-imports-only-libs-to-its-right': ['libs/cloud-accounts/src/a.ts', '#libs/subscriptions'],
  'drift-imports-only-libs-to-its-right': ['libs/drift/src/a.ts', '#libs/subscriptions'],
  'ledger-imports-only-libs-to-its-right': ['libs/ledger/src/a.ts', '#libs/subscriptions'],
  'aws-credentials-imports-only-libs-to-its-right': ['libs/aws-credentials/src/a.ts', '#libs/cloud-accounts'],
  'idempotency-imports-only-libs-to-its-right': ['libs/idempotency/src/a.ts', '#libs/access'],
  'iam-setup-imports-only-libs-to-its-right': ['libs/iam-setup/src/a.ts', '#libs/aws-credentials'],
  'access-imports-only-libs-to-its-right': ['libs/access/src/a.ts', '#libs/aws-credentials'],
  'events-imports-only-libs-to-its-right': ['libs/events/src/a.ts', '#libs/access'],
  'encryption-imports-only-libs-to-its-right': ['libs/encryption/src/a.ts', '#libs/idempotency'],
  'database-imports-only-libs-to-its-right': ['libs/database/src/a.ts', '#libs/encryption'],
  'graphql-imports-only-libs-to-its-right': ['libs/graphql/src/a.ts', '#libs/database'],
  'kernel-imports-only-libs-to-its-right': ['libs/kernel/src/a.ts', '#libs/graphql'],
  'packages-stand-alone': ['packages/aws-sandbox/src/a.ts', '../../../libs/database/src/index.js'],
  'front-door-only-to-packages': ['libs/access/src/d.ts', '../../../packages/iam-policy/src/inside.js'],
  'iam-policy-is-pure': ['packages/iam-policy/src/b.ts', 'typeorm'],
  'kernel-is-pure': ['libs/kernel/src/b.ts', 'typeorm'],
  'libs-do-not-know-the-host': ['libs/access/src/b.ts', '../../../src/config.js'],
  'front-door-only-between-libs': ['libs/subscriptions/src/b.ts', '../../cloud-accounts/src/inside.js'],
  'front-door-only-from-the-host': ['src/a.ts', '../libs/cloud-accounts/src/inside.js'],
  'domain-does-not-know-its-edges': ['libs/cloud-accounts/src/deletion/b.ts', './typeorm-deleted-accounts.js'],
  'root-of-cloud-accounts-imports-no-capability': ['libs/cloud-accounts/src/c.ts', './health/inside.js'],
  'root-of-aws-credentials-imports-no-capability': ['libs/aws-credentials/src/c.ts', './uses/inside.js'],
  'root-of-drift-imports-no-capability': ['libs/drift/src/c.ts', './checks/inside.js'],
  'root-of-subscriptions-imports-no-capability': ['libs/subscriptions/src/c.ts', './lifecycle/inside.js'],
  ...Object.fromEntries(
    Object.entries(capabilities).flatMap(([lib, folders]) =>
      folders
        .slice(1)
        .map((folder, i) => [
          `${lib}-${folder}-imports-only-capabilities-to-its-right`,
          [`libs/${lib}/src/${folder}/upward.ts`, `../${folders[i]}/inside.js`],
        ]),
    ),
  ),
  'only-the-host-imports-the-sandbox': ['libs/access/src/c.ts', '@cloud-account-gateway/aws-sandbox'],
  'the-sandbox-is-imported-lazily': ['src/b.ts', '@cloud-account-gateway/aws-sandbox'],
  'the-playground-stands-alone': ['web/playground/a.ts', '#libs/kernel'],
  'nobody-knows-the-playground': ['src/c.ts', '../web/playground/tabs.js'],
  'the-bench-programs-stand-alone': ['test/bench/programs/a.ts', '../../../src/config.js'],
  'no-cycles': ['libs/access/src/round.ts', './trip.js'],
};

describe('the rules of the architecture', () => {
  let folder: string;
  let found: string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'boundaries-'));
    for (const file of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json'])
      cpSync(join(project, file), join(folder, file));
    mkdirSync(join(folder, 'node_modules/@cloud-account-gateway'), { recursive: true });
    symlinkSync(join(project, 'node_modules/typeorm'), join(folder, 'node_modules/typeorm'));

    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    };
    const libs =
      'subscriptions drift ledger cloud-accounts aws-credentials iam-setup idempotency access events encryption database graphql kernel';
    for (const lib of libs.split(' ')) write(`libs/${lib}/src/index.ts`, 'export {};\n');
    for (const name of ['aws-sandbox', 'iam-policy']) {
      write(`packages/${name}/src/index.ts`, 'export {};\n');
      cpSync(join(project, 'packages', name, 'package.json'), join(folder, 'packages', name, 'package.json'));
      symlinkSync(join(folder, 'packages', name), join(folder, 'node_modules/@cloud-account-gateway', name));
    }
    write('packages/iam-policy/src/inside.ts', 'export {};\n');
    write('libs/cloud-accounts/src/inside.ts', 'export {};\n');
    for (const [lib, folders] of Object.entries(capabilities))
      for (const folder of folders) write(`libs/${lib}/src/${folder}/inside.ts`, 'export {};\n');
    write('libs/cloud-accounts/src/deletion/typeorm-deleted-accounts.ts', 'export {};\n');
    write('libs/access/src/trip.ts', "import './round.js';\n");
    write('src/config.ts', 'export {};\n');
    write('web/playground/tabs.ts', 'export {};\n');
    // Imports that must be allowed.
    write('src/main.ts', "await import('@cloud-account-gateway/aws-sandbox');\nexport {};\n");
    write('packages/aws-sandbox/src/edge.ts', "import '@cloud-account-gateway/iam-policy';\n");
    write('libs/aws-credentials/src/edge.ts', "import '@cloud-account-gateway/iam-policy';\n");
    write('libs/cloud-accounts/src/deletion/edge.ts', "import '../inside.js';\nimport '../health/inside.js';\n");
    for (const [file, imports] of Object.values(violations)) write(file, `import '${imports}';\n`);

    found = cruise(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('are all violated here once', () => {
    expect(Object.keys(violations).sort()).toEqual(forbidden.map(({ name }) => name).sort());
  });

  it('cover each folder of a lib with folders', () => {
    for (const [lib, folders] of Object.entries(capabilities)) {
      const entries = readdirSync(join(project, 'libs', lib, 'src'), { withFileTypes: true });
      const found = entries.filter((entry) => entry.isDirectory() && entry.name !== 'testing').map(({ name }) => name);
      expect(found.sort()).toEqual([...folders].sort());
    }
  });

  it.each(Object.entries(violations))('detect a violation of %s', (rule, [file]) => {
    expect(found).toContain(`${rule} ${file}`);
  });

  it('accept what is allowed', () => {
    expect(found.filter((line) => /main\.ts|edge\.ts/.test(line))).toEqual([]);
  });
});

/** Violations as `rule file`. */
function cruise(folder: string): string[] {
  const depcruise = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [
    depcruise,
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    'src',
    'libs',
    'packages',
    'web',
    'test',
  ];
  const output = execFileSync(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).toString();
  const { summary } = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  return summary.violations.map(({ from, rule }) => `${rule.name} ${from}`);
}

describe('SQL', () => {
  const libs = new Map(
    globSync('libs/*/src/**/*.ts', { cwd: project })
      .filter((file) => !file.endsWith('.spec.ts'))
      .map((file) => [file, readFileSync(join(project, file), 'utf8')]),
  );
  const libOf = (file: string) => file.split('/')[1]!;
  const owners = new Map(
    [...libs].flatMap(([file, text]) =>
      [...text.matchAll(/@Entity\('(\w+)'/g)].map(([, table]) => [table!, libOf(file)]),
    ),
  );

  /** Statements with a table of another lib, and the reason. */
  const reasons: Record<string, string> = {
    'libs/drift/src/typeorm-drift-findings.ts provisioned_resource':
      'Findings and the resources they are about are compared at one moment.',
    'libs/cloud-accounts/src/usage-audit/typeorm-usage-records.ts aws_access_key':
      'The audit compares both tables at one moment.',
    'libs/cloud-accounts/src/usage-audit/typeorm-usage-records.ts aws_access_role':
      'The audit compares both tables at one moment.',
    'libs/subscriptions/src/typeorm-subscription-records.ts cloud_account':
      'The audit compares both tables at one moment.',
    'libs/aws-credentials/src/uses/typeorm-credential-uses.ts cloud_account':
      'The row that a foreign key refers to is locked before rows that refer to it.',
  };

  it('of a lib names only tables of that lib, except where both must be read at one moment', () => {
    const foreign = [...libs].flatMap(([file, text]) =>
      [...text.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+`?(\w+)/g)]
        .map(([, table]) => table!)
        .filter((table) => owners.has(table) && owners.get(table) !== libOf(file))
        .map((table) => `${file} ${table}`),
    );
    expect([...new Set(foreign)].sort()).toEqual(Object.keys(reasons).sort());
    expect(owners.size).toBeGreaterThan(20);
  });
});
