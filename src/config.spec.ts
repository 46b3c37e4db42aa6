import { readFileSync, writeFileSync } from 'node:fs';
import { ConfigUnusable, readConfig, settings } from './config.js';

describe('the configuration', () => {
  it('has a default for everything', () => {
    const config = readConfig({});

    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      sandbox: true,
      playground: true,
      awsTimeoutMs: 10_000,
      awsEndpointOverride: undefined,
    });
    expect(config.database).toEqual({ file: expect.stringMatching(/data\/gateway\.sqlite$/) });
    expect(config.keyRingFile).toMatch(/data\/key-ring\.json$/);
  });

  it('takes a variable set to nothing for one not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' }).port).toBe(4000);
  });

  it.each([
    [{}, true],
    [{ NODE_ENV: 'production' }, false],
    [{ DATABASE_URL: 'mysql://u:p@h/d' }, false],
    [{ DATABASE_URL: 'mariadb://u:p@h/d', AWS_SANDBOX: 'on' }, true],
    [{ AWS_SANDBOX: 'off' }, false],
  ])('with %j the sandbox is on: %s', (env, on) => {
    expect(readConfig(env).sandbox).toBe(on);
  });

  it.each([
    [{}, 'warn'],
    [{ NODE_ENV: 'production' }, 'info'],
    [{ DATABASE_URL: 'mysql://u:p@h/d' }, 'info'],
    [{ DATABASE_URL: 'mysql://u:p@h/d', LOG_LEVEL: 'error' }, 'error'],
    [{ LOG_LEVEL: 'debug' }, 'debug'],
  ])('with %j the log begins at %s', (env, level) => {
    expect(readConfig(env).logLevel).toBe(level);
  });

  it.each([
    [{}, true],
    [{ NODE_ENV: 'production' }, false],
    [{ DATABASE_URL: 'mysql://u:p@h/d' }, false],
    [{ NODE_ENV: 'production', DATABASE_URL: 'mysql://u:p@h/d', PLAYGROUND: 'on' }, true],
    [{ PLAYGROUND: 'off' }, false],
  ])('with %j the playground is on: %s', (env, on) => {
    expect(readConfig(env).playground).toBe(on);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '40 00'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['TRUSTED_PROXIES', '10.0.0.1'],
    ['TRUSTED_PROXIES', '10.0.0.0/8;192.0.2.0/24'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '10.0.0.0/8, ::/0'],
    ['DATABASE_URL', 'postgres://u:pass-of-mine@h/d'],
    ['DATABASE_URL', 'mysql://u:pass-of-mine@h'],
    ['DATABASE_URL', 'pass-of-mine'],
    ['AWS_SANDBOX', 'yes'],
    ['PLAYGROUND', 'true'],
    ['AWS_ENDPOINT_OVERRIDE', 'http://10.0.0.1'],
    ['AWS_ENDPOINT_OVERRIDE', 'https://u:pass-of-mine@h'],
    ['AWS_ENDPOINT_OVERRIDE', 'http://127.evil.example'],
    ['AWS_TIMEOUT_MS', '99'],
    ['LOG_LEVEL', 'verbose'],
    ['VENDOR_NAME', 'a b'],
    ['VENDOR_AWS_ACCOUNT_ID', '1111-2222-3333'],
    ['VENDOR_TAG_KEY', '"'],
    ['VENDOR_TAG_KEY', 'aws:vendor'],
    ['GATEWAY_IDENTITY_ARN', 'arn:aws:sts::111122223333:assumed-role/x/y'],
    ['IAM_TEMPLATE_URL', 'https://acme.example/template.yaml'],
    ['IAM_TEMPLATE_URL', 'https://s3.amazonaws.com.evil.example/template.yaml'],
    ['IAM_TEMPLATE_URL', 'http://acme.s3.amazonaws.com/template.yaml'],
  ] as const)('is refused with %s=%s, with the fault and an example, without the value', (name, value) => {
    const refusal = refusalOf({ [name]: value });

    expect(refusal).toMatch(new RegExp(`^${name} must .+\\. Example: ${name}=`));
    expect(refusal).not.toContain('pass-of-mine');
    expect(refusal).not.toContain(`=${value}`);
  });

  it.each(['http://127.0.0.1:4566', 'http://localhost:4566', 'http://[::1]:4566', 'https://aws.example'])(
    'takes %s for AWS',
    (url) => {
      expect(readConfig({ AWS_ENDPOINT_OVERRIDE: url }).awsEndpointOverride).toBe(url);
    },
  );

  it.each([
    'https://acme.s3.amazonaws.com/t-{version}.yaml',
    'https://acme.s3.eu-west-1.amazonaws.com/t.yaml',
    'https://s3.us-east-1.amazonaws.com/acme/t.yaml',
    'https://acme.s3.cn-north-1.amazonaws.com.cn/t.yaml',
  ])('takes %s for the published template', (url) => {
    expect(readConfig({ IAM_TEMPLATE_URL: url }).iamSetup.templateUrl).toBe(url);
  });

  it('names everything that is wrong', () => {
    expect(refusalOf({ PORT: 'x', AWS_SANDBOX: 'x' }).split('\n')).toHaveLength(2);
  });

  it('is what docs/configuration.md says', () => {
    const file = new URL('../docs/configuration.md', import.meta.url);
    if (process.env['UPDATE_DOCS']) writeFileSync(file, documentation());
    expect(readFileSync(file, 'utf8')).toBe(documentation());
  });
});

function refusalOf(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigUnusable) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

function documentation(): string {
  const rows = Object.entries(settings).map(
    ([name, { means, unset, example }]) => `| \`${name}\` | ${means} | ${unset} | \`${example}\` |`,
  );
  return [
    '# Configuration',
    '',
    'Environment variables, read once at the start. A wrong value stops the start with the name of the variable, the fault and an example.',
    'A variable set to nothing counts as not set. (This page is held against `src/config.ts` by a test.)',
    '',
    '| variable | what it is | when it is not set | example |',
    '|---|---|---|---|',
    ...rows,
    '',
    'The AWS SDK’s own variables and profiles (`AWS_ENDPOINT_URL`, `AWS_PROFILE`, `~/.aws/config` …) have no effect: a key is only ever sent where this',
    'page says. Only who the gateway itself is at AWS is found by them, once GATEWAY_IDENTITY_ARN says that it is somebody there: with those credentials it',
    'assumes access roles of customers, at the addresses this page says, and does nothing else.',
    '',
  ].join('\n');
}
