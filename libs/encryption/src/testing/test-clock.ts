import { Clock } from '#libs/kernel';

/** Clock that changes only when `advance` is called. */
export class TestClock extends Clock {
  private time = Date.parse('2024-01-01T00:00:00.000Z');

  now(): Date {
    return new Date(this.time);
  }

  /** In milliseconds. Can be negative. */
  advance(by: number): void {
    this.time += by;
  }
}
