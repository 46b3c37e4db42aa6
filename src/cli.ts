import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { AccessModule, AccessService } from '#libs/access';
import { DomainError } from '#libs/kernel';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { iamSetupCommand } from './cli/iam-setup.js';
import { readConfig } from './config.js';
import { prepareDatabase } from './database/prepare-database.js';
import { isForOperator } from './operator-errors.js';
import { PlatformModule, type Platform } from './platform.module.js';

const help = `The operator's command line of cloud-account-gateway. It reads the same settings as the gateway
(DATA_DIR, DATABASE_URL, KEY_RING_FILE …), and may be used while that serves.

  npm run cli -- tenants list
  npm run cli -- tenants add --name NAME               a tenant with its first API key, shown once
  npm run cli -- keys list [--tenant ID]
  npm run cli -- keys create --tenant ID --name NAME   another API key of a tenant, shown once
  npm run cli -- keys revoke --id ID                   from now on the key opens nothing
  npm run cli -- iam-setup METHOD --out DIR            what a customer needs to set up IAM; --help tells more

  --json   the answer as JSON, for programs

Ends with 0 when it was done, 1 when it was refused, 2 when the command is not one of these.
`;

const options = {
  name: { type: 'string' },
  tenant: { type: 'string' },
  id: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Row = Record<string, string | number | null>;

/** The command was not understood. */
class Usage extends Error {}

const commands: Record<string, (access: AccessService, given: Given) => Promise<Row[]>> = {
  'tenants list': async (access) =>
    (await access.listTenants()).map(({ id, name, createdAt }) => ({ id, name, created: createdAt.toISOString() })),
  'tenants add': async (access, given) => {
    const { tenantId, token } = await access.openTenant({ tenant: given.text('name'), key: 'First key' });
    return [{ tenant: tenantId, key: token.reveal() }];
  },
  'keys list': async (access, given) =>
    (await access.listKeys(given.has('tenant') ? given.number('tenant') : undefined)).map((key) => ({
      id: key.id,
      tenant: key.tenantId,
      name: key.name,
      role: key.role,
      created: key.createdAt.toISOString(),
      revoked: key.revokedAt?.toISOString() ?? null,
    })),
  'keys create': async (access, given) => {
    const { id, token } = await access.createKey(given.number('tenant'), given.text('name'));
    return [{ id, key: token.reveal() }];
  },
  'keys revoke': async (access, given) => {
    await access.revokeKey(given.number('id'));
    return [{ id: given.number('id'), revoked: 'now' }];
  },
};

/** What was given with a command; what it needs and does not have is a fault of usage. */
class Given {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  text(name: string): string {
    if (!this.has(name)) throw new Usage(`--${name} is missing.`);
    return String(this.values[name]);
  }

  number(name: string): number {
    const number = Number(this.text(name));
    if (!Number.isInteger(number) || number < 1) throw new Usage(`--${name} must be a whole number.`);
    return number;
  }
}

await main().catch((error: unknown) => {
  const isKnown = error instanceof DomainError || isForOperator(error);
  console.error(isKnown || error instanceof Usage ? error.message : error);
  if (error instanceof Usage) console.error(`\n${help}`);
  process.exitCode = error instanceof Usage ? 2 : 1;
});

async function main(): Promise<void> {
  process.umask(0o077);
  if (process.argv[2] === 'iam-setup') return iamSetupCommand(process.argv.slice(3));
  const { values, positionals } = parsed();
  const command = commands[positionals.join(' ')];
  if (values.help || positionals.length === 0) return void process.stdout.write(help);
  if (!command) throw new Usage('There is no such command.');

  const rows = await withAccess((access) => command(access, new Given(values)));
  process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
}

function parsed() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Usage((error as Error).message);
  }
}

/** The domain on the gateway's own database, without the server around it. */
async function withAccess<T>(use: (access: AccessService) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const { dataSource, keyRing } = await prepareDatabase(config.database, config.keyRingFile);
  try {
    const platform: Platform = { dataSource, keyRing, endpoints: { timeoutMs: config.awsTimeoutMs } };
    @Module({ imports: [PlatformModule.of(platform), AccessModule] })
    class CliModule {}
    const app = await NestFactory.createApplicationContext(CliModule, { logger: false, abortOnError: false });
    return await use(app.get(AccessService));
  } finally {
    await dataSource.destroy();
  }
}

function table(rows: readonly Row[]): string {
  const [first] = rows;
  if (!first) return 'None.\n';
  const columns = Object.keys(first);
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '–')))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  return cells
    .map(
      (line) =>
        line
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('');
}
