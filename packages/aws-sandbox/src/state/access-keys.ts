import { createdKeyId, findAccessKey, type AccessKey, type KeyOwner } from '../accounts/access-key.js';
import { createDate } from '../accounts/account.js';
import { limitExceeded } from '../protocol/aws-errors.js';
import { randomText } from '../accounts/session.js';

/** An access key as IAM knows it. */
export interface KeyRecord {
  readonly id: string;
  /** Of a user, or of root: as {@link AccessKeys.of} takes it. */
  readonly owner: string;
  readonly createDate: string;
  status: 'Active' | 'Inactive' | 'Deleted';
  lastUse?: KeyUse;
  /** When each service takes it, in milliseconds since 1970. */
  readonly taken: Record<Service, { from: number; until: number }>;
}

export interface KeyUse {
  readonly at: Date;
  readonly service: Service;
  readonly region: string;
}

export type Service = 'sts' | 'iam' | 'ec2';

/** How long after a change each service learns of it, in milliseconds; EC2 with STS when not said. */
export type Propagation = Readonly<Record<'sts' | 'iam', number>> & { readonly ec2?: number };

const services = ['sts', 'iam', 'ec2'] as const;
const keysPerUser = 2;

/** The keys there are: those that were created, and those that were used, as nobody creates the keys of the families. */
export class AccessKeys {
  /** Of keys that are created. */
  propagation: Propagation = { sts: 0, iam: 0 };
  /** Whether keys also go on being taken, or refused, for as long after their status was changed. */
  changesPropagate = false;

  private readonly records = new Map<string, KeyRecord>();

  /** Whether a service takes the key now. A key of which nothing is known is taken: it follows from its id. */
  isTaken(id: string, service: Service): boolean {
    const record = this.records.get(id);
    if (!record) return true;

    const { from, until } = record.taken[service];
    return from <= Date.now() && Date.now() < until;
  }

  /** Notes a use, and that the key exists, if it was not known. */
  use(key: AccessKey, owner: string, lastUse: KeyUse): void {
    const record = this.records.get(key.id) ?? this.add(key.id, owner, createDate);
    record.lastUse = lastUse;

    const spare = createdKeyId(key, '000');
    if (key.family.hasSpareKey && !this.records.has(spare)) this.add(spare, owner, createDate);
  }

  /** The keys of a user, the oldest first. */
  of(owner: string): KeyRecord[] {
    return [...this.records.values()].filter((record) => record.owner === owner && record.status !== 'Deleted');
  }

  find(id: string): KeyRecord | undefined {
    const record = this.records.get(id);
    return record?.status === 'Deleted' ? undefined : record;
  }

  /**
   * Creates a key that services take once they have learned of it.
   *
   * @param least how long that takes at the least, in milliseconds
   * @throws AwsError LimitExceeded when the user has two, active or not
   */
  create(of: KeyOwner, owner: string, least: number): AccessKey {
    if (this.of(owner).length >= keysPerUser) throw limitExceeded('AccessKeysPerUser', keysPerUser);

    let id: string;
    do id = createdKeyId(of, randomText(3));
    while (this.records.has(id));

    const record = this.add(id, owner, new Date().toISOString().replace(/\.\d{3}/, ''));
    for (const service of services) {
      record.taken[service].from = Date.now() + Math.max(this.takes(service), least);
    }
    return findAccessKey(id)!;
  }

  changeStatus(record: KeyRecord, status: KeyRecord['status']): void {
    if (status === record.status) return;

    const now = Date.now();
    for (const service of services) {
      const taken = record.taken[service];
      const then = now + (this.changesPropagate ? this.takes(service) : 0);
      // Of a key it still takes, a service that learns of nothing but the end of it being inactive goes on taking it.
      if (status === 'Active' && taken.until <= now) taken.from = then;
      taken.until = status === 'Active' ? Infinity : Math.min(taken.until, then);
    }
    record.status = status;
  }

  private takes(service: Service): number {
    return this.propagation[service] ?? this.propagation.sts;
  }

  private add(id: string, owner: string, createDate: string): KeyRecord {
    const always = () => ({ from: 0, until: Infinity });
    const taken = { sts: always(), iam: always(), ec2: always() };
    const record: KeyRecord = { id, owner, createDate, status: 'Active', taken };
    this.records.set(id, record);
    return record;
  }
}
