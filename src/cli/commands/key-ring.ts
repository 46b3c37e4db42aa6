import { dirname } from 'node:path';
import { SealedSecrets } from '#libs/aws-credentials';
import {
  KeyRingChangeRefused,
  EncryptionKeyRotation,
  nextKeyRing,
  removeFromKeyRingFile,
  type FileKekProvider,
  type KekUse,
  type Progress,
} from '#libs/encryption';
import { operator } from '#libs/events';
import { readConfig, type Config } from '../../config.js';
import { lockKeyRing, makeDataDir } from '../../database/file-lock.js';
import { refuseWrongUser } from '../../database/file-owner.js';
import { initKeyRing, refuseWithoutData } from '../../database/prepare-database.js';
import type { Given, Run } from '../command.js';
import type { Row } from '../rows.js';
import { withServices } from '../services.js';

export const list: Run = () => withRing(config(), uses);
export const init: Run = () => makeRing(config());
export const rotate: Run = () => alone(config(), addKey);
export const rewrap: Run = (given) => withRing(config(), (ring) => wrapAgain(ring, given));
export const verify: Run = () => withRing(config(), openAll);
export const retire: Run = (given) => alone(config(), (ring) => removeKey(ring, given.text('id')));

const config = () => readConfig(process.env);

interface Ring {
  readonly file: string;
  readonly keks: FileKekProvider;
  readonly rotation: EncryptionKeyRotation;
  readonly secrets: SealedSecrets;
}

function withRing<T>(config: Config, use: (ring: Ring) => Promise<T>): Promise<T> {
  return withServices((service, { keks }) => {
    const [rotation, secrets] = [service(EncryptionKeyRotation), service(SealedSecrets)];
    return use({ file: config.keyRingFile, keks, rotation, secrets });
  }, config);
}

/** Locks the file: with concurrent changes, one of them would be lost. */
async function alone<T>(config: Config, use: (ring: Ring) => Promise<T>): Promise<T> {
  refuseWrongUser(config);
  await refuseWithoutData(config.database);
  const unlock = lockKeyRing(config.keyRingFile);
  try {
    return await withRing(config, use);
  } finally {
    unlock();
  }
}

async function makeRing(config: Config): Promise<Row[]> {
  refuseWrongUser(config);
  const { database, dataDir, keyRingFile } = config;
  if (dirname(keyRingFile) === dataDir) makeDataDir(dataDir);
  const ring = await initKeyRing(database, keyRingFile);
  say('Keep a backup of the file, separate from the database. Without it, the data that it encrypts is lost.');
  return [{ id: ring.active, file: keyRingFile }];
}

async function uses({ keks, rotation }: Ring): Promise<Row[]> {
  return (await rotation.uses(keks.ring.ids)).map(rowOf);
}

async function addKey({ file, rotation }: Ring): Promise<Row[]> {
  const next = nextKeyRing(file);
  const kekId = next.ring.active;
  // First the database, then the file: after an interruption, the database knows a key that no gateway has. In the
  // other order, gateways would have a key that they must not use.
  await rotation.admit(kekId, next.ring.canary(kekId));
  next.put();
  say('Back up the key ring file, then run `cloud-account-gateway keyring rewrap`.');
  return [{ id: kekId, active: true }];
}

async function wrapAgain({ rotation, secrets }: Ring, given: Given): Promise<Row[]> {
  const keys = await rotation.rewrap(progress('stored keys wrapped'));
  let [resealed, unreadable]: [number, readonly number[]] = [0, []];
  if (given.has('tenant-keys')) {
    await rotation.renewTenantKeys(progress('tenants processed'));
    const newest = new Map((await rotation.newestTenantKeys()).map((key) => [key.tenantId!, key.id]));
    ({ secrets: resealed, unreadable } = await secrets.reseal(newest, operator, progress('secrets re-encrypted')));
  }
  const isWhole = keys.unreadable.length + unreadable.length === 0;
  if (!isWhole) failed('Some keys or secrets could not be decrypted, and were not changed.');
  return [
    {
      'stored keys wrapped': keys.done,
      'unreadable keys': keys.unreadable.map(({ id }) => id).join(' ') || null,
      'secrets re-encrypted': resealed,
      'unreadable accounts': unreadable.join(' ') || null,
    },
  ];
}

async function openAll({ rotation, secrets }: Ring): Promise<Row[]> {
  const { keys, unreadable } = await rotation.unreadableKeys(progress('stored keys'));
  const found = await secrets.verify(operator, progress('secrets'));
  if (unreadable.length + found.unreadable.length > 0)
    failed(
      'Some keys or secrets cannot be decrypted. Restore the key ring from a backup, or ask the owners to set their credentials again.',
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

async function removeKey({ file, keks, rotation }: Ring, id: string): Promise<Row[]> {
  const known = await rotation.uses(keks.ring.ids);
  if (!known.some(({ kekId }) => kekId === id))
    throw new KeyRingChangeRefused(
      'The key ring does not contain this key. To list its keys: `cloud-account-gateway keyring list`.',
    );

  // First the database, which then refuses keys wrapped with this one by gateways that have not noticed the change.
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

/** On stderr, so that programs read only the result. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function failed(line: string): void {
  say(line);
  process.exitCode = 1;
}

const sayEvery = 500;

/** For example `12 of 40 secrets`: twice a second, and at the end. */
function progress(what: string): Progress {
  let last = -Infinity;
  return (done, of) => {
    const now = performance.now();
    if (done < of && now - last < sayEvery) return;
    last = now;
    say(`${done} of ${of} ${what}`);
  };
}
