import { addTime } from '#libs/kernel';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

const day = 24 * 60 * 60 * 1000;

/** Days before a rotation is due on which a reminder is recorded. */
export const reminderDays = [15, 7, 1] as const;

/** Due action: `rotate`, or a reminder as the number of days before. */
export type DueAction = 'rotate' | (typeof reminderDays)[number];

/** Maximum age of an account's access key, and the reminders that were recorded for the current access key. */
@Entity('key_rotation_policy')
export class AccessKeyRotationPolicy {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  /** In days, 1 to 365. Null: no automatic rotation. */
  @Column('int', { name: 'rotate_every', nullable: true })
  rotationIntervalDays!: number | null;

  /** Version of the access key that the reminders are about. */
  @Column('int', { name: 'key_version' })
  keyVersion!: number;

  /**
   * Last reminder for that access key, in days before the rotation is due. 0 after it was due. Null when there was
   * none.
   */
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

  /** Time when an access key that was set at `setAt` is due. Null: never. */
  dueAt(setAt: Date): Date | null {
    return this.rotationIntervalDays === null ? null : addTime(setAt, this.rotationIntervalDays * day);
  }

  /** Sets the interval. Reminders whose day has passed are skipped. */
  change(rotationIntervalDays: number | null, key: AgingAccessKey, now: Date): void {
    Object.assign(this, { rotationIntervalDays, keyVersion: key.version } satisfies Partial<AccessKeyRotationPolicy>);
    const dueAt = this.dueAt(key.setAt);
    const passed = reminderDays.filter((days) => dueAt && dueAt.getTime() - days * day <= now.getTime());
    this.lastReminder = passed.at(-1) ?? null;
    this.schedule(key);
  }

  /** Due actions: reminders, earliest first, and finally the rotation. */
  due(key: AgingAccessKey, now: Date): DueAction[] {
    this.follow(key);
    const dueAt = this.dueAt(key.setAt);
    if (!dueAt) return [];
    const isPast = (days: number) => dueAt.getTime() - days * day <= now.getTime();
    const reminders = this.remindersLeft.filter(isPast);
    return [...reminders, ...(isPast(0) ? ['rotate' as const] : [])];
  }

  /** Marks actions as done. A rotation that could not start is tried again one day later. */
  complete(actions: readonly DueAction[], key: AgingAccessKey, now: Date): void {
    const [last] = actions.filter((action) => action !== 'rotate').slice(-1);
    if (last !== undefined) this.lastReminder = last;
    if (actions.includes('rotate')) {
      this.lastReminder = 0;
      this.nextAttemptAt = addTime(now, day);
    } else this.schedule(key);
    this.leaseOwner = this.leaseUntil = null;
  }

  /** Starts again for a new access key. */
  private follow({ version }: AgingAccessKey): void {
    if (version === this.keyVersion) return;
    this.keyVersion = version;
    this.lastReminder = null;
  }

  /** Remaining reminders for the current access key, without those from before it was set. */
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

/** Facts about an access key that determine its rotation. */
export interface AgingAccessKey {
  readonly version: number;
  readonly setAt: Date;
}
