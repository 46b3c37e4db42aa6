import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../support/process.js';
import type { Results } from './results.js';
import { tablesOf } from './tables.js';

const page = join(projectFolder, 'docs/benchmarks.md');
const file = join(projectFolder, 'docs/benchmarks.json');
const [begin, end] = ['<!-- results -->', '<!-- end of results -->'];

/** Committed results. Null when there are none. */
export function recordedResults(): Results | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : null;
}

export function writeResults(results: Results): void {
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no place for the results.`);
  writeFileSync(page, `${text.slice(0, from)}${begin}\n\n${tablesOf(results)}\n\n${text.slice(to)}`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
