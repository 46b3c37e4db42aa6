import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder, type Place } from '../support/process.js';

/** A wall taken out on purpose: shows which wall stops what, and that the race would notice. */
export type Mutant = 'no-lock' | 'no-foreign-key';

export const mutantNames: readonly Mutant[] = ['no-lock', 'no-foreign-key'];

const lock = {
  file: 'dist/libs/cloud-accounts/src/typeorm/typeorm-cloud-accounts.js',
  original: 'return this.rows.findOne({ where: visible(tenantId, { id }), ...this.transactions.forUpdate });',
  altered: 'return this.rows.findOne({ where: visible(tenantId, { id }) });',
};

/** What was built, with these walls out of the code; in a folder of its own unless there is nothing to alter. */
export async function builtWith(
  mutants: readonly Mutant[],
): Promise<{ program: string; remove: () => Promise<unknown> }> {
  if (!mutants.includes('no-lock')) return { program: projectFolder, remove: async () => undefined };

  const program = await mkdtemp(join(tmpdir(), 'mutant-'));
  for (const part of ['dist', 'package.json']) {
    await cp(join(projectFolder, part), join(program, part), { recursive: true });
  }
  await symlink(join(projectFolder, 'node_modules'), join(program, 'node_modules'));
  await alter(join(program, lock.file), lock.original, lock.altered);
  return { program, remove: () => rm(program, { recursive: true, force: true }) };
}

/** The walls that stand in the database. */
export async function weakenDatabase(place: Place, mutants: readonly Mutant[]): Promise<void> {
  if (mutants.includes('no-foreign-key'))
    await place.execute('ALTER TABLE subscription DROP FOREIGN KEY fk_subscription_active_account');
}

/** @throws Error unless `original` is there exactly once: a mutant that alters nothing would prove nothing */
async function alter(file: string, original: string, altered: string): Promise<void> {
  const pieces = (await readFile(file, 'utf8')).split(original);
  if (pieces.length !== 2) throw new Error(`${file} holds ${pieces.length - 1} times: ${original}`);
  await writeFile(file, pieces.join(altered));
}
