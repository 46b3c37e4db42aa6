import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..');

/**
 * Registers one of `of` shares of all end-to-end specs. Jest loads the whole gateway again for each file, which takes
 * longer than most specs, so it gets a few files that contain all.
 */
export async function runGroup(which: number, of: number): Promise<void> {
  const size = (spec: string) => statSync(join(folder, spec)).size;
  const specs = readdirSync(folder)
    .filter((file) => file.endsWith('.e2e-spec.ts'))
    .sort((one, other) => size(other) - size(one) || one.localeCompare(other));
  for (const [i, spec] of specs.entries()) if (i % of === which) await import(`../${spec.replace(/\.ts$/, '.js')}`);
}
