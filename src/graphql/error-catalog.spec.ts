import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalog } from './error-catalog.js';

const project = join(import.meta.dirname, '../..');

/** The product's own code, without tests. */
const sources = globSync('{src,libs}/**/*.ts', { cwd: project })
  .filter((file) => !/\.spec\.ts$|\/testing\//.test(file))
  .map((file) => readFileSync(join(project, file), 'utf8'));

/** Codes that libraries make and `format-error.ts` passes on. */
const madeByLibraries = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE']);

describe('the error catalogue', () => {
  const entries = Object.entries(errorCatalog);

  it.each(entries.filter(([code]) => !madeByLibraries.has(code)))('has %s, which is thrown somewhere', (code) => {
    // An entry defines the code as a property; whoever throws it says it as a text.
    expect(sources.some((source) => source.includes(`'${code}'`))).toBe(true);
  });

  it('has every code that an error is made with', () => {
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

  it('is what docs/errors.md says', () => {
    const file = join(project, 'docs/errors.md');
    if (process.env['UPDATE_DOCS']) writeFileSync(file, documentation());
    expect(readFileSync(file, 'utf8')).toBe(documentation());
  });
});

function documentation(): string {
  const rows = Object.entries(errorCatalog)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { fault, retryable, remediation }]) =>
        `| \`${code}\` | ${fault} | ${retryable ? 'yes' : 'no'} | ${remediation} |`,
    );
  return [
    '# Errors',
    '',
    'What a client can expect and act on is in the payload of a mutation, as `userErrors`; everything else is in `errors`, with the code in',
    '`extensions.code`. The same list can be had from the gateway: `{ errorCatalog { code fault retryable remediation } }`.',
    '(This page is held against the code by a test.)',
    '',
    "Whose fault: CALLER, whoever sent the request; AWS_ADMIN, whoever administers the customer's AWS account; AWS itself; GATEWAY, its operator.",
    'Retryable: whether the very same request may succeed later.',
    '',
    '| code | whose fault | retryable | the way out |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
