import { addTime, backOff, spread } from './time.js';

describe('addTime', () => {
  it('adds whole milliseconds, also negative ones', () => {
    const moment = new Date('2026-01-01T00:00:00.000Z');

    expect(addTime(moment, 1000.4)).toEqual(new Date('2026-01-01T00:00:01.000Z'));
    expect(addTime(moment, -1000)).toEqual(new Date('2025-12-31T23:59:59.000Z'));
  });
});

describe('spread', () => {
  it('varies a duration by at most a fifth', () => {
    for (let i = 0; i < 1000; i++) {
      expect(spread(100)).toBeGreaterThanOrEqual(80);
      expect(spread(100)).toBeLessThanOrEqual(120);
    }
  });
});

describe('backOff', () => {
  it.each([
    [1, 10],
    [2, 20],
    [3, 40],
    [4, 50],
    [5000, 50],
  ])('after %i failures waits at most %i, and at least three quarters of it', (failures, most) => {
    for (let i = 0; i < 1000; i++) {
      const wait = backOff(failures, 10, 50);
      expect(wait).toBeLessThanOrEqual(most);
      expect(wait).toBeGreaterThanOrEqual(0.75 * most);
    }
  });
});
