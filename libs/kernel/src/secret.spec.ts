import { inspect } from 'node:util';
import { Secret } from './secret.js';

describe('a secret', () => {
  const secret = new Secret('hunter2');

  it.each([
    ['joined to a text', () => `${secret as unknown as string}`],
    ['serialised', () => JSON.stringify({ secret })],
    ['inspected', () => inspect({ secret }, { showHidden: true, depth: null })],
    ['enumerated', () => Object.entries(secret).join()],
  ])('shows nothing when it is %s', (_, show) => {
    expect(show()).not.toContain('hunter2');
  });

  it('can be revealed', () => {
    expect(secret.reveal()).toBe('hunter2');
  });
});
