import type { Role } from '#libs/access';
import type { CloudProvider } from '#libs/cloud-accounts';
import type { Command, Option } from './command.js';
import { iamSetupOptions } from './commands/iam-setup-options.js';

const roles: readonly Role[] = ['VIEWER', 'MANAGER', 'OWNER', 'PROVISIONER'];
const providers: readonly CloudProvider[] = ['AWS', 'AZURE', 'GCP'];

const json: Option = { means: 'print the result as JSON, for programs' };
const required = { isRequired: true } as const;
const id: Option = { value: 'ID', means: 'the number in the list', isNumber: true, ...required };
const whichTenant: Record<string, Option> = {
  id: { value: 'ID', means: 'the number of the tenant', isNumber: true },
  name: { value: 'NAME', means: 'the name of the tenant, instead of its number' },
};
const account: Option = { value: 'ID', means: 'the number of the cloud account, or its ID in the API' };
const to: Option = { value: 'FILE', means: 'write the new API key to this new file (mode 0600) instead of the result' };
const shownOnce = 'The API key is shown once, in a terminal. Otherwise, use --to FILE or --json.';
const resource: Option = { value: 'ID', means: 'the ID of the resource', ...required };
const rule: Option = { value: 'RULE', means: "such as 'ingress tcp 22-22 0.0.0.0/0'", ...required };

/** Description of each group of commands, by its first word. */
export const groups: Readonly<Record<string, string>> = {
  tenants: 'Manages tenants. Tenant 1 is the operator. Its API keys can be created only on this command line.',
  'api-keys': 'Manages API keys of every tenant.',
  'hosted-accounts': 'Manages the cloud accounts of the vendor, which every tenant can use.',
  'force-detach': 'Approves requests of OWNERs to force-detach an account whose resources cannot be removed.',
  keyring:
    'Manages the keys that encrypt all secrets, even while gateways run. You can interrupt and repeat every command at any time. See docs/operations.md.',
  sandbox:
    'Simulates changes made directly in AWS, in the accounts of the sandbox. The gateway must be running, with the same settings.',
  'iam-setup':
    'Writes the files that a customer needs to set up IAM, for one of three methods, into a folder. Reads VENDOR_NAME, VENDOR_AWS_ACCOUNT_ID, VENDOR_TAG_KEY, GATEWAY_IDENTITY_ARN and IAM_TEMPLATE_URL. For an access role, also reads the database.',
};

/** All commands, by their words. */
export const commands: Readonly<Record<string, Command>> = {
  start: {
    means: 'starts the gateway, and runs it until it receives SIGTERM or SIGINT',
    notes: 'Settings are environment variables: docs/configuration.md lists them.',
    load: async () => (await import('../serve.js')).serve,
  },
  'tenants list': {
    means: 'lists the tenants',
    options: { json },
    none: 'No tenants.',
    load: async () => (await import('./commands/tenants.js')).list,
  },
  'tenants add': {
    means: 'adds a tenant and its first API key',
    options: { name: { value: 'NAME', means: 'the name of the tenant', ...required }, to, json },
    notes: shownOnce,
    load: async () => (await import('./commands/tenants.js')).add,
  },
  'tenants rename': {
    means: 'changes the name of a tenant',
    options: { id, name: { value: 'NAME', means: 'the new name', ...required }, json },
    load: async () => (await import('./commands/tenants.js')).rename,
  },
  'tenants suspend': {
    means: 'refuses every API key of a tenant immediately, until the tenant is resumed',
    options: { ...whichTenant, json },
    notes:
      'Its provisioning work waits. Access key rotation, health checks and drift checks continue. See docs/operations.md.',
    load: async () => (await import('./commands/tenants.js')).suspend,
  },
  'tenants resume': {
    means: 'accepts the API keys of a suspended tenant again',
    options: { ...whichTenant, json },
    load: async () => (await import('./commands/tenants.js')).resume,
  },
  'tenants remove': {
    means: 'removes a tenant without data, and its API keys',
    options: { ...whichTenant, json },
    notes:
      'A tenant that has or had cloud accounts, subscriptions or external IDs cannot be removed. Suspend it instead.',
    load: async () => (await import('./commands/tenants.js')).remove,
  },
  'api-keys generate': {
    means: 'creates an API key for FIRST_API_KEY_FILE, which becomes valid at the first start',
    options: { to, json },
    notes: shownOnce,
    load: async () => (await import('./commands/api-keys.js')).generate,
  },
  'api-keys list': {
    means: 'lists API keys',
    options: { tenant: { value: 'ID', means: 'only those of this tenant', isNumber: true }, json },
    none: 'No API keys.',
    load: async () => (await import('./commands/api-keys.js')).list,
  },
  'api-keys create': {
    means: 'creates an API key of a tenant',
    options: {
      tenant: { value: 'ID', means: 'the tenant', isNumber: true, ...required },
      name: { value: 'NAME', means: 'the name of the key', ...required },
      role: { value: roles.join('|'), means: 'the role of the key', oneOf: roles, ...required },
      days: { value: 'N', means: 'the lifetime in days; default 365', isNumber: true },
      'never-expires': { means: 'the key does not expire' },
      from: {
        value: 'CIDR',
        means: 'a range of addresses that can use the key, repeatable; default any',
        isRepeatable: true,
      },
      introspection: { means: 'the key can read the schema by introspection' },
      ...{ to, json },
    },
    notes: shownOnce,
    load: async () => (await import('./commands/api-keys.js')).create,
  },
  'api-keys revoke': {
    means: 'revokes an API key immediately and permanently',
    options: { id, json },
    load: async () => (await import('./commands/api-keys.js')).revoke,
  },
  'hosted-accounts list': {
    means: 'lists the hosted accounts',
    options: { json },
    none: 'No hosted accounts.',
    load: async () => (await import('./commands/hosted-accounts.js')).list,
  },
  'hosted-accounts add': {
    means: 'adds a hosted account',
    options: {
      name: { value: 'NAME', means: 'the name of the account', ...required },
      provider: { value: providers.join('|'), means: 'the cloud provider', oneOf: providers, ...required },
      region: { value: 'REGION', means: 'the region code of the provider', ...required },
      json,
    },
    load: async () => (await import('./commands/hosted-accounts.js')).add,
  },
  'hosted-accounts retire': {
    means: 'stops new subscriptions in a hosted account, and deletes the account after its last subscription ends',
    options: { id, json },
    load: async () => (await import('./commands/hosted-accounts.js')).retire,
  },
  'force-detach list': {
    means: 'lists the force-detach requests',
    options: { json },
    none: 'No force-detach requests.',
    load: async () => (await import('./commands/force-detach.js')).list,
  },
  'force-detach approve': {
    means: 'approves a request: deletes the account and abandons its subscriptions',
    options: { account: { ...account, ...required }, json },
    load: async () => (await import('./commands/force-detach.js')).approve,
  },
  doctor: {
    means: 'finds records that contradict each other or a setting; for one account, also shows its usage',
    options: { account, json },
    notes: 'Exit status 1 if it finds any.',
    none: 'No findings.',
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
  backup: {
    means: 'copies the embedded database to a new folder, even while the gateway runs',
    options: { to: { value: 'FOLDER', means: 'the new folder', ...required }, json },
    notes: 'The key ring is not copied. Keep a backup of it in another place. See docs/operations.md.',
    load: async () => (await import('./commands/backup.js')).backup,
  },
  restore: {
    means: 'restores a backup into an empty DATA_DIR, next to the key ring that belongs to it',
    options: { backup: { value: 'FOLDER', means: 'the folder that `backup` created', ...required }, json },
    notes: 'A damaged backup is refused, and a key ring that does not belong to it. See docs/operations.md.',
    load: async () => (await import('./commands/backup.js')).restore,
  },
  'keyring list': {
    means: 'lists the keys of the key ring, and the number of stored keys that each of them wraps',
    options: { json },
    none: 'No keys.',
    load: async () => (await import('./commands/key-ring.js')).list,
  },
  'keyring init': {
    means: 'creates the key ring file before the first start',
    options: { json },
    load: async () => (await import('./commands/key-ring.js')).init,
  },
  'keyring rotate': {
    means: 'adds a new key, which wraps all new keys from then on',
    options: { json },
    load: async () => (await import('./commands/key-ring.js')).rotate,
  },
  'keyring rewrap': {
    means: 'wraps all stored keys with the active key',
    options: {
      'tenant-keys': { means: 'also give each tenant a new key, and encrypt its secrets with that key' },
      json,
    },
    load: async () => (await import('./commands/key-ring.js')).rewrap,
  },
  'keyring verify': {
    means: 'decrypts every stored key and every secret',
    options: { json },
    notes: 'Exit status 1 if one cannot be decrypted.',
    load: async () => (await import('./commands/key-ring.js')).verify,
  },
  'keyring retire': {
    means: 'removes a key that wraps nothing from the key ring',
    options: { id: { value: 'kek-…', means: 'the ID of the key', ...required }, json },
    load: async () => (await import('./commands/key-ring.js')).retire,
  },
  'sandbox keys': {
    means: 'lists access keys of the sandbox, and how AWS answers for each of them',
    options: { json },
    none: 'No access keys.',
    load: async () => (await import('./commands/sandbox.js')).keys,
  },
  'sandbox resources': {
    means: 'lists the resources in the sandbox',
    options: { account: { value: 'ID', means: 'only those in this AWS account' }, json },
    none: 'No resources.',
    load: async () => (await import('./commands/sandbox.js')).resources,
  },
  'sandbox stop': sandboxChange('stop', 'stops an instance'),
  'sandbox start': sandboxChange('start', 'starts an instance'),
  'sandbox terminate': sandboxChange('terminate', 'terminates an instance'),
  'sandbox delete': sandboxChange('delete', 'deletes a volume, a security group, a subnet or a VPC'),
  'sandbox untag': sandboxChange('untag', 'removes a tag', {
    key: { value: 'KEY', means: 'the key of the tag; default VENDOR_TAG_KEY' },
  }),
  'sandbox allow': sandboxChange('allow', 'adds a rule to a security group', { rule }),
  'sandbox revoke': sandboxChange('revoke', 'removes a rule from a security group', { rule }),
  'iam-setup cloudformation': {
    means: 'writes template.yaml, template.json, parameters.json and commands.sh',
    options: iamSetupOptions,
    load: async () => (await import('./commands/iam-setup.js')).setup('cloudformation'),
  },
  'iam-setup terraform': {
    means: 'writes a Terraform module with a README.md',
    options: iamSetupOptions,
    load: async () => (await import('./commands/iam-setup.js')).setup('terraform'),
  },
  'iam-setup manual': {
    means: 'writes README.md with the steps, and the JSON documents to paste',
    options: iamSetupOptions,
    notes: 'Requires --aws-account-id.',
    load: async () => (await import('./commands/iam-setup.js')).setup('manual'),
  },
};

function sandboxChange(name: string, means: string, options: Record<string, Option> = {}): Command {
  return {
    means,
    options: { id: resource, ...options, json },
    load: async () => (await import('./commands/sandbox.js')).change(name),
  };
}
