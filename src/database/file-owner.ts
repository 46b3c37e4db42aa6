import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runAs, userName } from '#libs/kernel';
import type { Config } from '../config.js';

/** The command runs as another user than the gateway. The message is for the operator. */
export class WrongUser extends Error {
  override readonly name = 'WrongUser';
}

/**
 * Refuses to work on another user's files, before anything is created: what root creates beside them, such as a lock, that
 * user could not open any more.
 *
 * @throws WrongUser
 */
export function refuseWrongUser({ dataDir, keyRingFile }: Pick<Config, 'dataDir' | 'keyRingFile'>): void {
  const us = process.geteuid?.();
  if (us === undefined) return; // Windows has no owners of this kind
  // A key ring of root is a mounted secret. To other files of other users the permissions of the file system apply.
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

/** The user id of the owner; undefined when there is no such file, or it is out of reach. */
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
