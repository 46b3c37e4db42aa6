import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { inherited, projectFolder } from '../support/process.js';

describe('The command line for an IAM setup', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'iam-setup-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const cli = (
    args: string[],
    env: Record<string, string> = { VENDOR_NAME: 'acme', VENDOR_AWS_ACCOUNT_ID: '111111111111' },
  ) =>
    spawnSync(process.execPath, [join(projectFolder, 'dist/bundle/cli.js'), 'iam-setup', ...args], {
      cwd: folder,
      env: { ...inherited, ...env },
      encoding: 'utf8',
    });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');

  it('writes a template and its parameters, and creates no database', () => {
    const { status, stdout, stderr } = cli([
      'cloudformation',
      '--out',
      'out',
      '--no-create-access-key',
      '--region',
      'eu-west-1',
    ]);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trim().split('\n').sort()).toEqual(
      readdirSync(join(folder, 'out'))
        .map((name) => join('out', name))
        .sort(),
    );
    expect(parse(read('out/template.yaml'))).toEqual(JSON.parse(read('out/template.json')));
    expect(JSON.parse(read('out/parameters.json'))).toContainEqual({
      ParameterKey: 'CreateAccessKey',
      ParameterValue: 'false',
    });
    expect(read('out/commands.sh')).toContain('--region eu-west-1');
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('writes a module with the values in one file', () => {
    expect(cli(['terraform', '--out', 'out', '--path', '/vendors/']).status).toBe(0);

    expect(JSON.parse(read('out/terraform.tfvars.json'))).toMatchObject({
      path: '/vendors/',
      vendor_account_id: '111111111111',
    });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual([
      'README.md',
      'main.tf',
      'outputs.tf',
      'policies',
      'terraform.tfvars.json',
      'trust',
      'variables.tf',
    ]);
  });

  it('writes steps whose documents can be pasted', () => {
    expect(cli(['manual', '--out', 'out', '--aws-account-id', '222222222222']).status).toBe(0);

    const documents = readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.json'));
    expect(documents.length).toBeGreaterThan(5);
    for (const name of documents) {
      expect(JSON.parse(read(`out/${name}`)).Version).toBe('2012-10-17');
      expect(read('out/README.md')).toContain(name);
    }
    const blocks = [...read('out/README.md').matchAll(/```sh\n(.*?)\n```/gs)].map(([, block]) => block!);
    for (const block of blocks) execFileSync('/bin/sh', ['-n', '-c', block]);
  });

  it.each(['cloudformation', 'terraform', 'manual'])('writes tags with the method %s', (method) => {
    const tags = ['--tag', 'Key=CostCenter,Value=4711', '--tag', 'Key=a=b,Value='];
    expect(cli([method, '--out', 'out', '--aws-account-id', '222222222222', ...tags])).toMatchObject({ status: 0 });

    const list = [
      { Key: 'CostCenter', Value: '4711' },
      { Key: 'a=b', Value: '' },
    ];
    if (method === 'cloudformation') {
      expect(parse(read('out/template.yaml')).Resources.User.Properties.Tags).toEqual(list);
      expect(parse(read('out/template.yaml'))).toEqual(JSON.parse(read('out/template.json')));
      expect(read('out/commands.sh')).toContain(JSON.stringify(list));
    } else if (method === 'terraform')
      expect(JSON.parse(read('out/terraform.tfvars.json')).tags).toEqual({ CostCenter: '4711', 'a=b': '' });
    else expect(read('out/README.md')).toContain(`--tags '${JSON.stringify(list)}'`);
  });

  it.each(['/proc/there/is/none', '/dev/null/x'])('reports that nothing can be written to %s', (out) => {
    const { status, stdout, stderr } = cli(['cloudformation', '--out', out]);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(
        `^--out: ${out} cannot be written to \\([A-Z]+\\)\\. Choose a folder that this user can write to\\.$`,
        'm',
      ),
    );
  });

  it('overwrites nothing', () => {
    expect(cli(['terraform', '--out', 'out']).status).toBe(0);
    const before = read('out/main.tf');

    const again = cli(['terraform', '--out', 'out', '--path', '/x/']);
    expect([again.status, again.stderr]).toEqual([1, expect.stringMatching(/main\.tf.* already exists/)]);
    expect(read('out/main.tf')).toBe(before);
    expect(read('out/terraform.tfvars.json')).not.toContain('/x/');
  });

  it.each([
    [['cloudformation', '--out', 'out', '--path', 'x', '--user-name', '$(x)'], 1, /--user-name: .*\n--path: /],
    [['terraform', '--out', 'out', '--tag', 'CostCenter=4711'], 2, /--tag must have the form Key=CostCenter,Value=/],
    [['terraform', '--out', 'out', '--tag', 'Key=aws:x,Value='], 1, /--tag: The tags are not valid: tag 1 .*aws:/],
    [['manual', '--out', 'out'], 1, /--aws-account-id is required/],
    [
      ['cloudformation', '--out', 'out', '--create-access-role', '--external-id-handle', 'xid_1'],
      1,
      /--create-access-role: .*GATEWAY_IDENTITY_ARN/,
    ],
    [['cloudformation'], 2, /--out is required\.\nSee: cloud-account-gateway iam-setup cloudformation --help/],
    [['constructor', '--out', 'out'], 2, /no such command of iam-setup/],
    [['pulumi', '--out', 'out'], 2, /no such command of iam-setup/],
    [['terraform', '--out', 'out', '--colour'], 2, /colour/],
  ])('refuses %j, and writes nothing', (args, code, said) => {
    const { status, stderr } = cli(args);

    expect(stderr).toMatch(said);
    expect(status).toBe(code);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('creates no access role without an external ID, and opens no database to report that', () => {
    const { status, stderr } = cli(['terraform', '--out', 'out', '--create-access-role'], {
      VENDOR_AWS_ACCOUNT_ID: '111111111111',
      GATEWAY_IDENTITY_ARN: 'arn:aws:iam::111111111111:role/gateway',
    });

    expect([status, stderr]).toEqual([1, expect.stringMatching(/--external-id-handle: .*issueExternalId/)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('shows its help', () => {
    expect(cli(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('iam-setup terraform --out DIR'),
    });
    const { status, stdout } = cli(['manual', '--help']);
    expect([status, stdout]).toEqual([0, expect.stringContaining('--permissions-boundary-arn')]);
  });
});
