import { readFileSync } from 'node:fs';
import { isSupported, supportedVersions } from './node-version.js';

describe('The supported versions of Node.js', () => {
  it('are those in package.json and docs/operations.md', () => {
    const text = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

    expect(JSON.parse(text('package.json')).engines.node).toBe(supportedVersions);
    expect(text('docs/operations.md')).toContain('**Node.js 22.16 or a newer 22, or 24.11 or newer**');
  });

  it.each([
    ['20.19.0', false],
    ['22.13.0', false],
    ['22.15.1', false],
    ['22.16.0', true],
    ['22.99.0', true],
    ['23.11.0', false],
    ['24.10.0', false],
    ['24.11.0', true],
    ['25.0.0', true],
    ['26.1.0', true],
  ])('%s: %s', (version, expected) => {
    expect(isSupported(version)).toBe(expected);
  });
});
