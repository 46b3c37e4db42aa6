import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commands, groups } from '../../src/cli/commands.js';
import { cliAnswer, runCli } from '../support/cli.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import { inherited, projectFolder, type Place } from '../support/process.js';
import * as mutations from '../support/steps.js';
import { globalId } from '../support/steps.js';
import { until } from '../support/until.js';

describe.each(databaseKinds)('The command line, while a gateway serves on %s,', (kind) => {
  const newPlace = usePlaces();
  let place: Place;
  beforeAll(async () => {
    place = await newPlace(kind);
    gateway = await place.start({ AWS_SANDBOX: 'on' });
  });
  let gateway: Awaited<ReturnType<Place['start']>>;

  const json = (...args: string[]) => cliAnswer(place, ...args);
  const opens = async (key: string) => (await gateway.send('{ __typename }', {}, key)).status === 200;

  it('creates a tenant whose API key works for its own tenant only', async () => {
    const [{ tenant, key }] = await json('tenants', 'add', '--name', 'Second');

    expect(await opens(key)).toBe(true);
    expect(await json('tenants', 'list')).toContainEqual({
      ...{ id: tenant, name: 'Second', state: 'ACTIVE', created: expect.any(String), suspended: null },
    });
  });

  it('gives a tenant a unique name, and changes it', async () => {
    const [{ tenant }] = await json('tenants', 'add', '--name', 'Acme É');
    const other = await json('tenants', 'add', '--name', 'Other');

    for (const name of ['Acme É', ' acme e\u0301 ', 'ACME É']) {
      const taken = { code: 1, stderr: expect.stringContaining('Another tenant already has this name.') };
      expect(await runCli(place, 'tenants', 'add', '--name', name, '--json')).toMatchObject(taken);
      const rename = ['tenants', 'rename', '--id', String(other[0].tenant), '--name', name];
      expect(await runCli(place, ...rename)).toMatchObject(taken);
    }
    await json('tenants', 'rename', '--id', String(tenant), '--name', 'ACME');

    expect(await json('tenants', 'list')).toContainEqual(expect.objectContaining({ id: tenant, name: 'ACME' }));
    const renamed = "SELECT tenant_id AS t, actor_kind AS a FROM event WHERE type = 'TENANT_RENAMED'";
    expect(await place.rows(renamed)).toEqual([{ t: tenant, a: 'OPERATOR' }]);
    expect(await runCli(place, 'tenants', 'rename', '--id', '999', '--name', 'x')).toMatchObject({ code: 1 });
  });

  it('suspends a tenant by its name or number, resumes it, and removes it if it has no data', async () => {
    const [{ tenant, key }] = await json('tenants', 'add', '--name', 'Leaving');
    const { createCloudAccount } = await gateway.ask(mutations.createCloudAccount, { input: mutations.newAccount('LV01') }, key); // prettier-ignore
    const account = createCloudAccount.cloudAccount.id;
    const row = async () => (await json('tenants', 'list')).find(({ id }: { id: number }) => id === tenant);

    expect(await json('tenants', 'suspend', '--name', ' leaving')).toEqual([
      { tenant, name: 'Leaving', outcome: 'suspended' },
    ]);
    expect(await opens(key)).toBe(false);
    expect(await row()).toMatchObject({ state: 'SUSPENDED', suspended: expect.stringMatching(/Z$/) });
    expect(await json('tenants', 'resume', '--id', String(tenant))).toMatchObject([{ tenant, outcome: 'active' }]);
    expect(await opens(key)).toBe(true);
    expect(await row()).toMatchObject({ state: 'ACTIVE', suspended: null });

    const inUse = /^Tenant \d+ cannot be removed: it has 1 cloud account\. Delete its cloud accounts with/;
    expect(await runCli(place, 'tenants', 'remove', '--name', 'Leaving')).toMatchObject({ code: 1, stderr: expect.stringMatching(inUse) }); // prettier-ignore
    await gateway.ask(mutations.deleteCloudAccount, { input: { id: account } }, key);
    const audited = /Audits need 1 record of a deleted cloud account: .* tenants suspend --id \d+`\.\n$/;
    expect(await runCli(place, 'tenants', 'remove', '--name', 'Leaving')).toMatchObject({ code: 1, stderr: expect.stringMatching(audited) }); // prettier-ignore

    await json('tenants', 'add', '--name', 'Mistyped');
    expect(await json('tenants', 'remove', '--name', 'Mistyped')).toMatchObject([{ outcome: 'removed' }]);
    expect(await json('tenants', 'list')).not.toContainEqual(expect.objectContaining({ name: 'Mistyped' }));
  });

  it('writes a new API key to a private file, or shows it to a program that requests JSON, and to no other stream', async () => {
    for (const [name, args] of Object.entries({
      tenant: ['tenants', 'add', '--name', 'Third'],
      'api-key': ['api-keys', 'create', '--tenant', '1', '--name', 'Filed', '--role', 'VIEWER'],
      generated: ['api-keys', 'generate'],
    })) {
      const file = join(place.dataDir, name);
      const before = await json('api-keys', 'list');

      const refused = await runCli(place, ...args);
      expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Use --to FILE') });
      expect(await json('api-keys', 'list')).toEqual(before);

      const { code, stdout, stderr } = await runCli(place, ...args, '--to', file);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(file);
      expect(stdout).not.toContain('gwk_live_');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const key = readFileSync(file, 'utf8').trim();
      expect(await opens(key)).toBe(name !== 'generated');

      const again = await runCli(place, ...args, '--to', file);
      expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already exists and was not changed') });
      expect(readFileSync(file, 'utf8').trim()).toBe(key);
    }
    const file = join(place.dataDir, 'of-nobody');
    const args = ['api-keys', 'create', '--tenant', '999', '--name', 'No tenant', '--role', 'VIEWER', '--to', file];
    expect(await runCli(place, ...args)).toMatchObject({ code: 1, stderr: expect.stringContaining('no such tenant') });
    expect(existsSync(file)).toBe(false);
  });

  it('creates a second API key, and revokes it permanently', async () => {
    const [{ id, key }] = await json('api-keys', 'create', '--tenant', '2', '--name', 'Spare', '--role', 'OWNER');
    expect(await opens(key)).toBe(true);

    await json('api-keys', 'revoke', '--id', String(id));

    await until('the gateway refuses the key', async () => !(await opens(key)));
    expect(await opens(gateway.key)).toBe(true);
    const listed = await json('api-keys', 'list', '--tenant', '2');
    expect(listed).toMatchObject([
      { name: 'First key', revoked: null },
      { id, name: 'Spare', revoked: expect.any(String) },
    ]);
    expect(JSON.stringify(listed)).not.toContain('gwk_live');
  });

  it('writes the issued external ID of a tenant to its access role', async () => {
    const { issueExternalId } = await gateway.ask(mutations.issueExternalId, { input: {} });
    const { handle, externalId } = issueExternalId.externalId;
    const folder = join(place.dataDir, 'iam');
    const setup = (of: string) =>
      runCli(
        {
          dataDir: place.dataDir,
          databaseUrl: place.databaseUrl,
          env: { GATEWAY_IDENTITY_ARN: 'arn:aws:iam::111111111111:role/gateway' },
        },
        ...['iam-setup', 'manual', '--out', folder, '--aws-account-id', '222222222222'],
        ...['--vendor-account-id', '111111111111', '--create-access-role', '--external-id-handle', of],
      );

    expect(await setup('xid_0')).toMatchObject({ code: 1, stderr: expect.stringContaining('no such external ID') });
    expect(existsSync(folder)).toBe(false);
    expect(await setup(handle)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`"sts:ExternalId":"${externalId}"`);
  });

  it('creates an API key with permissions, addresses and a lifetime', async () => {
    const limits = ['--role', 'viewer', '--days', '7', '--from', '127.0.0.0/8', '--from', '::1/128', '--introspection'];
    const [{ id, key, expires }] = await json('api-keys', 'create', '--tenant', '2', '--name', 'Limited', ...limits);
    const [eternal] = await json(
      'api-keys',
      'create',
      '--tenant',
      '2',
      '--name',
      'Eternal',
      '--role',
      'OWNER',
      '--never-expires',
    );

    const { viewer } = await gateway.ask('{ viewer { role canIntrospect apiKey { apiKeyId } } }', {}, key);
    expect(viewer).toEqual({ role: 'VIEWER', canIntrospect: true, apiKey: { apiKeyId: key.slice(9, 17) } });
    expect(Math.round((Date.parse(expires) - Date.now()) / (24 * 60 * 60 * 1000))).toBe(7);
    expect(eternal.expires).toBeNull();
    expect(await json('api-keys', 'list', '--tenant', '2')).toContainEqual(
      expect.objectContaining({
        id,
        'API key ID': viewer.apiKey.apiKeyId,
        role: 'VIEWER',
        from: '127.0.0.0/8 ::1/128',
        'last used': expect.any(String),
      }),
    );
  });

  it('revokes the last API key of a tenant, which the tenant itself cannot', async () => {
    const [{ tenant, key }] = await json('tenants', 'add', '--name', 'Closing down');
    const [{ id }] = await json('api-keys', 'list', '--tenant', String(tenant));

    await json('api-keys', 'revoke', '--id', String(id));

    expect(await opens(key)).toBe(false);
  });

  it('adds hosted accounts at any provider for every tenant, and retires them', async () => {
    const add = async (name: string, provider: string, region: string) =>
      (await json('hosted-accounts', 'add', '--name', name, '--provider', provider, '--region', region))[0].id;
    const [azure, google] = [await add('Azure', 'azure', 'westeurope'), await add('Google', 'GCP', 'europe-west1')];
    const { cloudAccounts } = await gateway.ask(
      '{ cloudAccounts(filter: { ownership: HOSTED }) { nodes { id name provider region } } }',
    );
    expect(cloudAccounts.nodes).toEqual([
      { id: globalId('CloudAccount', azure), name: 'Azure', provider: 'AZURE', region: 'westeurope' },
      { id: globalId('CloudAccount', google), name: 'Google', provider: 'GCP', region: 'europe-west1' },
      { id: globalId('CloudAccount', 1), name: 'Hosted', provider: 'AWS', region: 'us-east-1' },
    ]);
    const input = { cloudAccountId: globalId('CloudAccount', azure), name: 'Orders', region: 'northeurope' };
    const { createSubscription } = await gateway.ask(mutations.createSubscription, { input });
    expect(createSubscription).toMatchObject({ subscription: { status: 'PENDING' }, userErrors: [] });
    const wrong = await gateway.ask(mutations.createSubscription, { input: { ...input, region: 'us-east-1' } });
    expect(wrong.createSubscription.userErrors).toMatchObject([{ code: 'UNKNOWN_REGION', path: ['input', 'region'] }]);

    expect(await json('hosted-accounts', 'retire', '--id', String(google))).toEqual([
      { id: google, outcome: 'deleted' },
    ]);
    expect((await json('hosted-accounts', 'retire', '--id', String(azure)))[0].outcome).toMatch(/last active/);

    expect(await json('hosted-accounts', 'list')).toMatchObject([
      { id: 1, status: 'ACTIVE', 'active subscriptions': 0 },
      { id: azure, status: 'DELETING_WHEN_UNUSED', 'active subscriptions': 1 },
    ]);
    const { id } = createSubscription.subscription;
    await gateway.ask(mutations.deleteSubscription, { input: { id } });
    expect(await json('hosted-accounts', 'list')).toMatchObject([{ id: 1 }]);
  });

  it('shows who uses an account, and approves a force detach that its owner requested', async () => {
    const { createCloudAccount } = await gateway.ask(mutations.createCloudAccount, {
      input: mutations.newAccount('CL01'),
    });
    const { id, name } = createCloudAccount.cloudAccount;
    const input = { cloudAccountId: id, name: 'Orders', region: 'us-east-1' };
    await gateway.ask(mutations.createSubscription, { input });
    const account = String(mutations.numberOf(id));
    expect(await json('doctor')).toEqual([]);
    expect(await json('doctor', '--account', account)).toMatchObject([
      { account: Number(account), deletable: false, blockers: 'an active subscription', used: 'tenant 2: 1 PENDING' },
    ]);

    await gateway.ask(
      'mutation ($input: ForceDetachCloudAccountInput!) { forceDetachCloudAccount(input: $input) { userErrors { code } } }',
      { input: { id, name, reason: 'The AWS account was closed.' } },
    );
    expect(await json('force-detach', 'list')).toMatchObject([
      { account: Number(account), reason: 'The AWS account was closed.', blockers: 1, 'void because': null },
    ]);
    expect(await json('force-detach', 'approve', '--account', account)).toEqual([
      { account: Number(account), outcome: 'deleted', 'abandoned subscriptions': 1 },
    ]);
    expect(await json('force-detach', 'list')).toEqual([]);
    const { cloudAccount } = await gateway.ask('query ($id: ID!) { cloudAccount(id: $id) { id } }', { id });
    expect(cloudAccount).toBeNull();
  });
});

describe('The command line', () => {
  const newPlace = usePlaces();
  let place: Place;
  beforeAll(async () => {
    place = await newPlace();
    await (await place.start()).stop();
  });
  const cli = (...args: string[]) => runCli(place, ...args);

  it.each([
    [['api-keys', 'revoke', '--id', '999'], 1, /There is no such usable API key/],
    [
      ['api-keys', 'create', '--tenant', '999', '--name', 'x', '--role', 'OWNER', '--json'],
      1,
      /There is no such tenant/,
    ],
    [['tenants', 'add', '--name', ' ', '--json'], 1, /must not be blank/],
    [['tenants', 'suspend', '--id', '1'], 1, /^Tenant 1 is the operator's own: it cannot be suspended/],
    [['tenants', 'remove', '--name', 'Operator'], 1, /^Tenant 1 is the operator's own: it cannot be removed/],
    [['tenants', 'suspend', '--name', 'Nobody'], 1, /There is no such tenant/],
    [['tenants', 'remove', '--id', '999'], 1, /There is no such tenant/],
    [['tenants', 'resume'], 2, /^Specify either --id or --name\.\nSee: cloud-account-gateway tenants resume --help\n$/],
    [['tenants', 'remove', '--id', '2', '--name', 'x'], 2, /Specify either --id or --name/],
    [['tenants', 'add'], 2, /^--name is required\.\nSee: cloud-account-gateway tenants add --help\n$/],
    [['api-keys', 'create', '--tenant', 'two', '--name', 'x', '--role', 'OWNER'], 2, /--tenant must be a whole number/],
    [['api-keys', 'create', '--tenant', '1e0', '--name', 'x', '--role', 'OWNER'], 2, /--tenant must be a whole number/],
    [
      ['api-keys', 'create', '--tenant', '2', '--name', 'x', '--role', 'OWNER', '--days', '0'],
      2,
      /--days must be a whole number from 1 to 999999999/,
    ],
    [
      ['api-keys', 'create', '--tenant', '2', '--name', 'x', '--role', 'OWNER', '--days', '7', '--never-expires'],
      2,
      /cannot be used together/,
    ],
    [['make', 'coffee'], 2, /no such command/],
    [['constructor'], 2, /no such command/],
    [['api-keys', 'list', '--colour'], 2, /colour/],
    [['api-keys', 'list', '--days', '3'], 2, /--days is not an option of this command/],
    [
      ['api-keys', 'create', '--tenant', '2', '--name', 'x', '--role', 'KING'],
      2,
      /--role must be one of VIEWER, MANAGER/,
    ],
    [
      ['api-keys', 'create', '--tenant', '2', '--name', 'x', '--role', 'OWNER', '--from', 'home', '--json'],
      1,
      /entry 1 must be a CIDR block/,
    ],
    [
      ['hosted-accounts', 'add', '--name', 'x', '--provider', 'AWS', '--region', 'mars'],
      1,
      /The region must be an AWS region code/,
    ],
    [['hosted-accounts', 'add', '--name', 'hosted', '--provider', 'GCP', '--region', 'us-east1'], 1, /has this name/],
    [['hosted-accounts', 'retire', '--id', '1001'], 1, /There is no such cloud account/],
    [['force-detach', 'approve', '--account', '1001'], 1, /No force detach of the cloud account was requested/],
    [
      ['force-detach', 'approve', '--account', globalId('CloudAccount', 1001)],
      1,
      /No force detach of the cloud account was requested/,
    ],
    [['force-detach', 'approve', '--account', globalId('CloudSubscription', 1)], 2, /--account must be/],
    [['force-detach', 'approve'], 2, /--account is required/],
    [['doctor', '--account', '1001'], 1, /There is no such cloud account/],
    [['keyring', 'polish'], 2, /no such command of keyring\.\nSee: cloud-account-gateway keyring --help/],
    [['keyring', 'rotate', 'twice'], 2, /takes no arguments except its options/],
    [['start', 'twice'], 2, /takes no arguments except its options/],
    [['start', '--port', '1'], 2, /port/],
    [['keyring', 'rotate', '--id', 'kek-00000000'], 2, /--id is not an option of this command/],
    [['keyring', 'retire'], 2, /--id is required/],
    [['keyring', 'retire', '--id', 'kek-00000000'], 1, /The key ring does not contain this key/],
    [['keyring', 'init'], 1, /key-ring\.json already exists and was not changed/],
  ])('refuses %j', async (args, code, said) => {
    const answer = await cli(...args);
    expect(answer.stderr).toMatch(said);
    expect(answer.code).toBe(code);
  });

  it('reports an empty result', async () => {
    expect(await cli('doctor')).toEqual({ code: 0, stdout: 'No findings.\n', stderr: '' });
    expect(await cli('force-detach', 'list')).toMatchObject({ stdout: 'No force-detach requests.\n' });
  });

  it('prints a table at a terminal', async () => {
    expect((await cli('tenants', 'list')).stdout).toMatch(/^id +name +state +created +suspended\n1 +Operator +ACTIVE/);
  });
});

describe('AWS accounts that already have several cloud accounts', () => {
  const newPlace = usePlaces();

  it('are reported when ACCOUNTS_PER_AWS_ACCOUNT becomes one, by the start and by the doctor', async () => {
    const place = await newPlace();
    const many = await place.start({ AWS_SANDBOX: 'on' });
    for (const which of ['SH01', 'SH02']) {
      const input = mutations.newAccount(which);
      const { createCloudAccount } = await many.ask(mutations.createCloudAccount, { input });
      expect(createCloudAccount.userErrors).toEqual([]);
    }
    await many.stop();
    expect((await runCli(place, 'doctor')).stdout).toBe('No findings.\n');

    const env = { ACCOUNTS_PER_AWS_ACCOUNT: 'one' };
    const gateway = await place.start({ AWS_SANDBOX: 'on', ...env });
    const { dataDir, databaseUrl } = place;
    const { code, stdout } = await runCli({ dataDir, databaseUrl, env }, 'doctor', '--json');

    expect(gateway.output).toContain('ACCOUNTS_PER_AWS_ACCOUNT is one, but some AWS accounts (1) have several');
    const subject = `AWS account ${mutations.sandboxAccountId('SH')}`;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { finding: 'AWS_ACCOUNT_SHARED', account: 1001, subject },
      { finding: 'AWS_ACCOUNT_SHARED', account: 1002, subject },
    ]);
  });
});

describe.each(databaseKinds)('A command without the data of a gateway, on %s,', (kind) => {
  const newPlace = usePlaces();
  const without = kind === 'SQLite' ? 'DATA_DIR' : 'DATABASE_URL';
  const values: Record<string, string> = { id: '2', account: '1001', tenant: '2', role: 'OWNER', provider: 'AWS' };
  // The others need no data, or have their own messages.
  const onData = Object.entries(commands).filter(([name]) => !/^(start|backup|restore|keyring init|api-keys generate|sandbox .*|iam-setup .*)$/.test(name)); // prettier-ignore

  it('is refused with the setting to correct, and creates nothing', async () => {
    const place = await newPlace(kind);
    // The first steps of a command are the same on both databases: on the second, one command of each group.
    const tried =
      kind === 'SQLite' ? onData : [...new Map(onData.map((command) => [command[0].split(' ')[0], command])).values()];
    for (const [name, { options = {} }] of tried) {
      const given = Object.entries(options).filter(([option, { isRequired }]) => isRequired || (option === 'id' && /^tenants (suspend|resume|remove)$/.test(name))); // prettier-ignore
      const args = given.flatMap(([option]) => [`--${option}`, values[option] ?? 'x']);
      const { code, stdout, stderr } = await runCli(place, ...name.split(' '), ...args, '--json');

      expect([name, code, stdout]).toEqual([name, 1, '']);
      expect(stderr).toMatch(new RegExp(`, set by ${without}, contains no data of a gateway\\. Correct ${without}, or start`)); // prettier-ignore
      expect(existsSync(place.dataDir)).toBe(false);
    }
    if (place.databaseUrl) expect(await place.rows('SHOW TABLES')).toEqual([]);
  });

  if (kind === 'SQLite')
    it('is also refused by the commands of the sandbox', async () => {
      const place = await newPlace();
      for (const args of [['resources'], ['stop', '--id', 'i-1']]) {
        const { code, stderr } = await runCli(place, 'sandbox', ...args);
        expect([code, stderr]).toEqual([1, expect.stringContaining('set by DATA_DIR, contains no data of a sandbox.')]);
      }
      expect(existsSync(place.dataDir)).toBe(false);
    });
});

describe('Help and the version', () => {
  /** Records all loaded modules, and prints them at the end. */
  const watch = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    process.on('exit', () => process.stderr.write(loaded.join('\\n')));`;
  const run = (program: string, ...args: string[]) =>
    spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, join(projectFolder, program), ...args],
      // Nothing can be opened or written there.
      { encoding: 'utf8', env: { ...inherited, DATA_DIR: '/proc/none', PORT: 'none' } },
    );
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
  const light =
    /^(node:|data:)|\/dist\/bundle\/(cli|main|command|commands|help|iam-setup-options|secret-output|rows|node-version|compile-cache|rolldown-runtime)\b/;
  const subjects = ['', ...Object.keys(groups), ...Object.keys(commands)];

  it.each(['-h', ...subjects.map((words) => `${words} --help`.trim())])(
    'are shown for `%s` without loading the gateway',
    (args) => {
      const { status, stdout, stderr } = run('dist/bundle/cli.js', ...args.split(' '));

      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('cloud-account-gateway') });
      expect(stderr).toContain('/dist/bundle/cli.js');
      expect(stderr.split('\n').filter((url) => !light.test(url))).toEqual([]);
    },
  );

  it.each(['--version', '-v'])('are shown for %s', (option) => {
    for (const program of ['dist/bundle/cli.js', 'dist/bundle/main.js'])
      expect(run(program, option)).toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  it('are shown by the program of the gateway, which refuses unknown commands', () => {
    const help = { status: 0, stdout: expect.stringContaining('cloud-account-gateway start') };
    for (const option of ['--help', '-h']) expect(run('dist/bundle/main.js', option)).toMatchObject(help);
    for (const args of [['coffee'], ['--port', '4000'], ['--json']])
      expect(run('dist/bundle/main.js', ...args)).toMatchObject({ status: 2, stdout: '' });
  });
});
