import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Secret } from '#libs/kernel';
import type { Row } from './rows.js';

/** The file for a new secret cannot be created. The message is for the operator. */
export class SecretNotWritten extends Error {
  override readonly name = 'SecretNotWritten';
}

/**
 * Destination of a new API key, which is shown once: a file, the JSON that was requested, or a terminal. Never another
 * stream, whose output can be collected and stored.
 */
export class SecretOutput {
  readonly #file: { readonly path: string; readonly fd: number } | null;
  #isWritten = false;

  /**
   * Creates the file before the command changes anything: otherwise the API key could be lost.
   *
   * @throws the error of `usage` when there is no safe destination
   * @throws SecretNotWritten when the file exists or cannot be created
   */
  constructor(path: string | null, isJson: boolean, usage: (fault: string) => Error) {
    if (path === null && !isJson && !process.stdout.isTTY)
      throw usage(
        'stdout is not a terminal, so the new API key could remain in a log. Use --to FILE to write it to a private file, or --json to write it to stdout.',
      );
    this.#file = path === null ? null : { path, fd: create(path) };
    process.once('exit', () => this.#file && !this.#isWritten && rmSync(this.#file.path, { force: true }));
  }

  /** Writes the API key. Returns the columns to add to the result. */
  put(token: Secret): Row {
    if (!this.#file) return { key: token.reveal() };
    const { path, fd } = this.#file;
    try {
      writeSync(fd, `${token.reveal()}\n`);
      fsyncSync(fd);
      closeSync(fd);
    } catch (error) {
      throw notCreated(path, error);
    }
    this.#isWritten = true;
    return { 'key file': path };
  }
}

function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    throw notCreated(path, error);
  }
}

function notCreated(path: string, error: unknown): SecretNotWritten {
  const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
  return new SecretNotWritten(
    code === 'EEXIST'
      ? `--to: ${path} already exists and was not changed. Specify a new file.`
      : `--to: ${path} cannot be written (${code}). Specify a new file in a folder that this user can write to, on a disk with free space.`,
  );
}
