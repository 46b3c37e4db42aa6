import './node-version.js';
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { ApiKeyService, AccessService, defaultLifetime, newApiKeyToken, Role, type ApiKey } from '#libs/access';
import {
  CloudAccountDeletionService,
  CloudAccountService,
  CloudProvider,
  ForceDetachService,
  UsageAuditService,
} from '#libs/cloud-accounts';
import { operator } from '#libs/events';
import { idOf } from '#libs/graphql';
import { DomainError } from '#libs/kernel';
import { auditRow, findingRow } from './cli/doctor.js';
import { iamSetupCommand } from './cli/iam-setup.js';
import { keyRingCommand } from './cli/key-ring.js';
import { printRows, type Row } from './cli/rows.js';
import { SecretNotWritten, SecretOutput } from './cli/secret-output.js';
import { withServices } from './cli/services.js';
import { Usage } from './cli/usage.js';
import { isForOperator } from './operator-errors.js';

const help = `The operator's command line of cloud-account-gateway. It reads the same settings as the gateway
(DATA_DIR, DATABASE_URL, KEY_RING_FILE …), and may be used while that serves.

  npm run cli -- tenants list
  npm run cli -- tenants add --name NAME               a tenant with its first API key, shown once
  npm run cli -- api-keys generate                     a new key for FIRST_API_KEY_FILE, shown once; opens nothing before
  npm run cli -- api-keys list [--tenant ID]
  npm run cli -- api-keys create --tenant ID --name NAME --role ${Object.keys(Role).join('|')}
                                                       another API key of a tenant, shown once
      [--days N | --never-expires]                     how long it opens anything; ${defaultLifetime} days when not given
      [--from CIDR]...                                 the addresses it may be used from; any when not given
      [--introspection]                                it may ask for the schema
  npm run cli -- api-keys revoke --id ID               from now on the key opens nothing
  npm run cli -- hosted-accounts list
  npm run cli -- hosted-accounts add --name NAME --provider ${Object.keys(CloudProvider).join('|')} --region REGION
  npm run cli -- hosted-accounts retire --id ID        no subscription may begin in it; it goes with its last one
  npm run cli -- force-detach list                     accounts that OWNERs want detached by force
  npm run cli -- force-detach approve --account ID     agrees: the account goes, its subscriptions are given up
  npm run cli -- doctor [--account ID]                 what does not fit in the rows; of one account who uses it, too.
                                                       Ends with 1 when it finds anything
  npm run cli -- keyring COMMAND                       replaces the keys that encrypt everything; --help tells more
  npm run cli -- sandbox COMMAND                       meddles with what stands in the sandbox; --help tells more
  npm run cli -- iam-setup METHOD --out DIR            what a customer needs to set up IAM; --help tells more

  --to FILE  of a command that makes an API key: write the key to that new file (mode 0600) instead of the answer
  --json     the answer as JSON, for programs; includes a new API key unless --to is given
  --help     this text

A new API key is only shown at a terminal. Elsewhere, give --to FILE or --json.
An account is named by its number here, or by the id that the API gives it.
Tenant 1 is the operator's own: keys of it are made here and nowhere else.
Ends with 0 when it was done, 1 when it was refused, 2 when the command is not one of these.
`;

const options = {
  name: { type: 'string' },
  tenant: { type: 'string' },
  id: { type: 'string' },
  role: { type: 'string' },
  days: { type: 'string' },
  'never-expires': { type: 'boolean' },
  from: { type: 'string', multiple: true },
  introspection: { type: 'boolean' },
  provider: { type: 'string' },
  region: { type: 'string' },
  account: { type: 'string' },
  to: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
type Option = keyof typeof options;

interface Command {
  /** The options it takes, besides --json. */
  readonly takes: readonly Option[];
  readonly isWithoutDatabase?: true;
  /** What was given is read before the domain is loaded and the database opened. @throws Usage */
  readonly run: (given: Given) => (domain: Domain) => Promise<Row[]>;
}

const commands: Record<string, Command> = {
  'tenants list': {
    takes: [],
    run:
      () =>
      async ({ access }) =>
        (await access.listTenants()).map(({ id, name, createdAt }) => ({ id, name, created: iso(createdAt) })),
  },
  'tenants add': {
    takes: ['name', 'to'],
    run: (given) => {
      const names = { tenant: given.text('name'), key: 'First key' };
      const output = given.secretOutput();
      return async ({ access }) => {
        const { tenantId, token } = await access.openTenant(operator, names);
        return [{ tenant: tenantId, ...output.put(token) }];
      };
    },
  },
  'api-keys generate': {
    takes: ['to'],
    isWithoutDatabase: true,
    run: (given) => {
      const output = given.secretOutput();
      return async () => [output.put(newApiKeyToken().token)];
    },
  },
  'api-keys list': {
    takes: ['tenant'],
    run: (given) => {
      const tenantId = given.has('tenant') ? given.number('tenant') : undefined;
      return async ({ keys }) => (await keys.listAll(tenantId)).map(keyRow);
    },
  },
  'api-keys create': {
    takes: ['tenant', 'name', 'role', 'days', 'never-expires', 'from', 'introspection', 'to'],
    run: (given) => {
      const tenantId = given.number('tenant');
      const wanted = {
        name: given.text('name'),
        role: given.oneOf('role', Role),
        lifetime: given.lifetime(),
        allowedCidrs: given.list('from'),
        mayIntrospect: given.has('introspection'),
      };
      const output = given.secretOutput();
      return async ({ keys }) => {
        const { apiKey, token } = await keys.issue(operator, tenantId, wanted);
        return [{ id: apiKey.id, ...output.put(token), role: apiKey.role, expires: iso(apiKey.expiresAt) }];
      };
    },
  },
  'api-keys revoke': {
    takes: ['id'],
    run: (given) => {
      const id = given.number('id');
      return async ({ keys }) => [keyRow(await keys.revokeAny(operator, id))];
    },
  },
  'hosted-accounts list': {
    takes: [],
    run:
      () =>
      async ({ accounts }) =>
        (await accounts.listHosted()).map(
          ({ account: { id, name, provider, region, status }, activeSubscriptions }) => ({
            id,
            name,
            provider,
            region,
            status,
            'active subscriptions': activeSubscriptions,
          }),
        ),
  },
  'hosted-accounts add': {
    takes: ['name', 'provider', 'region'],
    run: (given) => {
      const provider = given.oneOf('provider', CloudProvider);
      const details = { name: given.text('name'), provider, region: given.text('region') };
      return async ({ accounts }) => [{ id: (await accounts.addHosted(operator, details)).id }];
    },
  },
  'hosted-accounts retire': {
    takes: ['id'],
    run: (given) => {
      const id = given.number('id');
      return async ({ deletion }) => {
        const isGone = await deletion.retireHosted(operator, id);
        return [{ id, outcome: isGone ? 'gone' : 'goes with its last active subscription' }];
      };
    },
  },
  'force-detach list': {
    takes: [],
    run:
      () =>
      async ({ forceDetach }) =>
        Promise.all(
          (await forceDetach.all()).map(async (request) => ({
            account: request.cloudAccountId,
            tenant: request.tenantId,
            'requested by': request.requestedByName,
            reason: request.reason,
            'in the way': request.blockerCount,
            requested: iso(request.requestedAt),
            expires: iso(request.expiresAt),
            'void because': await forceDetach.faultIn(request),
          })),
        ),
  },
  'force-detach approve': {
    takes: ['account'],
    run: (given) => {
      const id = given.account();
      return async ({ forceDetach }) => {
        const { cloudAccountId, abandonedSubscriptions } = await forceDetach.approveAsOperator(operator, id);
        return [{ account: cloudAccountId, outcome: 'gone', 'subscriptions given up': abandonedSubscriptions }];
      };
    },
  },
  doctor: {
    takes: ['account'],
    run: (given) => {
      const id = given.has('account') ? given.account() : null;
      return async ({ audits }) => {
        const audit = id === null ? null : await audits.auditAny(id);
        const findings = audit?.findings ?? (await audits.findings());
        if (findings.length > 0) process.exitCode = 1;
        return audit ? [auditRow(audit)] : findings.map(findingRow);
      };
    },
  },
};

/** What was given with a command; what it needs and does not have is a fault of usage. */
class Given {
  constructor(private readonly values: Readonly<Partial<Record<Option, unknown>>>) {}

  has(name: Option): boolean {
    return this.values[name] !== undefined;
  }

  text(name: Option): string {
    if (!this.has(name)) throw new Usage(`--${name} is missing.`);
    return String(this.values[name]);
  }

  list(name: Option): string[] {
    return (this.values[name] as string[] | undefined) ?? [];
  }

  number(name: Option): number {
    const text = this.text(name);
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new Usage(`--${name} must be a whole number from 1 to 999999999.`);
    return Number(text);
  }

  /** The number of an account, which may be named by the id that the API gives it, too. */
  account(): number {
    return idOf('CloudAccount', this.text('account')) || this.number('account');
  }

  secretOutput(): SecretOutput {
    return new SecretOutput(this.has('to') ? this.text('to') : null, this.has('json'));
  }

  /** In days; null for ever. */
  lifetime(): number | null {
    if (!this.has('never-expires')) return this.has('days') ? this.number('days') : defaultLifetime;
    if (this.has('days')) throw new Usage('--days and --never-expires exclude each other.');
    return null;
  }

  oneOf<T extends string>(name: Option, values: Readonly<Record<T, T>>): T {
    const text = this.text(name).toUpperCase();
    if (!Object.hasOwn(values, text)) throw new Usage(`--${name} must be one of ${Object.keys(values).join(', ')}.`);
    return text as T;
  }
}

await main().catch((error: unknown) => {
  const isKnown = error instanceof DomainError || error instanceof SecretNotWritten || isForOperator(error);
  console.error(isKnown || error instanceof Usage ? error.message : error);
  process.exitCode = error instanceof Usage ? 2 : 1;
});

async function main(): Promise<void> {
  process.umask(0o077);
  if (process.argv[2] === 'iam-setup') return iamSetupCommand(process.argv.slice(3));
  if (process.argv[2] === 'keyring') return keyRingCommand(process.argv.slice(3));
  if (process.argv[2] === 'sandbox') {
    const { sandboxCommand } = await import('./cli/sandbox.js');
    return sandboxCommand(process.argv.slice(3));
  }
  const { values, positionals } = parsed();
  if (values.help || positionals.length === 0) return void process.stdout.write(help);
  const name = positionals.join(' ');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new Usage('There is no such command.');
  for (const option of Object.keys(values) as Option[])
    if (option !== 'json' && !command.takes.includes(option))
      throw new Usage(`--${option} does not belong to this command.`);

  const run = command.run(new Given(values));
  if (command.isWithoutDatabase) return printRows(await run(null as never), values.json);
  const rows = await withServices((service) =>
    run({
      access: service(AccessService),
      keys: service(ApiKeyService),
      accounts: service(CloudAccountService),
      deletion: service(CloudAccountDeletionService),
      forceDetach: service(ForceDetachService),
      audits: service(UsageAuditService),
    }),
  );
  printRows(rows, values.json);
}

function parsed() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Usage((error as Error).message);
  }
}

interface Domain {
  readonly access: AccessService;
  readonly keys: ApiKeyService;
  readonly accounts: CloudAccountService;
  readonly deletion: CloudAccountDeletionService;
  readonly forceDetach: ForceDetachService;
  readonly audits: UsageAuditService;
}

function iso(moment: Date | null): string | null {
  return moment?.toISOString() ?? null;
}

function keyRow(key: ApiKey): Row {
  return {
    id: key.id,
    tenant: key.tenantId,
    name: key.name,
    'key id': key.keyId,
    role: key.role,
    from: key.allowedCidrs.join(' ') || null,
    introspection: key.mayIntrospect,
    created: iso(key.createdAt),
    expires: iso(key.expiresAt),
    revoked: iso(key.revokedAt),
    'last used': iso(key.lastUsedAt),
  };
}
