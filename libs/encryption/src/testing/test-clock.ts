import { Clock } from '#libs/kernel';

/** Stands still until it is told to go on. */
export class TestClock extends Clock {
  private time = Date.parse('2024-01-01T00:00:00.000Z');

  now(): Date {
    return new Date(this.time);
  }

  /** Milliseconds; may be negative. */
  advance(by: number): void {
    this.time += by;
  }
}
