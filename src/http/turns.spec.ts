import { Turns } from './turns.js';

const iteration = () => new Promise((resolve) => setImmediate(resolve));

describe('Turns', () => {
  it('are taken in order, one in each iteration of the event loop', async () => {
    const turns = new Turns();
    const taken: string[] = [];
    turns.wait(() => {
      taken.push('first');
      turns.wait(() => taken.push('third'));
    });
    turns.wait(() => taken.push('second'));

    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      await iteration();
      seen.push(taken.length);
    }

    expect(taken).toEqual(['first', 'second', 'third']);
    expect(seen.some((count) => count === 1)).toBe(true);
    expect(seen.slice(1).every((count, i) => count - seen[i]! <= 1)).toBe(true);
  });
});
