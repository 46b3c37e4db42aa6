import { resolve } from 'node:path';
import { readConfig } from '../../config.js';
import { refuseWrongUser } from '../../database/file-owner.js';
import { backUp, restore as restoreInto } from '../../database/backup.js';
import type { Run } from '../command.js';
import type { Row } from '../rows.js';

export const backup: Run = async (given) => {
  const config = readConfig(process.env);
  refuseWrongUser(config);
  const { database, keyRingFile } = config;
  const folder = resolve(given.text('to'));
  const { createdAt, rows } = await backUp(database, keyRingFile, folder);
  process.stderr.write(
    `The key ring ${keyRingFile} is not part of the backup. Back it up separately: you need both to restore the gateway.\n`,
  );
  return [summary(folder, createdAt, rows)];
};

export const restore: Run = async (given) => {
  const config = readConfig(process.env);
  refuseWrongUser(config);
  const { createdAt, rows } = await restoreInto(config, resolve(given.text('backup')));
  return [summary(config.dataDir, createdAt, rows)];
};

const summary = (folder: string, created: string, rows: Readonly<Record<string, number>>): Row => ({
  folder,
  created,
  'cloud accounts': rows['cloud_account'] ?? 0,
  subscriptions: rows['subscription'] ?? 0,
  rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
});
