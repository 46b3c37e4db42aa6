import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onMariaDb, usePlaces } from '../support/places.js';
import { projectFolder, type GatewayProcess } from '../support/process.js';
import { createCloudAccount, newAccount } from '../support/steps.js';

const codesOf = async (gateway: GatewayProcess) => {
  const { createCloudAccount: payload } = await gateway.ask(createCloudAccount, { input: newAccount('A1U1') });
  return payload.userErrors.map(({ code }: { code: string }) => code);
};

describe('The sandbox', () => {
  const newPlace = usePlaces();

  it('is enabled with the embedded database, and its access keys are listed', async () => {
    const gateway = await (await newPlace()).start();

    expect(gateway.output).toContain('The AWS sandbox is enabled.');
    expect(await codesOf(gateway)).toEqual([]);
  });

  it('is disabled with NODE_ENV=production, and so is the playground', async () => {
    const gateway = await (await newPlace()).start({ NODE_ENV: 'production' });

    expect(gateway.output).not.toContain('AKIASANDBOX');
    expect(gateway.output).not.toContain('Playground');
    expect(await codesOf(gateway)).toEqual(['SANDBOX_DISABLED']);
  });

  onMariaDb('is disabled with DATABASE_URL', async () => {
    const gateway = await (await newPlace('MariaDB')).start();

    expect(gateway.output).not.toContain('AKIASANDBOX');
    expect(await codesOf(gateway)).toEqual(['SANDBOX_DISABLED']);
  });
});

describe('An AWS_ENDPOINT_OVERRIDE', () => {
  const newPlace = usePlaces();

  it('is announced with a warning', async () => {
    const gateway = await (await newPlace()).start({ AWS_ENDPOINT_OVERRIDE: 'http://127.0.0.1:9' });

    expect(gateway.output).toMatch(/ATTENTION: http:\/\/127\.0\.0\.1:9 answers in place of AWS for every access key/);
  });
});

describe('An old Node.js', () => {
  const newPlace = usePlaces();
  const versionOf = (node: string) => execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
  const isOld = (node: string) => {
    const [major = 0, minor = 0] = versionOf(node).split('.').map(Number);
    return major < 22 || (major === 22 && minor < 16);
  };
  const installed = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'node'))
    .filter((node) => existsSync(node));
  const old = installed.find(isOld);

  (old ? it : it.skip)(`is told the way out (one that is installed here)`, async () => {
    const { code, output } = await (await newPlace()).refused({}, { node: old! });

    expect(code).toBe(1);
    expect(output).toContain(`but this is ${versionOf(old!)}: use \`npm start\``);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it.each(['20.19.0', '22.15.1', '23.11.0', '24.10.0'])(
    'gets a remediation (one that says it is %s)',
    async (version) => {
      const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
      const flags = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];

      const { code, output } = await (await newPlace()).refused({}, { flags });
      const cli = spawnSync(process.execPath, [...flags, join(projectFolder, 'dist/bundle/cli.js'), 'tenants', 'list']);

      expect(code).toBe(1);
      expect(output).toContain(`this is ${version}:`);
      expect(cli).toMatchObject({ status: 1, stdout: Buffer.of() });
      expect(String(cli.stderr)).toBe(output);
    },
  );
});
