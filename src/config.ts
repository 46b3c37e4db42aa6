import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseApiKeyToken } from '#libs/access';
import { defaultBudgets, type BudgetSettings } from './fairness/cost-budgets.js';
import { faultInServerUrl, type DatabaseLocation } from '#libs/database';
import { faultInCidr, Secret } from '#libs/kernel';
import { faultInParameter, type IamSetupSettings } from '#libs/iam-setup';
import { z } from 'zod';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** All settings of the operator, read once. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** CIDR blocks. */
  readonly trustedProxies: readonly string[];
  readonly costBudgets: BudgetSettings;
  readonly redisUrl: string | undefined;
  readonly failedAttemptLimit: { readonly perMinute: number };
  /** For example `http://localhost:5173`. */
  readonly corsOrigins: readonly string[];
  readonly dataDir: string;
  readonly database: DatabaseLocation;
  readonly keyRingFile: string;
  /** API key that the first start gives to the first tenant. */
  readonly firstApiKey: Secret | undefined;
  readonly sandbox: boolean;
  readonly provisioner: 'external' | 'sandbox';
  readonly playground: boolean;
  readonly awsEndpointOverride: string | undefined;
  readonly awsTimeoutMs: number;
  /** In milliseconds. */
  readonly rotationPace: { readonly grace: number; readonly orphanGrace: number };
  /** In milliseconds. */
  readonly driftPace: { readonly every: number };
  /** Number of cloud accounts that a tenant can connect in one AWS account. */
  readonly accountsPerAwsAccount: { readonly limit: 'one' | 'many' };
  readonly fastPath: { readonly isOn: boolean };
  readonly logLevel: LogLevel;
  /** Minimum duration of operations that are logged as slow. */
  readonly slowOperationMs: number;
  /** Undefined when metrics are disabled. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** Undefined when traces are disabled. */
  readonly traces: { readonly endpoint: string; readonly serviceName: string; readonly ratio: number } | undefined;
  readonly iamSetup: IamSetupSettings;
}

/** The configuration is invalid. The message names each variable, the problem and an example, but no value. */
export class ConfigUnusable extends Error {
  override readonly name = 'ConfigUnusable';
}

export interface Setting {
  readonly schema: z.ZodType;
  readonly means: string;
  readonly example: string;
  readonly unset: string;
  /** Can also be in a file, whose path is in the variable of the same name with `_FILE` appended. */
  readonly isSecret?: true;
}

const loopback = (host: string) =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

const wholeNumber = (from: number, to: number) =>
  z.string().transform((text, context) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (number >= from && number <= to) return number;
    context.addIssue({ code: 'custom', message: `must be a whole number from ${from} to ${to}` });
    return z.NEVER;
  });

/** @param faultIn describes the problem with a text, as the end of a sentence; null when it is valid */
const text = (faultIn: (text: string) => string | null) =>
  z.string().superRefine((given, context) => {
    const message = faultIn(given);
    if (message) context.addIssue({ code: 'custom', message });
  });

const url = (test: (url: URL) => string | null) =>
  text((given) =>
    URL.canParse(given) && /^[a-z]+:\/\//i.test(given)
      ? test(new URL(given))
      : 'must be a URL with a scheme and a host',
  );

const collector = url(({ protocol, username, password }) => {
  if (username || password) return 'must not contain a user or a password';
  return protocol === 'https:' || protocol === 'http:' ? null : 'must begin with http:// or https://';
});

/** Describes the problem with an origin as browsers send it, as the end of a sentence. Null when it is valid. */
function faultInOrigin(text: string): string | null {
  if (text === '*') return 'must list exact origins; * is not accepted';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    return 'must list origins that begin with http:// or https://, separated by commas';
  if (url.hostname.includes('*')) return 'must list exact origins; * is not accepted';
  if (url.origin === text) return null;
  return 'must list only origins: lower-case scheme and host, no default port, no user, no path, no / at the end';
}

/** Same rule and messages as for a parameter of an IAM setup. */
const iamParameter = (name: Parameters<typeof faultInParameter>[0]) => text((given) => faultInParameter(name, given));

/** All variables that the gateway reads. A test compares `docs/configuration.md` with this list. */
export const settings = {
  PORT: {
    schema: wholeNumber(0, 65535),
    means: 'Port to listen on. 0 selects a free port.',
    example: '4000',
    unset: '4000',
  },
  HOST: {
    schema: z.string().regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address'),
    means: 'Address to listen on. Use a reverse proxy with TLS for any address except loopback.',
    example: '0.0.0.0',
    unset: '127.0.0.1',
  },
  TRUSTED_PROXIES: {
    schema: z.string().transform((text, context) => {
      const cidrs = text.split(',').map((cidr) => cidr.trim());
      const refuse = (message: string) => (context.addIssue({ code: 'custom', message }), z.NEVER);
      if (cidrs.some((cidr) => faultInCidr(cidr) !== null)) return refuse('must be CIDR blocks separated by commas');
      // If every proxy were trusted, clients could choose their address.
      if (cidrs.some((cidr) => cidr.endsWith('/0'))) return refuse('must not include all addresses');
      return cidrs;
    }),
    means:
      'Proxies whose `X-Forwarded-For` header is trusted, as CIDR blocks separated by commas. It determines the address of a client, for API keys with allowed addresses and for `FAILED_API_KEYS_PER_MINUTE`.',
    example: '10.0.0.0/8,2001:db8::1/128',
    unset: 'none: the address of the connection is used',
  },
  FAILED_API_KEYS_PER_MINUTE: {
    schema: wholeNumber(1, 1_000_000),
    means:
      'Maximum number of invalid API keys that a client address can send per minute. Further ones are answered with 429 `RATE_LIMITED` without a database lookup. API keys that this process has accepted before still work from that address. IPv6 addresses count by /64.',
    example: '100',
    unset: '30',
  },
  API_KEY_COST_BUDGET: {
    schema: wholeNumber(1, 999_999_999),
    means: `Cost budget of an API key, in values. A document costs as many values as its response can have, at most 40,000. See [limits](limits.md#cost-budgets).`,
    example: '2000000',
    unset: String(defaultBudgets.apiKey.maximum),
  },
  API_KEY_COST_PER_SECOND: {
    schema: wholeNumber(1, 999_999_999),
    means: 'Number of values by which the cost budget of an API key is restored per second.',
    example: '40000',
    unset: String(defaultBudgets.apiKey.restoreRate),
  },
  TENANT_COST_BUDGET: {
    schema: wholeNumber(1, 999_999_999),
    means: 'Cost budget of all API keys of a tenant together, in values.',
    example: '4000000',
    unset: String(defaultBudgets.tenant.maximum),
  },
  TENANT_COST_PER_SECOND: {
    schema: wholeNumber(1, 999_999_999),
    means: 'Number of values by which the cost budget of a tenant is restored per second.',
    example: '100000',
    unset: String(defaultBudgets.tenant.restoreRate),
  },
  REDIS_URL: {
    schema: url(({ protocol }) =>
      protocol === 'redis:' || protocol === 'rediss:' ? null : 'must begin with redis:// or rediss://',
    ),
    means:
      'Redis 5 or later, in which all processes of a gateway share the cost budgets. `rediss://` connects with TLS. While Redis is unavailable, each process uses budgets of its own.',
    example: 'redis://:password@redis.example:6379/0',
    unset: 'each process has cost budgets of its own',
    isSecret: true,
  },
  CORS_ORIGINS: {
    schema: z.string().transform((text, context) => {
      const origins = text.split(',').map((origin) => origin.trim());
      const fault = origins.map(faultInOrigin).find((message) => message !== null);
      return fault == null ? [...new Set(origins)] : (context.addIssue({ code: 'custom', message: fault }), z.NEVER);
    }),
    means:
      'Origins whose web pages can call `/graphql` from a browser, separated by commas: scheme, host and port exactly as in the `Origin` header. Cookies are never accepted. Pages send an API key in `Authorization`.',
    example: 'http://localhost:5173,https://console.example',
    unset: 'none: browsers block pages of other origins',
  },
  DATA_DIR: {
    schema: z.string().regex(/\S/, 'must not be blank'),
    means: 'Folder of the embedded database and, unless `KEY_RING_FILE` is set, of the key ring.',
    example: '/var/lib/cloud-account-gateway',
    unset: './data',
  },
  DATABASE_URL: {
    schema: text(faultInServerUrl),
    means:
      'URL of a MySQL (8.0.16 or newer) or MariaDB (10.5 or newer) database. Percent-encode special characters of the user and the password. `?ssl=on` connects with TLS and verifies the certificate and the host name. `?ssl=on&ca=/path/ca.pem` does so with a certificate authority of your own. `?ssl=unverified` encrypts without verification.',
    example: 'mysql://gateway:password@db.example:3306/gateway',
    unset: 'the embedded SQLite database in DATA_DIR',
    isSecret: true,
  },
  DATABASE_CA_FILE: {
    schema: z.string().regex(/\S/, 'must not be blank'),
    means:
      'PEM file with the certificates of the authority that issued the certificate of the database server. Same as `?ssl=on&ca=…` in DATABASE_URL.',
    example: '/etc/cloud-account-gateway/database-ca.pem',
    unset: 'the authorities that Node.js trusts, with `?ssl=on`',
  },
  FIRST_API_KEY: {
    schema: z
      .string()
      .refine((text) => parseApiKeyToken(text) !== null, 'must be an API key created by `api-keys generate`'),
    means:
      'API key with the role OWNER that the first start gives to the first tenant. `cloud-account-gateway api-keys generate --to FILE` creates one. Later starts ignore it.',
    example: 'gwk_live_…',
    unset: 'a new key: printed when stdout is a terminal, otherwise written to `first-api-key` in DATA_DIR',
    isSecret: true,
  },
  KEY_RING_FILE: {
    schema: z.string().regex(/\S/, 'must not be blank'),
    means:
      'File with the key-encryption keys. Only the user of the gateway can have access to it. Keep its backup separate from the database.',
    example: '/etc/cloud-account-gateway/key-ring.json',
    unset: 'key-ring.json in DATA_DIR',
  },
  AWS_SANDBOX: {
    schema: z.enum(['on', 'off'], { error: 'must be on or off' }),
    means:
      'Whether the AWS sandbox answers access keys that begin with `AKIASANDBOX`. Other access keys never reach the sandbox.',
    example: 'off',
    unset: 'on with the embedded database, off with DATABASE_URL or NODE_ENV=production',
  },
  PROVISIONER: {
    schema: z.enum(['external', 'sandbox'], { error: 'must be external or sandbox' }),
    means:
      'Software that builds subscriptions. `external`: your own, with an API key of the role PROVISIONER. `sandbox`: the gateway, in accounts of the AWS sandbox only, to try it out.',
    example: 'sandbox',
    unset: 'external',
  },
  PLAYGROUND: {
    schema: z.enum(['on', 'off'], { error: 'must be on or off' }),
    means: 'Whether `/playground` serves the playground: GraphiQL with an operation for every query and mutation.',
    example: 'on',
    unset: 'on with the embedded database, off with DATABASE_URL or NODE_ENV=production',
  },
  AWS_ENDPOINT_OVERRIDE: {
    schema: url(({ protocol, hostname, username, password }) => {
      if (username || password) return 'must not contain a user or a password';
      return protocol === 'https:' || (protocol === 'http:' && loopback(hostname))
        ? null
        : 'must be https://, or http:// to a loopback address';
    }),
    means:
      'Address of a server that answers in place of AWS, for all access keys except those of the sandbox. Requests are signed for it. Use only a server that you trust.',
    example: 'https://aws-proxy.example',
    unset: 'AWS itself',
  },
  AWS_TIMEOUT_MS: {
    schema: wholeNumber(100, 60_000),
    means: 'Timeout of a call to AWS in milliseconds, retries included.',
    example: '10000',
    unset: String(defaultBudgets.apiKey.restoreRate),
  },
  ACCOUNTS_PER_AWS_ACCOUNT: {
    schema: z.enum(['one', 'many'], { error: 'must be one or many' }),
    means:
      'Number of cloud accounts that a tenant can connect in one AWS account. With `one`, a second one is refused with `AWS_ACCOUNT_ALREADY_CONNECTED`. Cloud accounts that already share an AWS account are kept. Other tenants do not count.',
    example: 'one',
    unset: 'many',
  },
  ACCESS_KEY_ROTATION_GRACE_SECONDS: {
    schema: wholeNumber(1, 30 * 24 * 3600),
    means:
      'Time in seconds that the old access key remains in AWS, inactive, after a rotation. During this time the rotation can be rolled back.',
    example: '86400',
    unset: '3600',
  },
  ACCESS_KEY_ROTATION_ORPHAN_GRACE_SECONDS: {
    schema: wholeNumber(1, 30 * 24 * 3600),
    means:
      'Time in seconds that a lost access key remains in AWS, inactive, before the rotation deletes it. A lost access key is one whose secret did not reach the gateway. During this time its owner can activate it again.',
    example: '3600',
    unset: '900',
  },
  DRIFT_CHECK_MINUTES: {
    schema: wholeNumber(1, 24 * 60),
    means: 'Interval of drift checks in minutes. `checkDrift` checks at once.',
    example: '15',
    unset: '60',
  },
  FAST_PATH: {
    schema: z.enum(['on', 'off'], { error: 'must be on or off' }),
    means:
      'Whether documents that were accepted before are executed without being parsed and validated again. The answers are the same. Set it to `off` to find out whether a problem is in this part of the gateway.',
    example: 'off',
    unset: 'on',
  },
  LOG_LEVEL: {
    schema: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }),
    means: 'Minimum log level. `info` has one entry for each request.',
    example: 'info',
    unset: 'info with DATABASE_URL or NODE_ENV=production, warn otherwise',
  },
  SLOW_OPERATION_MS: {
    schema: wholeNumber(1, 3_600_000),
    means:
      'Duration in milliseconds from which a GraphQL operation is logged as slow, with the number of its statements and its cost, and without its variables.',
    example: '500',
    unset: '5000',
  },
  METRICS_PORT: {
    schema: wholeNumber(0, 65535),
    means:
      'Port on which `/metrics` serves metrics for Prometheus, without authentication. 0 selects a free port. See [monitoring](monitoring.md).',
    example: '9464',
    unset: 'no metrics',
  },
  METRICS_HOST: {
    schema: z.string().regex(/^[A-Za-z0-9.:-]+$/, 'must be a host name or an address'),
    means: 'Address for METRICS_PORT. Only your monitoring system must be able to reach it.',
    example: '10.0.0.5',
    unset: '127.0.0.1',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: collector,
    means:
      'Base URL of a collector that takes OpenTelemetry traces by OTLP over HTTP, as JSON. The gateway adds `/v1/traces`. See [monitoring](monitoring.md#traces) for other variables of OpenTelemetry.',
    example: 'http://localhost:4318',
    unset: 'no traces; `http://localhost:4318` with `OTEL_TRACES_EXPORTER=otlp`',
  },
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: {
    schema: collector,
    means: 'Same as OTEL_EXPORTER_OTLP_ENDPOINT, but the complete URL.',
    example: 'http://localhost:4318/v1/traces',
    unset: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  },
  OTEL_EXPORTER_OTLP_PROTOCOL: {
    schema: z.enum(['http/json'], { error: 'must be http/json' }),
    means: 'Protocol of the traces. Only `http/json` is supported, which every collector of OpenTelemetry accepts.',
    example: 'http/json',
    unset: 'http/json',
  },
  OTEL_TRACES_EXPORTER: {
    schema: z.enum(['otlp', 'none'], { error: 'must be otlp or none' }),
    means: 'Whether traces are sent.',
    example: 'none',
    unset: 'otlp if an endpoint is set, otherwise none',
  },
  OTEL_TRACES_SAMPLER: {
    schema: z.enum(['parentbased_traceidratio'], { error: 'must be parentbased_traceidratio' }),
    means: 'Which traces are sent: a share of them, and those of callers whose own trace is recorded.',
    example: 'parentbased_traceidratio',
    unset: 'parentbased_traceidratio',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    schema: z.string().transform((text, context) => {
      const ratio = /^(0|1|0?\.\d{1,9}|1\.0+)$/.test(text) ? Number(text) : NaN;
      if (ratio <= 1) return ratio;
      context.addIssue({ code: 'custom', message: 'must be a number from 0 to 1' });
      return z.NEVER;
    }),
    means: 'Share of the traces that are sent.',
    example: '0.1',
    unset: '1',
  },
  OTEL_SDK_DISABLED: {
    schema: z.enum(['true', 'false'], { error: 'must be true or false' }),
    means: '`true` is the same as `OTEL_TRACES_EXPORTER=none`.',
    example: 'true',
    unset: 'false',
  },
  OTEL_SERVICE_NAME: {
    schema: z.string().max(255, 'must have at most 255 characters'),
    means: 'Name of the service in traces.',
    example: 'gateway-eu',
    unset: 'cloud-account-gateway',
  },
  VENDOR_NAME: {
    schema: iamParameter('vendorName'),
    means:
      'Name of the vendor: the prefix of the names of IAM entities that customers create, and the value of the identifier tag.',
    example: 'acme',
    unset: 'cloud-account-gateway',
  },
  VENDOR_AWS_ACCOUNT_ID: {
    schema: iamParameter('vendorAccountId'),
    means: 'AWS account that the console role trusts. A caller of `iamSetup` can choose another one.',
    example: '111122223333',
    unset: 'each caller of `iamSetup` must give one',
  },
  VENDOR_TAG_KEY: {
    schema: iamParameter('tagKey'),
    means:
      'Key of the identifier tag on every resource that is built. The gateway can change and delete only resources with this tag. Existing policies contain the key: do not change it later.',
    example: 'acme-identifier',
    unset: 'managed-by',
  },
  GATEWAY_IDENTITY_ARN: {
    schema: iamParameter('gatewayIdentityArn'),
    means:
      'IAM role or user that the gateway runs as, and that access roles trust. The AWS SDK finds its credentials: in the variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, in the files of `~/.aws`, or from the role of the container or the instance. It requires only the permission `sts:AssumeRole`.',
    example: 'arn:aws:iam::111122223333:role/gateway',
    unset: 'no access roles, and AWS credentials of the machine are ignored',
  },
  IAM_TEMPLATE_URL: {
    schema: url(({ protocol, hostname, username, password }) => {
      if (username || password) return 'must not contain a user or a password';
      const isS3 = /(^|\.)s3[.-]([a-z0-9.-]+\.)?amazonaws\.com(\.cn)?$/.test(hostname);
      return protocol === 'https:' && isS3 ? null : 'must be the https:// address of a file in Amazon S3';
    }),
    means:
      'Address at which you published the CloudFormation template of `cloud-account-gateway iam-setup cloudformation`, for links that open the AWS console. `{version}` is replaced with the version of the permissions, so that no link leads to an old template after an upgrade.',
    example: 'https://acme-public.s3.amazonaws.com/iam-setup-{version}.yaml',
    unset: 'no links: customers upload the template or run a command',
  },
  NODE_ENV: {
    schema: z.enum(['production', 'development', 'test'], { error: 'must be production, development or test' }),
    means:
      '`production` disables the sandbox and the playground and enables the log of requests, unless `AWS_SANDBOX`, `PLAYGROUND` and `LOG_LEVEL` are set.',
    example: 'production',
    unset: 'development',
  },
} satisfies Record<string, Setting>;

type Name = keyof typeof settings;
const all: Readonly<Record<Name, Setting>> = settings;

/**
 * Reads the configuration from `env`. No other code reads the environment. An empty variable counts as not set.
 *
 * @throws ConfigUnusable naming every invalid variable
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  const refuse = (fault: string) => void (faults.includes(fault) || faults.push(fault));
  const read = <T>(name: Name): T | undefined => {
    const { schema, isSecret, example } = all[name];
    const file = isSecret && env[`${name}_FILE`];
    if (file && env[name]) return refuse(`${name} and ${name}_FILE are both set. Unset one of them.`);
    const text = file ? secretIn(file, `${name}_FILE`, refuse) : env[name];
    if (text === undefined || text === '') return undefined;
    const result = schema.safeParse(text);
    if (result.success) return result.data as T;
    const where = file ? `${name} in the file ${file} (${name}_FILE)` : name;
    return refuse(`${where} ${result.error.issues[0]?.message}. Example: ${file ? '' : `${name}=`}${example}`);
  };

  const dataDir = resolve(read<string>('DATA_DIR') ?? './data');
  const databaseUrl = withAuthority(
    read<string>('DATABASE_URL')?.replace(/^mariadb:/, 'mysql:'),
    read<string>('DATABASE_CA_FILE'),
    refuse,
  );
  const isForTrying = !databaseUrl && read<string>('NODE_ENV') !== 'production';
  const isOn = (name: Name) => (read<'on' | 'off'>(name) ?? (isForTrying ? 'on' : 'off')) === 'on';
  const keyRingFile = read<string>('KEY_RING_FILE');
  const firstApiKey = read<string>('FIRST_API_KEY');
  const config: Config = {
    host: read<string>('HOST') ?? '127.0.0.1',
    port: read<number>('PORT') ?? 4000,
    trustedProxies: read<string[]>('TRUSTED_PROXIES') ?? [],
    costBudgets: {
      apiKey: {
        maximum: read<number>('API_KEY_COST_BUDGET') ?? defaultBudgets.apiKey.maximum,
        restoreRate: read<number>('API_KEY_COST_PER_SECOND') ?? defaultBudgets.apiKey.restoreRate,
      },
      tenant: {
        maximum: read<number>('TENANT_COST_BUDGET') ?? defaultBudgets.tenant.maximum,
        restoreRate: read<number>('TENANT_COST_PER_SECOND') ?? defaultBudgets.tenant.restoreRate,
      },
    },
    redisUrl: read<string>('REDIS_URL'),
    failedAttemptLimit: { perMinute: read<number>('FAILED_API_KEYS_PER_MINUTE') ?? 30 },
    corsOrigins: read<string[]>('CORS_ORIGINS') ?? [],
    dataDir,
    database: databaseUrl ? { url: databaseUrl } : { file: join(dataDir, 'gateway.sqlite') },
    keyRingFile: keyRingFile ? resolve(keyRingFile) : join(dataDir, 'key-ring.json'),
    firstApiKey: firstApiKey === undefined ? undefined : new Secret(firstApiKey),
    sandbox: isOn('AWS_SANDBOX'),
    provisioner: read<'external' | 'sandbox'>('PROVISIONER') ?? 'external',
    playground: isOn('PLAYGROUND'),
    awsEndpointOverride: read<string>('AWS_ENDPOINT_OVERRIDE'),
    awsTimeoutMs: read<number>('AWS_TIMEOUT_MS') ?? 10_000,
    rotationPace: {
      grace: (read<number>('ACCESS_KEY_ROTATION_GRACE_SECONDS') ?? 3600) * 1000,
      orphanGrace: (read<number>('ACCESS_KEY_ROTATION_ORPHAN_GRACE_SECONDS') ?? 900) * 1000,
    },
    accountsPerAwsAccount: { limit: read<'one' | 'many'>('ACCOUNTS_PER_AWS_ACCOUNT') ?? 'many' },
    driftPace: { every: (read<number>('DRIFT_CHECK_MINUTES') ?? 60) * 60_000 },
    fastPath: { isOn: read<'on' | 'off'>('FAST_PATH') !== 'off' },
    // At a terminal, entries for each request would push the greeting away. For a service, each request is of interest.
    logLevel: read<LogLevel>('LOG_LEVEL') ?? (isForTrying ? 'warn' : 'info'),
    slowOperationMs: read<number>('SLOW_OPERATION_MS') ?? 5000,
    metrics: metricsOf(read('METRICS_PORT'), read('METRICS_HOST')),
    traces: tracesOf(read),
    iamSetup: {
      vendorName: read<string>('VENDOR_NAME') ?? 'cloud-account-gateway',
      vendorAccountId: read<string>('VENDOR_AWS_ACCOUNT_ID') ?? null,
      tagKey: read<string>('VENDOR_TAG_KEY') ?? 'managed-by',
      gatewayIdentityArn: read<string>('GATEWAY_IDENTITY_ARN') ?? null,
      templateUrl: read<string>('IAM_TEMPLATE_URL') ?? null,
    },
  };
  if (config.provisioner === 'sandbox' && !config.sandbox)
    faults.push('PROVISIONER sandbox requires the sandbox. Example: AWS_SANDBOX=on');
  if (faults.length > 0) throw new ConfigUnusable(faults.join('\n'));
  return config;
}

function metricsOf(port: number | undefined, host: string | undefined): Config['metrics'] {
  return port === undefined ? undefined : { host: host ?? '127.0.0.1', port };
}

function tracesOf(read: <T = string>(name: Name) => T | undefined): Config['traces'] {
  read('OTEL_EXPORTER_OTLP_PROTOCOL');
  read('OTEL_TRACES_SAMPLER');
  const ratio = read<number>('OTEL_TRACES_SAMPLER_ARG') ?? 1;
  const [base, complete] = [read('OTEL_EXPORTER_OTLP_ENDPOINT'), read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')];
  const exporter = read('OTEL_TRACES_EXPORTER') ?? (base || complete ? 'otlp' : 'none');
  const serviceName = read('OTEL_SERVICE_NAME') ?? 'cloud-account-gateway';
  if (exporter === 'none' || read('OTEL_SDK_DISABLED') === 'true') return undefined;
  const endpoint = complete ?? `${(base ?? 'http://localhost:4318').replace(/\/+$/, '')}/v1/traces`;
  return { endpoint, serviceName, ratio };
}

function withAuthority(
  databaseUrl: string | undefined,
  caFile: string | undefined,
  refuse: (fault: string) => void,
): string | undefined {
  if (databaseUrl === undefined && caFile !== undefined)
    refuse('DATABASE_CA_FILE needs DATABASE_URL. Set it, or remove DATABASE_CA_FILE.');
  if (databaseUrl === undefined || caFile === undefined) return databaseUrl;
  const complete = new URL(databaseUrl);
  if (complete.searchParams.has('ca')) {
    refuse('DATABASE_CA_FILE and ca in DATABASE_URL are both set. Remove one of them.');
    return databaseUrl;
  }
  complete.searchParams.set('ca', resolve(caFile));
  const fault = faultInServerUrl(complete.href);
  if (fault) refuse(`DATABASE_URL ${fault} (DATABASE_CA_FILE sets ca and ssl=on).`);
  return complete.href;
}

/** Text of a file without the line break that editors and `echo` append. */
function secretIn(file: string, variable: string, refuse: (fault: string) => void): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
    if (text !== '') return text;
    refuse(`${variable} names the file ${file}, which is empty. Write the value into it, or unset ${variable}.`);
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    refuse(
      code === 'ENOENT'
        ? `${variable} names the file ${file}, which does not exist. Create it, or unset ${variable}.`
        : `${variable} names the file ${file}, which cannot be read (${code}). Use a file that this user can read, or unset ${variable}.`,
    );
  }
  return undefined;
}
