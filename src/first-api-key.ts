import { existsSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newApiKeyToken, parseApiKeyToken, type ApiKeyToken } from '#libs/access';
import { fileUnusable } from '#libs/kernel';
import type { Config } from './config.js';
import { makeDataDir } from './database/file-lock.js';

/** The file of the first API key cannot be used. The message is for the operator. */
export class FirstApiKeyUnusable extends Error {
  override readonly name = 'FirstApiKeyUnusable';
}

/** File to which the gateway writes the first API key, unless `FIRST_API_KEY` is set. */
export const firstApiKeyFile = ({ dataDir }: Pick<Config, 'dataDir'>): string => join(dataDir, 'first-api-key');

/**
 * Token of the first API key: `FIRST_API_KEY`, or a new one, which is written to a file with mode 0600 before this
 * returns. After an interrupted start, the next one reads the API key from the file.
 *
 * @throws FirstApiKeyUnusable, DataDirUnusable
 */
export function firstKeyToken(config: Pick<Config, 'dataDir' | 'firstApiKey'>): ApiKeyToken {
  if (config.firstApiKey) return parseApiKeyToken(config.firstApiKey.reveal())!;
  const file = firstApiKeyFile(config);
  makeDataDir(config.dataDir);
  return existsSync(file) ? readKey(file) : writeKey(file);
}

function writeKey(file: string): ApiKeyToken {
  const key = newApiKeyToken();
  const draft = `${file}.tmp`;
  try {
    rmSync(draft, { force: true }); // left by an interrupted start
    writeFileSync(draft, `${key.token.reveal()}\n`, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(draft, file);
  } catch (error) {
    throw new FirstApiKeyUnusable(
      `The first API key cannot be written. ${(fileUnusable(error, file) ?? (error as Error)).message} Or create an API key ` +
        'with `cloud-account-gateway api-keys generate --to FILE` and set FIRST_API_KEY_FILE to that file.',
    );
  }
  return key;
}

function readKey(file: string): ApiKeyToken {
  const stats = lstatSync(file);
  const isOurs = process.geteuid === undefined || (stats.uid === process.geteuid() && (stats.mode & 0o077) === 0);
  // Otherwise another user of this machine could choose the API key.
  const key = stats.isFile() && isOurs ? parseApiKeyToken(readFileSync(file, 'utf8').trim()) : null;
  if (key) return key;
  throw new FirstApiKeyUnusable(
    `${file} is not a private file with an API key. Delete it and start the gateway again, which creates a new API key.`,
  );
}
