import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const project = join(import.meta.dirname, '..');
const rules = 'packages/iam-policy/src/iam-names.ts';

/** Code only, without examples in descriptions and comments. */
const sources = ['libs', 'packages', 'src']
  .flatMap((folder) => readdirSync(join(project, folder), { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && /(?<!\.spec)\.ts$/.test(entry.name) && !entry.parentPath.includes('/testing'))
  .map((entry) => relative(project, join(entry.parentPath, entry.name)))
  .filter((file) => file !== rules);

describe('the format of names and ARNs of IAM', () => {
  it.each([
    ['an expression for ARNs of IAM', /\/\^?arn:[^`'"\n]*iam/],
    ['a search for the kind of an ARN', /includes\('?:(role|user|policy)\//],
    ['a list of the characters of names', /A-Za-z0-9\+=,\.@_-\]/],
    ['a cut at a colon, which a path may have', /[aA]rn\.(split\(':'\)\.at|slice\([^)]*lastIndexOf\(':'\))/],
  ])('is defined in one place: no other file has %s', (_, form) => {
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.filter((file) => form.test(readFileSync(join(project, file), 'utf8')))).toEqual([]);
  });
});
