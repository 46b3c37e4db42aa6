import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { explain, runAs, userName } from '#libs/kernel';
import { keyLength } from '../envelope.js';
import { isKekId, KeyRing, newKekId, type KekId } from '../key-ring.js';

const largest = 64 * 1024;
const restore = 'Restore it from your backup. Data that was encrypted with its keys cannot be decrypted without them.';

/**
 * The file cannot be used as a key ring. The message is for the operator: file, reason and remediation. It never
 * contains contents of the file, and there is no `cause`, because messages of a parser quote their input.
 */
export class KeyRingUnusable extends Error {
  override readonly name = 'KeyRingUnusable';

  /** @param fault without the path and without user names, because health checks show it */
  constructor(
    path: string,
    readonly fault: string,
    remediation: string,
  ) {
    super(`The key ring file ${path} ${fault}. ${remediation}`);
  }
}

/**
 * Reads `{ "version": 1, "active": "kek-…", "keys": { "kek-…": "<32 bytes in base64>" } }`.
 *
 * Follows symbolic links, because secrets are mounted into containers with them. Every check concerns the file that is
 * actually read.
 *
 * @throws KeyRingUnusable
 */
export function readKeyRingFile(path: string): KeyRing {
  const contents = readPrivateFile(path);
  try {
    return parse(path, contents.toString('utf8'));
  } finally {
    contents.fill(0);
  }
}

/**
 * Creates a ring with one new key, and returns when it is safely on disk. The file is created atomically, and an
 * existing file is never replaced: of several concurrent callers, one succeeds. A crash can leave a hidden `.tmp` file,
 * whose key was never used. It can be removed.
 *
 * @throws KeyRingUnusable
 */
export function createKeyRingFile(path: string): KeyRing {
  const draft = draftOf(path);
  const id = newKekId();
  try {
    writeDraft(draft, { active: id, keys: { [id]: newKey() } });
    // A rename would replace a file that another process has just created. A link does not.
    linkSync(draft, path);
  } catch (error) {
    throw notCreated(path, codeOf(error));
  } finally {
    remove(draft);
  }
  syncFolder(dirname(path));
  return readKeyRingFile(path);
}

/** Key ring with one more KEK, which is not stored in a file yet. */
export interface NextKeyRing {
  /** With the new KEK as the active one. */
  readonly ring: KeyRing;
  /**
   * Replaces the file atomically, and returns when it is safely on disk.
   *
   * @throws KeyRingUnusable
   */
  put(): void;
}

/**
 * Ring of the file with a new KEK. The caller must prevent concurrent changes of the file.
 *
 * @throws KeyRingUnusable
 */
export function nextKeyRing(path: string): NextKeyRing {
  const contents = contentsOf(path);
  const id = newKekId();
  const next: Contents = { ...contents, active: id, keys: { ...contents.keys, [id]: newKey() } };
  return { ring: ringOf(path, { version: 1, ...next }), put: () => replace(path, next) };
}

/**
 * Removes a KEK that is not active from the file. Does nothing if the file does not contain it. The caller must prevent
 * concurrent changes of the file.
 *
 * @throws KeyRingUnusable
 */
export function removeFromKeyRingFile(path: string, kekId: string): void {
  const contents = contentsOf(path);
  const { active, keys } = contents;
  if (!Object.hasOwn(keys, kekId)) return;
  if (active === kekId) throw new TypeError('The active key cannot be removed from the key ring.');
  const { [kekId]: _, ...others } = keys;
  replace(path, { ...contents, keys: others });
}

/**
 * Time of the first use of this ring with a database, according to the file. Null when unknown. If the database is
 * empty, it was lost or exchanged.
 *
 * @throws KeyRingUnusable
 */
export function firstUseOf(path: string): Date | null {
  const { usedSince } = contentsOf(path);
  return usedSince === undefined ? null : new Date(usedSince);
}

/**
 * Records in the file that a database uses this ring. Does nothing if this is recorded, or if the file belongs to
 * another user. The caller must prevent concurrent changes of the file.
 *
 * @throws KeyRingUnusable when the file cannot be replaced, as for a mounted secret
 */
export function markAsUsed(path: string, now: Date): void {
  const contents = contentsOf(path);
  if (contents.usedSince !== undefined || statSync(path).uid !== process.geteuid?.()) return;
  replace(path, { ...contents, usedSince: now.toISOString() });
}

/** Contents of a valid key ring file. */
interface Contents {
  readonly usedSince?: string;
  readonly active: string;
  readonly keys: Readonly<Record<string, string>>;
}

function contentsOf(path: string): Contents {
  const contents = readPrivateFile(path);
  try {
    const text = contents.toString('utf8');
    parse(path, text);
    return JSON.parse(text) as Contents;
  } finally {
    contents.fill(0);
  }
}

function replace(path: string, contents: Contents): void {
  let draft: string | undefined;
  try {
    // A mounted secret is a link to its file: the file is replaced, not the link.
    const file = realpathSync(path);
    removeDrafts(file);
    draft = draftOf(file);
    writeDraft(draft, contents);
    readKeyRingFile(draft); // never replace a readable file with one that cannot be read back
    renameSync(draft, file);
    syncFolder(dirname(file));
  } catch (error) {
    if (error instanceof KeyRingUnusable) throw error;
    throw new KeyRingUnusable(
      path,
      `cannot be replaced (${codeOf(error)})`,
      `${explain(codeOf(error), path)?.remediation ?? 'Run this command as the owner of the file, with write permission for its folder.'} Then copy the file to all other gateways that use it.`,
    );
  } finally {
    if (draft) remove(draft);
  }
}

/** Removes temporary files of interrupted changes: they contain keys, and no other process removes them. */
function removeDrafts(path: string): void {
  const prefix = `.${basename(path)}.`;
  const isDraft = (name: string) => name.startsWith(prefix) && /^[0-9a-f]{16}\.tmp$/.test(name.slice(prefix.length));
  for (const name of readdirSync(dirname(path)).filter(isDraft)) remove(join(dirname(path), name));
}

function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
}

function newKey(): string {
  return randomBytes(keyLength).toString('base64');
}

function readPrivateFile(path: string): Buffer {
  const file = openExisting(path);
  try {
    refuseUnlessPrivate(path, file);

    const contents = Buffer.alloc(largest + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < contents.length; length += read) {
      read = readSync(file, contents, length, contents.length - length, null);
    }
    if (length > largest) {
      throw new KeyRingUnusable(
        path,
        `is larger than ${largest} bytes`,
        'Specify the file that contains the key ring.',
      );
    }
    return contents.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function openExisting(path: string): number {
  try {
    // Non-blocking, because opening a named pipe without a writer would block.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') {
      throw new KeyRingUnusable(
        path,
        'does not exist',
        'If the gateway already has data, copy the key ring that belongs to this data to that path, or set KEY_RING_FILE: ' +
          'a new key ring cannot decrypt the data. If it has no data yet, run `cloud-account-gateway keyring init`.',
      );
    }
    throw new KeyRingUnusable(
      path,
      `cannot be opened (${code})`,
      code === 'EACCES' ? remediationForOwner(path) : 'Use a file that the user of the gateway can read.',
    );
  }
}

function refuseUnlessPrivate(path: string, file: number): void {
  const stats = fstatSync(file);
  if (!stats.isFile()) {
    throw new KeyRingUnusable(path, 'is not a regular file', 'Specify the file itself, not its folder.');
  }
  const { mode, uid } = stats;
  // Windows has no owners and modes of this kind.
  const us = process.geteuid?.();
  if (us !== undefined && uid !== us && uid !== 0) {
    throw new KeyRingUnusable(
      path,
      'belongs to another user',
      `Its owner can read and replace the keys. ${remediationForOwner(path)}`,
    );
  }
  if (us !== undefined && (mode & 0o077) !== 0) {
    throw new KeyRingUnusable(
      path,
      `is accessible to other users (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`,
      `Run: chmod 600 ${quoted(path)} (for a mounted secret, set its mode to 0400 where it is mounted)`,
    );
  }
}

/** Never suggests root as the owner: then the gateway could not read the file. */
function remediationForOwner(path: string): string {
  const us = process.geteuid?.();
  const owner = statSync(path, { throwIfNoEntry: false })?.uid;
  if (us === undefined || owner === undefined || owner === us) return 'Give this user permission to read it.';
  const asOwner = owner === 0 ? '' : ` Run this command as that user: ${runAs(owner)}`;
  const takeOver = ` If the gateway runs as ${userName(us)}, give it the file: sudo chown ${us} ${quoted(path)}`;
  return `It belongs to the user ${userName(owner)}.${asOwner}${us === 0 ? '' : takeOver}`;
}

function parse(path: string, text: string): KeyRing {
  const ring = jsonObject(text);
  if (!ring) throw new KeyRingUnusable(path, 'is not a JSON object', restore);
  return ringOf(path, ring);
}

function ringOf(path: string, ring: Record<string, unknown>): KeyRing {
  const unusable = (fault: string, remediation = restore) => new KeyRingUnusable(path, fault, remediation);

  if (ring['version'] !== 1) {
    throw unusable('does not have version 1', 'Use the version of the gateway that wrote it, or a later one.');
  }
  const { active, keys } = ring;
  if (!isObject(keys)) throw unusable('has no "keys"');

  const keks = new Map<KekId, Buffer>();
  for (const [position, [id, text]] of Object.entries(keys).entries()) {
    const which = `key number ${position + 1}`;
    if (!isKekId(id)) throw unusable(`has an invalid ID for ${which}: it must be "kek-" and 8 hexadecimal digits`);
    const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
    // Buffer.from skips invalid base64, so compare it with the encoded bytes.
    if (!bytes || bytes.toString('base64') !== text) throw unusable(`has the key ${id}, which is not base64`);
    if (bytes.length !== keyLength) {
      throw unusable(`has the key ${id} with ${bytes.length} bytes instead of ${keyLength}`);
    }
    keks.set(id, bytes);
  }
  if (typeof active !== 'string' || !isKekId(active) || !keks.has(active)) {
    throw unusable('does not specify a valid active key', 'Set "active" to the ID of the key to encrypt with.');
  }
  return new KeyRing(active, keks);
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function writeDraft(draft: string, { usedSince, active, keys }: Contents): void {
  const contents = Buffer.from(`${JSON.stringify({ version: 1, usedSince, active, keys }, null, 2)}\n`);

  const file = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    fchmodSync(file, 0o600); // restores the bits that the umask removed
    writeFileSync(file, contents);
    fsyncSync(file);
  } finally {
    contents.fill(0);
    closeSync(file);
  }
}

function remove(draft: string): void {
  try {
    unlinkSync(draft);
  } catch {
    // It was never created, or cannot be removed: neither affects the key ring.
  }
}

/** A new name is safe only after its folder was synchronized: until then a power failure can undo it. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return; // it cannot open a folder
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function notCreated(path: string, code: string): KeyRingUnusable {
  switch (code) {
    case 'EEXIST':
      return new KeyRingUnusable(
        path,
        'already exists and was not changed',
        'Use the existing file. Without it, data that was encrypted with its keys is lost.',
      );
    case 'ENOENT':
      return new KeyRingUnusable(
        path,
        'cannot be created because its folder does not exist',
        'Create the folder first.',
      );
    default: {
      const { reason, remediation } = explain(code, path) ?? {
        reason: code,
        remediation: 'Choose a folder that the user of the gateway can write to, on a file system with hard links.',
      };
      return new KeyRingUnusable(path, `cannot be created: ${reason}`, remediation);
    }
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
