import { Events, type NewEvent } from '#libs/events';

/** What happened in a test. */
export class ListedEvents extends Events {
  readonly all: NewEvent[] = [];

  async record(event: NewEvent): Promise<void> {
    this.all.push(event);
  }

  get types(): string[] {
    return this.all.map(({ type }) => type);
  }
}
