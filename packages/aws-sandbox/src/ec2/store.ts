import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { kinds, type Ec2Kind, type Ec2Of, type Ec2Resource, type Instance } from './resource.js';

/** How long EC2 goes on showing a terminated instance, in milliseconds. */
const shownTerminated = 60 * 60 * 1000;

/** Where something stands. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** All that stands in the accounts of the sandbox. With a file, it is there again after a restart, whatever ended the process. */
export class Ec2Store {
  /** By account and region, then by id, in the order in which they were made. */
  private readonly places = new Map<string, Map<string, Ec2Resource>>();

  /** @param file a line for each change: the resource as it is then, or that it is gone */
  constructor(private readonly file?: string) {
    if (file === undefined || !existsSync(file)) return;
    this.replay(file);
    writeFileSync(`${file}.new`, this.all().map(written).join(''), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** What a file says, which may be in use: nothing is written to it. */
  static read(file: string): Ec2Store {
    const store = new Ec2Store();
    if (existsSync(file)) store.replay(file);
    return store;
  }

  all(): Ec2Resource[] {
    return [...this.places.values()].flatMap((there) => [...there.values()]).map(settled);
  }

  /** Those of a kind in a place, the oldest first. */
  of<Kind extends Ec2Kind>(place: Place, kind: Kind): Ec2Of<Kind>[] {
    const there = [...(this.places.get(nameOf(place))?.values() ?? [])];
    return there.filter((resource) => resource.kind === kind && isShown(resource)).map(settled) as Ec2Of<Kind>[];
  }

  find(place: Place, id: string): Ec2Resource | undefined {
    const found = this.places.get(nameOf(place))?.get(id);
    return found && isShown(found) ? settled(found) : undefined;
  }

  /** Writes a new one, or one that has changed. */
  put(resource: Ec2Resource): void {
    this.set(resource);
    this.append(written(resource));
  }

  remove(resource: Ec2Resource): void {
    this.places.get(nameOf(resource))?.delete(resource.id);
    this.append(`${JSON.stringify({ gone: resource.id, accountId: resource.accountId, region: resource.region })}\n`);
  }

  private set(resource: Ec2Resource): void {
    const there = this.places.get(nameOf(resource)) ?? new Map<string, Ec2Resource>();
    this.places.set(nameOf(resource), there.set(resource.id, resource));
  }

  private append(line: string): void {
    if (this.file !== undefined) appendFileSync(this.file, line, { mode: 0o600 });
  }

  private replay(file: string): void {
    for (const line of readFileSync(file, 'utf8').split('\n')) this.replayLine(line);
  }

  /** A line that was cut off by the end of the process tells nothing. */
  private replayLine(line: string): void {
    try {
      const change = JSON.parse(line) as Ec2Resource | ({ readonly gone: string } & Place);
      if ('gone' in change) this.places.get(nameOf(change))?.delete(change.gone);
      else if (isShown(change)) this.set(change);
    } catch {
      return;
    }
  }
}

export const newId = (kind: Ec2Kind) => `${kinds[kind].prefix}${randomBytes(9).toString('hex').slice(0, 17)}`;

const nameOf = ({ accountId, region }: Place) => `${accountId}/${region}`;

const written = (resource: Ec2Resource) => `${JSON.stringify(resource)}\n`;

/** As it is now: what was on the way has arrived. */
function settled(resource: Ec2Resource): Ec2Resource {
  if (resource.kind !== 'instance' || !resource.next || resource.next.at > Date.now()) return resource;
  return { ...resource, state: resource.next.state, next: null } satisfies Instance;
}

function isShown(resource: Ec2Resource): boolean {
  if (resource.kind !== 'instance') return true;
  const { next } = resource;
  return !(next?.state === 'terminated' && next.at + shownTerminated <= Date.now());
}
