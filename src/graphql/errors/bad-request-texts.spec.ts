import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { badRequestText } from './bad-request-texts.js';

const sources = dirname(fileURLToPath(import.meta.resolve('@apollo/server')));

/** Beginnings of all messages for refused requests in the sources of Apollo Server, with their parameters. */
function beginnings(): string[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  const code = files.map((file) => readFileSync(join(sources, file), 'utf8')).join('\n');
  return Array.from(code.matchAll(/new BadRequestError\(\s*(['"`])(.*?)\1[\s,)]/g), ([, , text]) => text!)
    .flatMap((text) => (text.includes('${paramName}') ? parameters(text, '${paramName}') : [text]))
    .flatMap((text) => (text.includes('${fieldName}') ? parameters(text, '${fieldName}').slice(2) : [text]))
    .flatMap((text) => ['mutation', 'subscription'].map((kind) => text.replace('${operation.operation}', kind)));
}

const parameters = (text: string, hole: string) =>
  ['query', 'operationName', 'variables', 'extensions'].map((name) => text.replace(hole, name));

describe('the text for a refused request', () => {
  const texts = [...new Set(beginnings())];

  it('was compared with the sources of Apollo Server', () => {
    expect(texts.length).toBeGreaterThan(20);
  });

  it.each(texts)('exists for: %s', (text) => {
    expect(text).not.toContain('${');
    expect(badRequestText(text)).toBeDefined();
  });

  it('exists for no other message', () => {
    expect(badRequestText('Unexpected token w, "wJalrXUtnFEMI" is not valid JSON')).toBeUndefined();
  });
});
