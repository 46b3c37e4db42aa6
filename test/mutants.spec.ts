import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alterations } from './soak/mutants.js';

const all = Object.entries(alterations).flatMap(([mutant, list]) => list.map((one) => ({ mutant, ...one })));

it.each(all)('the code that the mutant $mutant changes exists once in $file', ({ file, original }) => {
  const source = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  expect(source.split(original)).toHaveLength(2);
});
