import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runAs, userName } from '#libs/kernel';
import type { Config } from '../config.js';

/** The command runs as another user than the gateway. The message is for the operator. */
export class WrongUser extends Error {
  override readonly name = 'WrongUser';
}

/**
 * Refuses to work on files of another user, before anything is created: that user could not open files that root
 * creates, such as a lock.
 *
 * @throws WrongUser
 */
export function refuseWrongUser({ dataDir, keyRingFile }: Pick<Config, 'dataDir' | 'keyRingFile'>): void {
  const us = process.geteuid?.();
  if (us === undefined) return; // Windows has no owners of this kind
  // A key ring that belongs to root is a mounted secret. For other files of other users, the file permissions apply.
  refuse([keyRingFile], (owner) => owner !== us && owner !== 0);
  if (us === 0) refuse([`${keyRingFile}.lock`, dataDir, ...contentsOf(dataDir)], (owner) => owner !== 0);
}

function refuse(paths: readonly string[], isForeign: (owner: number) => boolean): void {
  for (const path of paths) {
    const owner = ownerOf(path);
    if (owner === undefined || !isForeign(owner)) continue;
    throw new WrongUser(
      `${path} belongs to the user ${userName(owner)}, and this command runs as ${userName(process.geteuid!())}. Run it as that user: ${runAs(owner)}`,
    );
  }
}

/** User ID of the owner. Undefined when the file does not exist or cannot be reached. */
export function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}

function contentsOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
