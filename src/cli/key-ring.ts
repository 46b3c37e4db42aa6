import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { SealedSecrets } from '#libs/aws-credentials';
import {
  KeyRingChangeRefused,
  KeyRotation,
  nextKeyRing,
  removeFromKeyRingFile,
  type FileKekProvider,
  type KekUse,
  type Progress,
} from '#libs/encryption';
import { operator } from '#libs/events';
import { readConfig, type Config } from '../config.js';
import { lockKeyRing, makeDataDir } from '../database/file-lock.js';
import { initKeyRing } from '../database/prepare-database.js';
import { printRows, type Row } from './rows.js';
import { withServices } from './services.js';
import { Usage } from './usage.js';

const help = `Replaces the keys that encrypt everything, while gateways serve. Every command can be cut off at any moment, and
run again. The whole of it is told in docs/key-rotation.md.

  npm run cli -- keyring list          the keys of the ring, and how many stored keys each of them wraps
  npm run cli -- keyring init          makes the key ring file, before the first start
  npm run cli -- keyring rotate        adds a new key, which wraps from now on
  npm run cli -- keyring rewrap        wraps everything with it that another key wraps
      [--tenant-keys]                  and gives each tenant a new key of its own, and encrypts every secret with that
  npm run cli -- keyring verify        opens every stored key and every secret; ends with 1 when one does not open
  npm run cli -- keyring retire --id kek-…
                                       takes a key out of the ring that wraps nothing any more

  --json   the answer as JSON, for programs
  --help   this text
`;

const options = {
  id: { type: 'string' },
  'tenant-keys': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
type Values = ReturnType<typeof parsed>['values'];

interface Command {
  readonly takes: readonly (keyof Values)[];
  readonly run: (config: Config, values: Values) => Promise<Row[]>;
}

const commands: Record<string, Command> = {
  list: { takes: [], run: (config) => withRing(config, list) },
  init: { takes: [], run: init },
  rotate: { takes: [], run: (config) => alone(config, () => withRing(config, rotate)) },
  rewrap: { takes: ['tenant-keys'], run: (config, values) => withRing(config, (ring) => rewrap(ring, values)) },
  verify: { takes: [], run: (config) => withRing(config, verify) },
  retire: {
    takes: ['id'],
    run: async (config, { id }) => {
      if (id === undefined) throw new Usage('--id is missing.', 'keyring');
      return alone(config, () => withRing(config, (ring) => retire(ring, id)));
    },
  },
};

/** @param args what stands behind `keyring` */
export async function keyRingCommand(args: string[]): Promise<void> {
  const { values, positionals } = parsed(args);
  if (values.help || positionals.length === 0) return void process.stdout.write(help);
  const [name = ''] = positionals;
  const command = positionals.length === 1 && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new Usage('There is no such command of the key ring.', 'keyring');
  for (const option of Object.keys(values) as (keyof Values)[])
    if (option !== 'json' && !command.takes.includes(option))
      throw new Usage(`--${option} does not belong to this command.`, 'keyring');

  printRows(await command.run(readConfig(process.env), values), values.json);
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Usage((error as Error).message, 'keyring');
  }
}

interface Ring {
  readonly file: string;
  readonly keks: FileKekProvider;
  readonly rotation: KeyRotation;
  readonly secrets: SealedSecrets;
}

function withRing<T>(config: Config, use: (ring: Ring) => Promise<T>): Promise<T> {
  return withServices((service, { keks }) => {
    const [rotation, secrets] = [service(KeyRotation), service(SealedSecrets)];
    return use({ file: config.keyRingFile, keks, rotation, secrets });
  }, config);
}

/** Two who change the file at once would each lose the other's key. */
async function alone<T>({ keyRingFile }: Config, work: () => Promise<T>): Promise<T> {
  const unlock = lockKeyRing(keyRingFile);
  try {
    return await work();
  } finally {
    unlock();
  }
}

async function init({ database, dataDir, keyRingFile }: Config): Promise<Row[]> {
  if (dirname(keyRingFile) === dataDir) makeDataDir(dataDir);
  const ring = await initKeyRing(database, keyRingFile);
  say('Make a backup of the file, apart from the database: without it what it encrypts is lost.');
  return [{ id: ring.active, file: keyRingFile }];
}

async function list({ keks, rotation }: Ring): Promise<Row[]> {
  return (await rotation.uses(keks.ring.ids)).map(rowOf);
}

async function rotate({ file, rotation }: Ring): Promise<Row[]> {
  const next = nextKeyRing(file);
  const kekId = next.ring.active;
  // First the database, then the file: cut off between the two, the database knows of a key that nobody has or will have.
  // The other way round gateways would have a key they may not use.
  await rotation.admit(kekId, next.ring.canary(kekId));
  next.put();
  say('Make a backup of the key ring file, then run `keyring rewrap`.');
  return [{ id: kekId, active: true }];
}

async function rewrap({ rotation, secrets }: Ring, values: Values): Promise<Row[]> {
  const keys = await rotation.rewrap(progress('stored keys wrapped'));
  let [resealed, unreadable]: [number, readonly number[]] = [0, []];
  if (values['tenant-keys']) {
    await rotation.renewTenantKeys(progress('tenants looked at'));
    const newest = new Map((await rotation.newestTenantKeys()).map((key) => [key.tenantId!, key.id]));
    ({ secrets: resealed, unreadable } = await secrets.reseal(newest, operator, progress('secrets encrypted anew')));
  }
  const isWhole = keys.unreadable.length + unreadable.length === 0;
  if (!isWhole) failed('Not everything could be opened; what could not be stays as it was.');
  return [
    {
      'stored keys wrapped': keys.done,
      'unreadable keys': keys.unreadable.map(({ id }) => id).join(' ') || null,
      'secrets encrypted anew': resealed,
      'unreadable accounts': unreadable.join(' ') || null,
    },
  ];
}

async function verify({ rotation, secrets }: Ring): Promise<Row[]> {
  const { keys, unreadable } = await rotation.unreadableKeys(progress('stored keys'));
  const found = await secrets.verify(operator, progress('secrets'));
  if (unreadable.length + found.unreadable.length > 0)
    failed(
      'Not everything opens. Put back what belongs to it from a backup, or have the owners set their credentials again.',
    );
  return [
    {
      'stored keys': keys,
      'unreadable keys': unreadable.map(({ id }) => id).join(' ') || null,
      secrets: found.secrets,
      'unreadable accounts': found.unreadable.join(' ') || null,
    },
  ];
}

async function retire({ file, keks, rotation }: Ring, id: string): Promise<Row[]> {
  const uses = await rotation.uses(keks.ring.ids);
  if (!uses.some(({ kekId }) => kekId === id))
    throw new KeyRingChangeRefused('The ring has no such key. `keyring list` shows those it has.');

  // First the database, which from then on refuses what a gateway that has not heard of it wraps with this key.
  await rotation.dismiss(id);
  removeFromKeyRingFile(file, id);
  return [{ id, outcome: 'retired' }];
}

function rowOf({ kekId, isActive, isThere, admittedAt, wrappedKeys }: KekUse): Row {
  return {
    id: kekId,
    active: isActive,
    'in the file': isThere,
    'stored keys': wrappedKeys,
    since: admittedAt?.toISOString() ?? null,
  };
}

/** Beside the answer, so that a program reads that alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function failed(line: string): void {
  say(line);
  process.exitCode = 1;
}

const sayEvery = 500;

/** `12 of 40 secrets`: twice a second, and at the end. */
function progress(what: string): Progress {
  let last = -Infinity;
  return (done, of) => {
    const now = performance.now();
    if (done < of && now - last < sayEvery) return;
    last = now;
    say(`${done} of ${of} ${what}`);
  };
}
