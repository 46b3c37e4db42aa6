import { Events, type NewEvent } from '#libs/events';

export class ListedEvents extends Events {
  readonly all: NewEvent[] = [];

  async record(event: NewEvent): Promise<void> {
    this.all.push(event);
  }

  get types(): string[] {
    return this.all.map(({ type }) => type);
  }
}
