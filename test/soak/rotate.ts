import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startAwsSandbox, type AwsSandbox } from '@cloud-account-gateway/aws-sandbox';
import { newDatabase } from '../support/new-database.js';
import { inherited, projectFolder } from '../support/process.js';
import { Random } from './random.js';
import type { RotatingOptions } from './rotating.js';
import type { SoakOptions, SoakResult } from './soak.js';

/** Every n-th point that is tested, and the number of random kills of a process with many rotations. */
const sizes = { short: { every: 24, chances: 2, accounts: 4 }, full: { every: 1, chances: 200, accounts: 20 } };
/** Time until AWS recognizes a new access key, in milliseconds: longer than all other times here. */
const propagation = 150;

/**
 * kill -9 of a process during rotations: at every point before and after a call to AWS and before and after a commit,
 * one after the other, and at random moments with many rotations in progress. Each next process finishes the work of
 * the previous one. AWS, which keeps running, then shows whether every stored access key works and what is left over.
 *
 * Naive orders are killed at the same points, and must be detected.
 */
export async function rotate({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  const { every, chances, accounts } = sizes[size];
  const random = new Random(seed);
  const violations: string[] = [];
  const figures = {
    'points killed at': 0,
    'kills by chance': 0,
    'keys tried at AWS': 0,
    'naive orders found out': 0,
  };

  await withPlace(database, async (place) => {
    for (let n = 1 + random.below(every); ; n += every) {
      const lines = await run({ ...place, accounts: ['R0'], killAt: n, begins: true });
      const killedAt = lines.find((line) => line.killedAt)?.killedAt;
      note(lines, `point ${n}, ${killedAt ?? 'none'}`, violations, figures);
      if (!killedAt) break;
      figures['points killed at']++;
      if (n % 10 === 0) say(`point ${n}: ${killedAt}`);
    }
    note(await run({ ...place, accounts: [], killAt: null, begins: false }), 'the last', violations, figures);
  });

  await withPlace(database, async (place) => {
    const parts = Array.from({ length: accounts }, (_, i) => `S${i.toString(36).toUpperCase()}`);
    for (let i = 0; i < chances; i++) {
      const after = 20 + random.below(1500);
      const lines = await run({ ...place, accounts: parts, killAt: null, begins: true }, after);
      note(lines, `chance ${i + 1}`, violations, figures);
      figures['kills by chance']++;
      if (i % 20 === 19) say(`${i + 1} kills by chance`);
    }
    note(await run({ ...place, accounts: [], killAt: null, begins: false }), 'the last', violations, figures);
  });

  for (const naive of ['switch before it works', 'delete before the switch'] as const) {
    const found: string[] = [];
    // An access key that is not recognized yet must still be unknown when the next process checks.
    const tryIt = async (place: Place) => {
      for (let n = 20; n < 40 && found.length === 0; n += 2) {
        note(await run({ ...place, accounts: ['R0'], killAt: n, begins: true, naive }), naive, found, { ...figures });
      }
    };
    await withPlace(database, tryIt, 20_000);
    if (found.length > 0) figures['naive orders found out']++;
    else violations.push(`the naive order passes: ${naive}`);
  }
  return { figures, violations };
}

type Place = Pick<RotatingOptions, 'folder' | 'databaseUrl' | 'sandboxUrl'>;

async function withPlace(
  database: SoakOptions['database'],
  use: (place: Place) => Promise<void>,
  unknownFor = propagation,
): Promise<void> {
  const sandbox: AwsSandbox = await startAwsSandbox();
  sandbox.admin.propagationTakes(unknownFor);
  const folder = await mkdtemp(join(tmpdir(), 'rotating-'));
  const { url, remove } = await newDatabase(database);
  try {
    await use({ folder, databaseUrl: url, sandboxUrl: sandbox.url });
  } finally {
    await sandbox.close();
    await remove();
    await rm(folder, { recursive: true, force: true });
  }
}

let bundled: Promise<string> | undefined;
const bundle = () =>
  (bundled ??= promisify(execFile)(
    process.execPath,
    [join(projectFolder, 'node_modules/rolldown/bin/cli.mjs'), '-c', 'test/soak/rotating.rolldown.mjs'],
    { cwd: projectFolder },
  ).then(() => join(projectFolder, 'dist/soak/rotating.js')));

/** Runs a process until it ends, or until it is killed after a number of milliseconds of rotating. */
async function run(options: RotatingOptions, killAfter?: number): Promise<any[]> {
  const child = spawn(process.execPath, [await bundle()], {
    cwd: projectFolder,
    env: { ...inherited, ROTATING: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    // Ready: the accounts exist, and interrupted work is being finished.
    if (killAfter !== undefined && !output.includes('looked') && text.includes('looked'))
      void wait(killAfter).then(() => child.kill('SIGKILL'));
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await new Promise((resolve) => child.once('close', resolve));
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  if (!lines.some(({ looked, violation }) => looked || violation))
    lines.push({ violation: `it did not start: ${errors.slice(-600)}` });
  return lines;
}

function note(lines: any[], when: string, violations: string[], figures: Record<string, number>): void {
  for (const { violation, rows, looked } of lines) {
    if (violation) violations.push(`${when}: ${violation} ${rows ? JSON.stringify(rows) : ''}`);
    if (looked) figures['keys tried at AWS']! += looked;
  }
}
