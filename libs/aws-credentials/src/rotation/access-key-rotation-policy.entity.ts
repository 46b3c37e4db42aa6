import { addTime } from '#libs/kernel';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

const day = 24 * 60 * 60 * 1000;

/** How many days before a key is due its customer is reminded. */
export const reminderDays = [15, 7, 1] as const;

/** What is to be done about a key's age. `rotate` when it is due, a number for a reminder so many days before. */
export type DueAction = 'rotate' | (typeof reminderDays)[number];

/** How often an account's access key is to be replaced, and what was done about it for the present key. */
@Entity('key_rotation_policy')
export class AccessKeyRotationPolicy {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  /** In days, 1 to 365; null for never. */
  @Column('int', { name: 'rotate_every', nullable: true })
  rotationIntervalDays!: number | null;

  /** Of the current key that the reminders were about. */
  @Column('int', { name: 'key_version' })
  keyVersion!: number;

  /** The last reminder for that key, in days before it is due; 0 once it was due; null when there was none yet. */
  @Column('int', { name: 'last_reminder', nullable: true })
  lastReminder!: number | null;

  @Column('datetime', { name: 'next_attempt_at', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;

  @Column('varchar', { name: 'lease_owner', length: 36, nullable: true })
  leaseOwner!: string | null;

  @Column('datetime', { name: 'lease_until', precision: 3, nullable: true })
  leaseUntil!: Date | null;

  static of(tenantId: number, cloudAccountId: number): AccessKeyRotationPolicy {
    return Object.assign(new AccessKeyRotationPolicy(), {
      tenantId,
      cloudAccountId,
      rotationIntervalDays: null,
      keyVersion: 0,
      lastReminder: null,
      nextAttemptAt: null,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Partial<AccessKeyRotationPolicy>);
  }

  /** When a key that was set then is to be replaced; null for never. */
  dueAt(setAt: Date): Date | null {
    return this.rotationIntervalDays === null ? null : addTime(setAt, this.rotationIntervalDays * day);
  }

  /** From now on the key is replaced so often. Reminders whose day has passed already are left out. */
  change(rotationIntervalDays: number | null, key: AgingAccessKey, now: Date): void {
    Object.assign(this, { rotationIntervalDays, keyVersion: key.version } satisfies Partial<AccessKeyRotationPolicy>);
    const dueAt = this.dueAt(key.setAt);
    const passed = reminderDays.filter((days) => dueAt && dueAt.getTime() - days * day <= now.getTime());
    this.lastReminder = passed.at(-1) ?? null;
    this.schedule(key);
  }

  /** What the key's age asks for now, each once: the reminders that are due, the earliest first, and at last to rotate. */
  due(key: AgingAccessKey, now: Date): DueAction[] {
    this.follow(key);
    const dueAt = this.dueAt(key.setAt);
    if (!dueAt) return [];
    const isPast = (days: number) => dueAt.getTime() - days * day <= now.getTime();
    const reminders = this.remindersLeft.filter(isPast);
    return [...reminders, ...(isPast(0) ? ['rotate' as const] : [])];
  }

  /** What was due was done. A rotation that could not begin is tried again a day later. */
  complete(actions: readonly DueAction[], key: AgingAccessKey, now: Date): void {
    const [last] = actions.filter((action) => action !== 'rotate').slice(-1);
    if (last !== undefined) this.lastReminder = last;
    if (actions.includes('rotate')) {
      this.lastReminder = 0;
      this.nextAttemptAt = addTime(now, day);
    } else this.schedule(key);
    this.leaseOwner = this.leaseUntil = null;
  }

  /** Another key is another age. */
  private follow({ version }: AgingAccessKey): void {
    if (version === this.keyVersion) return;
    this.keyVersion = version;
    this.lastReminder = null;
  }

  /** Those of the present key that are still to come: none from before it was set. */
  private get remindersLeft() {
    return reminderDays.filter(
      (days) => days < Math.min(this.lastReminder ?? Infinity, this.rotationIntervalDays ?? 0),
    );
  }

  private schedule({ setAt }: AgingAccessKey): void {
    const dueAt = this.dueAt(setAt);
    const next = this.remindersLeft[0] ?? 0;
    this.nextAttemptAt = dueAt && addTime(dueAt, -next * day);
  }
}

/** What matters of a key that gets old. */
export interface AgingAccessKey {
  readonly version: number;
  readonly setAt: Date;
}
