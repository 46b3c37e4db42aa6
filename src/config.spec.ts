import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newApiKeyToken } from '#libs/access';
import { ConfigUnusable, readConfig, settings, type Setting } from './config.js';

/** All settings that are secret, with a valid value. */
const valuesOfSecrets: Record<string, string> = {
  DATABASE_URL: 'mysql://gateway:password@db.example/gateway',
  FIRST_API_KEY: newApiKeyToken().token.reveal(),
  REDIS_URL: 'redis://:password@redis.example:6379/0',
};
const secretSettings = Object.entries(settings as Record<string, Setting>)
  .filter(([, { isSecret }]) => isSecret)
  .map(([name]) => [name, valuesOfSecrets[name]!] as const);

describe('the configuration', () => {
  it('has defaults for all settings', () => {
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

  it('treats an empty variable as not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' }).port).toBe(4000);
  });

  it.each([
    [{}, true],
    [{ NODE_ENV: 'production' }, false],
    [{ DATABASE_URL: 'mysql://u:p@h/d' }, false],
    [{ DATABASE_URL: 'mariadb://u:p@h/d', AWS_SANDBOX: 'on' }, true],
    [{ AWS_SANDBOX: 'off' }, false],
  ])('with %j the sandbox is enabled: %s', (env, on) => {
    expect(readConfig(env).sandbox).toBe(on);
  });

  it.each([
    [{}, 'warn'],
    [{ NODE_ENV: 'production' }, 'info'],
    [{ DATABASE_URL: 'mysql://u:p@h/d' }, 'info'],
    [{ DATABASE_URL: 'mysql://u:p@h/d', LOG_LEVEL: 'error' }, 'error'],
    [{ LOG_LEVEL: 'debug' }, 'debug'],
  ])('with %j the log level is %s', (env, level) => {
    expect(readConfig(env).logLevel).toBe(level);
  });

  it.each([
    [{}, true],
    [{ NODE_ENV: 'production' }, false],
    [{ DATABASE_URL: 'mysql://u:p@h/d' }, false],
    [{ NODE_ENV: 'production', DATABASE_URL: 'mysql://u:p@h/d', PLAYGROUND: 'on' }, true],
    [{ PLAYGROUND: 'off' }, false],
  ])('with %j the playground is enabled: %s', (env, on) => {
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
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'localhost:5173'],
    ['CORS_ORIGINS', 'http://localhost:5173/'],
    ['CORS_ORIGINS', 'http://localhost:5173, https://console.example/app'],
    ['CORS_ORIGINS', 'https://*.example'],
    ['CORS_ORIGINS', 'https://console.example:443'],
    ['CORS_ORIGINS', 'https://Console.example'],
    ['CORS_ORIGINS', 'https://u:pass-of-mine@console.example'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'https://a.example,'],
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
  ] as const)('is refused with %s=%s, with the problem and an example, without the value', (name, value) => {
    const refusal = refusalOf({ [name]: value });

    expect(refusal).toMatch(new RegExp(`^${name} must .+\\. Example: ${name}=`));
    expect(refusal).not.toContain('pass-of-mine');
    expect(refusal).not.toContain(`=${value}`);
  });

  it.each(['http://127.0.0.1:4566', 'http://localhost:4566', 'http://[::1]:4566', 'https://aws.example'])(
    'accepts %s for AWS',
    (url) => {
      expect(readConfig({ AWS_ENDPOINT_OVERRIDE: url }).awsEndpointOverride).toBe(url);
    },
  );

  it.each([
    'https://acme.s3.amazonaws.com/t-{version}.yaml',
    'https://acme.s3.eu-west-1.amazonaws.com/t.yaml',
    'https://s3.us-east-1.amazonaws.com/acme/t.yaml',
    'https://acme.s3.cn-north-1.amazonaws.com.cn/t.yaml',
  ])('accepts %s for the published template', (url) => {
    expect(readConfig({ IAM_TEMPLATE_URL: url }).iamSetup.templateUrl).toBe(url);
  });

  describe.each(['mysql', 'mariadb'])('with a URL of %s', (scheme) => {
    it.each([
      [
        'a % without digits in the password',
        'gw:100%safe-word@db.example/gateway',
        'two hexadecimal digits after each %',
      ],
      ['a % before bytes that are not UTF-8', 'gw:%ff%fesafe-word@db.example/gateway', 'two hexadecimal digits'],
      ['a % in the user', 'gw%:safe-word@db.example/gateway', 'two hexadecimal digits'],
      ['a % in the database', 'gw:safe-word@db.example/gate%way', 'two hexadecimal digits'],
      ['a / in the password', 'gw:safe-word/1@db.example/gateway', 'must have a valid host and port'],
      ['a / after digits in the password', 'gw:12/safe-word@db.example/gateway', 'must end after the database'],
      ['a ? after digits in the password', 'gw:12?safe-word@db.example/gateway', 'must contain a database name'],
      ['a # in the password', 'gw:safe-word#1@db.example/gateway', 'must have a valid host and port'],
      ['a # after digits in the password', 'gw:12#safe-word@db.example/gateway', 'must end after the database'],
      ['a fragment', 'gw:safe-word@db.example/gateway#x', 'must end after the database'],
      ['no host', 'gw:safe-word@/gateway', 'must have a valid host and port'],
      ['no host and no user', '/gateway', 'must contain a host'],
      ['a % in the host', 'gw:safe-word@db%20.example/gateway', 'must have a valid host'],
      ['a comma in the host', 'gw:safe-word@one,two/gateway', 'must have a valid host'],
      ['a port that is no number', 'gw:safe-word@db.example:x/gateway', 'must have a valid host and port'],
      ['a port that is too high', 'gw:safe-word@db.example:65536/gateway', 'must have a valid host and port'],
      ['the port 0', 'gw:safe-word@db.example:0/gateway', 'must have a port from 1 to 65535'],
      ['an IPv6 address without brackets', 'gw:safe-word@::1/gateway', 'must have a valid host and port'],
      ['no database', 'gw:safe-word@db.example', 'must contain a database name'],
      ['a blank database', 'gw:safe-word@db.example/', 'must contain a database name'],
      ['two databases', 'gw:safe-word@db.example/one/two', 'must end after the database'],
      [
        'a parameter of another client',
        'gw:safe-word@db.example/gateway?charset=utf8',
        'no parameters except ssl and ca',
      ],
      ['a parameter twice', 'gw:safe-word@db.example/gateway?ssl=on&ssl=unverified', 'each at most once'],
      ['another value of ssl', 'gw:safe-word@db.example/gateway?ssl=true', 'the value on or unverified for ssl'],
      ['ca without a file', 'gw:safe-word@db.example/gateway?ssl=on&ca=', 'must have a file name as the value of ca'],
      [
        'ca without verification',
        'gw:safe-word@db.example/gateway?ssl=unverified&ca=/a.pem',
        'must not have ca together',
      ],
      ['TLS to an address', 'gw:safe-word@10.0.0.1/gateway?ssl=on', 'must have a host name, not an IP address'],
      ['TLS to an IPv6 address', 'gw:safe-word@[::1]/gateway?ssl=on', 'must have a host name, not an IP address'],
    ])(
      'that has %s, is refused with the problem, the remediation and an example, without the value',
      (_, rest, said) => {
        const refusal = refusalOf({ DATABASE_URL: `${scheme}://${rest}` });

        expect(refusal).toMatch(/^DATABASE_URL must .+\. Example: DATABASE_URL=mysql:\/\/gateway:password@/);
        expect(refusal).toContain(said);
        expect(refusal).not.toMatch(/safe|12/);
      },
    );

    it.each([
      'gw:100%25safe%2F%3F%23%40%27@db.example/gateway',
      'gw@db.example/gateway',
      'gw:p@ss:word@db.example:3307/gateway?ssl=on',
      'gw:p@[::1]:3306/gateway',
      'gw:p@10.0.0.1/gateway?ssl=unverified',
      'gw:p@db_1.example/gate%20way?ssl=on&ca=/etc/ca.pem',
    ])('%s is accepted', (rest) => {
      expect(readConfig({ DATABASE_URL: `${scheme}://${rest}` }).database).toEqual({ url: `mysql://${rest}` });
    });
  });

  it.each(Object.entries(settings).flatMap(([name, { example }]) => (/^\w+:\/\//.test(example) ? [name] : [])))(
    'refuses each malformed %s with a sentence',
    (name) => {
      const scheme = /^\w+/.exec(settings[name as keyof typeof settings].example)![0];
      const malformed = ['', ':', '//', 'x', ' ', '\0', '://', '://:@', '://@', '://u:safe-word@', '://u:safe-word@h:99999/d', '://h:x/', '://[::1/d', '://%', '://u:%@h/', '://u:%ff@h/d', '://a b/d', '://?', '://#']; // prettier-ignore
      for (const rest of [...malformed, ...malformed.map((each) => `://h.example/d${each}`)]) {
        const outcome = outcomeOf({ [name]: `${scheme}${rest}` });
        if (outcome !== null) expect(outcome).toMatch(new RegExp(`^${name} must .+\\. Example: ${name}=`));
        expect(String(outcome)).not.toContain('safe-word');
      }
      expect(outcomeOf({ [name]: `${scheme}://u:safe-word@h:99999/d` })).not.toBeNull();
    },
  );

  it('keeps each origin once, and none by default', () => {
    expect(readConfig({}).corsOrigins).toEqual([]);
    const text = 'http://localhost:5173, https://console.example,http://[::1]:8080,http://localhost:5173';
    expect(readConfig({ CORS_ORIGINS: text }).corsOrigins).toEqual([
      'http://localhost:5173',
      'https://console.example',
      'http://[::1]:8080',
    ]);
  });

  it('names all problems', () => {
    expect(refusalOf({ PORT: 'x', AWS_SANDBOX: 'x' }).split('\n')).toHaveLength(2);
  });

  describe.each(secretSettings)('%s, a secret,', (name, value) => {
    const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const variable = `${name}_FILE`;
    const fileWith = (text: string) => {
      const file = join(folder, `${randomUUID()}`);
      writeFileSync(file, text);
      return file;
    };

    it.each(['', '\n', '\r\n', '\n\n'])('can be in a file, whose path ends in %j', (end) => {
      expect(revealed({ [variable]: fileWith(value + end) })).toEqual(revealed({ [name]: value }));
    });

    it('is refused when both variables are set', () => {
      expect(refusalOf({ [name]: value, [variable]: fileWith(value) })).toBe(
        `${name} and ${variable} are both set. Unset one of them.`,
      );
    });

    it('is read from the environment when the variable of the file is empty, and vice versa', () => {
      expect(revealed({ [name]: value, [variable]: '' })).toEqual(revealed({ [name]: value }));
      expect(revealed({ [name]: '', [variable]: fileWith(value) })).toEqual(revealed({ [name]: value }));
    });

    it.each([
      ['does not exist', () => join(folder, 'none'), 'does not exist. Create it, or unset'],
      ['is a folder', () => folder, 'cannot be read (EISDIR). Use a file that this user can read, or unset'],
      ['is empty', () => fileWith('\n'), 'is empty. Write the value into it, or unset'],
    ])('is refused when the file %s', (_, path, said) => {
      const file = path();
      const refusal = refusalOf({ [variable]: file });
      expect(refusal).toContain(`${variable} names the file ${file}, which ${said} ${variable}.`);
      expect(refusal.split('\n')).toHaveLength(1);
    });

    it('is refused when the value in the file is invalid, with the name of the file and without the value', () => {
      const file = fileWith('pass-of-mine');
      const refusal = refusalOf({ [variable]: file });
      expect(refusal).toMatch(new RegExp(`^${name} in the file ${file} \\(${variable}\\) must .+\\. Example: `));
      expect(refusal).not.toContain('pass-of-mine');
    });
  });

  it('reads no other setting from a file', () => {
    const others = Object.keys(settings).filter((name) => !secretSettings.some(([secret]) => secret === name));
    expect(readConfig(Object.fromEntries(others.map((name) => [`${name}_FILE`, '/no/such/file'])))).toEqual(
      readConfig({}),
    );
  });

  it('matches docs/configuration.md', () => {
    const file = new URL('../docs/configuration.md', import.meta.url);
    if (process.env['UPDATE_DOCS']) writeFileSync(file, documentation());
    expect(readFileSync(file, 'utf8')).toBe(documentation());
  });
});

/** The configuration with its secrets as text, because a secret equals any other. */
function revealed(env: NodeJS.ProcessEnv) {
  const config = readConfig(env);
  return { ...config, firstApiKey: config.firstApiKey?.reveal() };
}

/** Refusal of the configuration. Null if it is accepted. */
function outcomeOf(env: NodeJS.ProcessEnv): string | null {
  try {
    readConfig(env);
    return null;
  } catch (error) {
    if (error instanceof ConfigUnusable) return error.message;
    throw error;
  }
}

function refusalOf(env: NodeJS.ProcessEnv): string {
  const refusal = outcomeOf(env);
  if (refusal === null) throw new Error('It was accepted.');
  return refusal;
}

function documentation(): string {
  const rows = Object.entries(settings as Record<string, Setting>).map(
    ([name, { means, unset, example, isSecret }]) => {
      const file = isSecret ? ` **Secret**: can be in a file that \`${name}_FILE\` names.` : '';
      return `| \`${name}\` | ${means}${file} | ${unset} | \`${example}\` |`;
    },
  );
  return [
    '# Configuration',
    '',
    'This page lists every setting, for operators. A test compares it with `src/config.ts`. Settings are environment variables, which the gateway reads once at the start. With a',
    'wrong value it does not start, and names the variable, the fault and an example. An empty variable counts as not set.',
    '',
    '| variable | meaning | default | example |',
    '|---|---|---|---|',
    ...rows,
    '',
    '## Secrets in files',
    '',
    'A setting marked as secret has a second variable with `_FILE` at the end of its name: the path of a file with the value. Container secrets (`/run/secrets/…`) and systemd',
    'credentials (`LoadCredential=`, `%d/…`) are such files. The gateway reads the file at the start and ignores line ends at its end. It does not start if both variables are',
    'set, or if the file does not exist, cannot be read or is empty.',
    '',
    '```sh',
    'DATABASE_URL_FILE=/run/secrets/database-url',
    '```',
    '',
    '## The AWS SDK',
    '',
    'Variables and profiles of the AWS SDK (`AWS_ENDPOINT_URL`, `AWS_PROFILE`, `~/.aws/config` and others) have no effect on the keys of customers: the gateway sends them only to',
    'the endpoints on this page. There is one exception. If `GATEWAY_IDENTITY_ARN` is set, the SDK finds the credentials of the gateway itself through them. The gateway uses these',
    'credentials to assume access roles, at the same endpoints, and for nothing else.',
    '',
  ].join('\n');
}
