import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder, type Place } from '../support/process.js';

/** A check that is removed on purpose: shows which check prevents what, and that the race notices. */
export type Mutant = 'no-lock' | 'no-foreign-key' | 'check-first' | 'narrow-active' | 'force-skips-rule';

interface Alteration {
  readonly file: string;
  readonly original: string;
  readonly altered: string;
}

const accounts = 'libs/cloud-accounts/src';

/** Checks in the code. */
export const alterations: Readonly<Record<Exclude<Mutant, 'no-foreign-key'>, readonly Alteration[]>> = {
  'no-lock': [
    {
      file: `${accounts}/typeorm-cloud-accounts.ts`,
      original: "this.rows.hold(all(where('id = ?', id), visibleTo(tenantId)))",
      altered: "this.rows.findOne(all(where('id = ?', id), visibleTo(tenantId)))",
    },
  ],
  // Blockers are read before the account is locked, and used afterwards.
  'check-first': [
    {
      file: `${accounts}/deletion/cloud-account-deletion.service.ts`,
      original: `const account = await this.accounts.holdForChange(tenantId, id, expectedVersion);`,
      altered: `const [early] = await this.blockers.countsOf([{ id, tenantId }]);
            const account = await this.accounts.holdForChange(tenantId, id, expectedVersion);
            (globalThis.askedEarly ??= new WeakMap()).set(account, early);`,
    },
    {
      file: `${accounts}/deletion/cloud-account-removal.ts`,
      original: 'const [counts] = await this.blockers.countsOf([account]);',
      altered: `const early = globalThis.askedEarly?.get(account);
        const [counts] = early ? [early] : await this.blockers.countsOf([account]);`,
    },
  ],
  // As if only running subscriptions were active.
  'narrow-active': [
    {
      file: 'libs/subscriptions/src/typeorm-subscriptions.ts',
      original: "const activeOn = 'active_cloud_account_id';",
      altered: `const activeOn = "(CASE WHEN status = 'ACTIVE' THEN cloud_account_id END)";`,
    },
  ],
  // The force detach deletes the account with all blockers.
  'force-skips-rule': [
    {
      file: `${accounts}/force-detach/force-detach.service.ts`,
      original: 'const { SUBSCRIPTION: abandoned } = await this.blockers.abandon(account, approvedBy, now);',
      altered: 'const abandoned = 0;',
    },
    {
      file: `${accounts}/deletion/cloud-account-removal.ts`,
      original: 'account.refuseRemoval(',
      altered: "if (deletion.kind !== 'FORCE_DETACH') account.refuseRemoval(",
    },
  ],
};

export const mutantNames: readonly Mutant[] = ['no-foreign-key', ...(Object.keys(alterations) as Mutant[])];

/** The gateway built without these checks; in its own folder unless nothing is changed. */
export async function builtWith(
  mutants: readonly Mutant[],
): Promise<{ program: string; remove: () => Promise<unknown> }> {
  const altered = mutants.flatMap((mutant) => (mutant === 'no-foreign-key' ? [] : alterations[mutant]));
  if (altered.length === 0) return { program: projectFolder, remove: async () => undefined };

  const program = await mkdtemp(join(tmpdir(), 'mutant-'));
  for (const part of [
    'src',
    'libs',
    'packages',
    'scripts',
    'dist/playground',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ])
    await cp(join(projectFolder, part), join(program, part), { recursive: true });
  await symlink(join(projectFolder, 'node_modules'), join(program, 'node_modules'));
  for (const { file, original, altered: after } of altered) await alter(join(program, file), original, after);
  const rolldown = join(projectFolder, 'node_modules/rolldown/bin/cli.mjs');
  await promisify(execFile)(process.execPath, [rolldown, '-c', 'scripts/rolldown.config.mjs'], { cwd: program });
  return { program, remove: () => rm(program, { recursive: true, force: true }) };
}

/** Checks in the database. */
export async function weakenDatabase(place: Place, mutants: readonly Mutant[]): Promise<void> {
  if (mutants.includes('no-foreign-key'))
    await place.execute('ALTER TABLE subscription DROP FOREIGN KEY fk_subscription_active_account');
}

/** @throws Error unless `original` occurs exactly once: a mutant that changes nothing would prove nothing */
async function alter(file: string, original: string, altered: string): Promise<void> {
  const pieces = (await readFile(file, 'utf8')).split(original);
  if (pieces.length !== 2) throw new Error(`${file} holds ${pieces.length - 1} times: ${original}`);
  await writeFile(file, pieces.join(altered));
}
