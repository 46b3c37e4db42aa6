import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalog } from './error-catalog.js';

const project = join(import.meta.dirname, '../..');

/** Source code without tests. */
const sources = globSync('{src,libs}/**/*.ts', { cwd: project })
  .filter((file) => !/\.spec\.ts$|\/testing\//.test(file))
  .map((file) => readFileSync(join(project, file), 'utf8'));

/** Codes that libraries make and `format-error.ts` passes on. */
const madeByLibraries = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE']);

describe('the error catalogue', () => {
  const entries = Object.entries(errorCatalog);

  it.each(entries.filter(([code]) => !madeByLibraries.has(code)))('has %s, which is thrown somewhere', (code) => {
    // An entry defines the code as a property. Code that throws it has the code as a string.
    expect(sources.some((source) => source.includes(`'${code}'`))).toBe(true);
  });

  it('has every code that an error is created with', () => {
    const made = sources.flatMap((source) => [
      ...source.matchAll(/super\(\s*\w+Errors,\s*'([A-Z_]+)'/g),
      ...source.matchAll(/code: '([A-Z][A-Z_]+)'/g),
      ...source.matchAll(/(?:new CredentialsRejected|rejected)\(\s*'([A-Z_]+)'/g),
    ]);
    const unknown = made.map(([, code]) => code!).filter((code) => !(code in errorCatalog));
    expect(made.length).toBeGreaterThan(30);
    expect(unknown).toEqual([]);
  });

  it('ends every remediation as a sentence', () => {
    for (const [, { remediation }] of entries) expect(remediation).toMatch(/^[A-Z`].*[.]$/);
  });

  it('matches docs/errors.md', () => {
    const file = join(project, 'docs/errors.md');
    if (process.env['UPDATE_DOCS']) writeFileSync(file, documentation());
    expect(readFileSync(file, 'utf8')).toBe(documentation());
  });
});

function documentation(): string {
  const rows = Object.entries(errorCatalog)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { responsibleParty, retryable, remediation }]) =>
        `| \`${code}\` | ${responsibleParty} | ${retryable ? 'yes' : 'no'} | ${remediation} |`,
    );
  return [
    '# Errors',
    '',
    'This page lists every error code, for developers who handle errors. A test compares it with the code. The query `errorCatalog` returns the same list:',
    '',
    '```graphql',
    'query ErrorCatalog { errorCatalog { code responsibleParty retryable remediation } }',
    '```',
    '',
    'If a mutation is refused, the error is in `userErrors` of its payload. Other errors are in `errors` at the top level, with the code in `extensions.code`.',
    '',
    '- **Responsible party**: who has to act. `CALLER` is the sender of the request, `AWS_ADMIN` an administrator of the AWS account, `AWS` AWS itself, and `GATEWAY` the operator of the gateway.',
    '- **Retryable**: whether the same request can succeed later.',
    '',
    '| code | responsible party | retryable | how to fix it |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
