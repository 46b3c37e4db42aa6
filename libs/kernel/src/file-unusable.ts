import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { runAs, userName } from './os-user.js';

/** A file or a folder cannot be used. The message is for the operator: path, reason and remediation. */
export class FileUnusable extends Error {
  override readonly name = 'FileUnusable';
}

/**
 * Explains an error of the file system or SQLite, including causes of `error`.
 *
 * @param path for errors without a path, such as those of writes to an open file
 * @returns null for every other error
 */
export function fileUnusable(error: unknown, path?: string): FileUnusable | null {
  const seen = new Set<unknown>();
  for (let at = error; typeof at === 'object' && at !== null && !seen.has(at);) {
    seen.add(at);
    const fault = at as { code?: unknown; path?: unknown; driverError?: unknown; cause?: unknown };
    // Determined immediately: SQLite can soon remove the files that filled the disk.
    for (const known of [at, fault.cause]) if (known instanceof FileUnusable) return known;
    const about = typeof fault.path === 'string' ? fault.path : path;
    const told = about !== undefined && typeof fault.code === 'string' ? explain(fault.code, about) : null;
    if (told)
      return new FileUnusable(`${told.path} cannot be used: ${told.reason}. ${told.remediation}`, { cause: error });
    at = fault.driverError ?? fault.cause;
  }
  return null;
}

/** Runs `work`, which reads or writes the file. @throws FileUnusable, and other errors of `work` */
export function onFile<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileUnusable(error, path) ?? error;
  }
}

interface Explanation {
  /** Path of the file that causes the problem, if it is another one. */
  readonly path: string;
  /** End of a sentence about the path. */
  readonly reason: string;
  /** An instruction. */
  readonly remediation: string;
}

type Reason = Omit<Explanation, 'path'>;

/** @param code of Node.js or SQLite; if it hides the reason, the file system is checked */
export function explain(code: string, path: string): Explanation | null {
  if (!code.startsWith('SQLITE_')) return explanationOf(code.replace(/^ERR_FS_/, ''), path);
  if (code === 'SQLITE_FULL') return explanationOf('ENOSPC', path);
  if (!/^SQLITE_(READONLY|CANTOPEN|PERM|IOERR)/.test(code)) return null;
  for (const file of ['', '-wal', '-shm', '-journal'].map((end) => path + end)) {
    const explanation = explanationOf(obstacleTo(file), file);
    if (explanation) return explanation;
  }
  const remediation = 'Check the disk, and whether another process replaced or locked the file.';
  return { path, reason: `SQLite answers ${code}`, remediation };
}

function explanationOf(code: string | undefined, path: string): Explanation | null {
  const explanation = explanations[code ?? '']?.(path);
  return explanation ? { path, ...explanation } : null;
}

/** Reason why a file cannot be written or created. Undefined when the file system allows it. */
function obstacleTo(path: string): string | undefined {
  const folder = dirname(path);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return 'EISDIR';
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) return 'ENOTDIR';
    // SQLite also creates up to three files beside it, and removes them when one of them fails.
    accessSync(folder, constants.W_OK | constants.X_OK);
    if (statSync(path, { throwIfNoEntry: false })) accessSync(path, constants.R_OK | constants.W_OK);
    const { bavail, bsize, files, ffree } = statfsSync(folder);
    return bavail * bsize < 65_536 || (files > 0 && ffree < 4) ? 'ENOSPC' : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

const noPermission = (path: string): Reason => {
  const us = process.geteuid?.();
  const owner = (statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path), { throwIfNoEntry: false }))?.uid;
  const asOwner = us === undefined || owner === undefined || owner === us || owner === 0 ? '' : `, or run this as its owner: ${runAs(owner)}`; // prettier-ignore
  const reason = us === undefined ? 'this user has no permission' : `the user ${userName(us)} has no permission`;
  return { reason, remediation: `Give this user permission to read and write the file and its folder${asOwner}.` };
};

const full: Reason = { reason: 'the disk is full', remediation: 'Free space on that disk, or choose another path.' };

const explanations: Readonly<Record<string, (path: string) => Reason>> = {
  EROFS: () => ({
    reason: 'it is on a read-only file system',
    remediation: 'Mount that file system with write access, or choose another path.',
  }),
  EACCES: (path) => safely(() => noPermission(path)),
  EPERM: (path) => safely(() => noPermission(path)),
  ENOSPC: () => full,
  EDQUOT: () => ({ ...full, reason: 'the disk quota is used up' }),
  EFBIG: () => ({ ...full, reason: 'the file is too large for the file system' }),
  ENOTDIR: () => ({
    reason: 'part of its path is a file, not a folder',
    remediation: 'Correct the path, or move that file.',
  }),
  EISDIR: () => ({ reason: 'it is a folder, not a file', remediation: 'Move the folder, or correct the path.' }),
  ENOENT: () => ({ reason: 'it or its folder does not exist', remediation: 'Create the folder, or correct the path.' }),
  EEXIST: () => ({ reason: 'it already exists', remediation: 'Move it, or choose another path.' }),
  ELOOP: () => ({ reason: 'its symbolic links form a loop', remediation: 'Correct the symbolic links.' }),
  ENAMETOOLONG: () => ({ reason: 'its path is too long', remediation: 'Choose a shorter path.' }),
  EMFILE: () => ({ reason: 'too many files are open', remediation: 'Raise the limit of open files (ulimit -n).' }),
  ENFILE: () => ({ reason: 'too many files are open on this machine', remediation: 'Close other programs.' }),
  EIO: () => ({ reason: 'the disk reported an error', remediation: 'Check the disk.' }),
};

/** A file that cannot be reached does not reveal its owner. */
function safely(tell: () => Reason): Reason {
  try {
    return tell();
  } catch {
    return {
      reason: 'this user has no permission',
      remediation: 'Give this user permission to read and write the file and its folder.',
    };
  }
}
