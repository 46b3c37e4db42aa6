import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../support/process.js';

/** Creates tenants: see `tenants.ts`. */
export const tenantsProgram = join(projectFolder, 'dist/bench/tenants.js');

const folder = join(import.meta.dirname, 'programs');

/**
 * Installs the packages of the other servers, compiles them, and bundles the program that creates tenants, if they have
 * changed.
 */
export function preparePrograms(): void {
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (isOlder(installed, join(folder, 'package-lock.json'))) {
    console.error('Installing the servers that the gateway is compared with …');
    run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
  }
  const compiled = join(folder, 'node_modules/.cache/tsbuildinfo');
  if (isOlder(compiled, join(folder, 'servers'), join(folder, 'load'), join(folder, 'tsconfig.json'), installed)) {
    console.error('Compiling them …');
    run(process.execPath, [join(projectFolder, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  }
  const gateway = join(projectFolder, 'dist/bundle/main.js');
  if (isOlder(tenantsProgram, gateway, join(import.meta.dirname, 'tenants.ts'))) {
    const config = join(import.meta.dirname, 'tenants.rolldown.mjs');
    run(
      process.execPath,
      [join(projectFolder, 'node_modules/rolldown/bin/cli.mjs'), '-c', config],
      projectFolder,
      'ignore',
    );
  }
}

/** @param output `ignore` for a program that prints a line for each file */
function run(
  command: string,
  args: string[],
  cwd = folder,
  output: 'ignore' | NodeJS.WriteStream = process.stderr,
): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', output, 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with status ${status}.`);
}

function isOlder(file: string, ...sources: string[]): boolean {
  return !existsSync(file) || Math.max(...sources.map(newest)) > statSync(file).mtimeMs;
}

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newest(join(path, name))));
}
