import type { AwsIdentity, Verification } from '#libs/aws-credentials';
import { Events, gateway } from '#libs/events';
import { addTime, Clock, eachOf, UnitOfWork, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountHealth } from './cloud-account-health.entity.js';
import { CloudAccountHealths } from './cloud-account-healths.js';
import { CloudAccounts } from '../cloud-accounts.js';
import { findingOf, type HealthFinding } from './health-finding.js';
import { afterOneHour, suspicionPause } from './health-pace.js';

/** Health as shown by the API, at one moment. */
export type SeenHealth = ReturnType<CloudAccountHealth['snapshotAt']>;

/** Reads and updates the health of accounts. */
@Injectable()
export class CloudAccountHealthService {
  constructor(
    private readonly healths: CloudAccountHealths,
    private readonly accounts: CloudAccounts,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** In the order of the accounts. Null for hosted accounts, and for accounts that were never ACTIVE. */
  async of(accounts: readonly CloudAccount[]): Promise<(CloudAccountHealth | null)[]> {
    const ids = accounts.map(({ id }) => id);
    return eachOf(ids, await this.healths.ofAccounts(ids), ({ cloudAccountId }) => cloudAccountId);
  }

  /** Whether the accounts are BROKEN, in their order. */
  async areBroken(accounts: readonly CloudAccount[]): Promise<boolean[]> {
    const broken = await this.healths.findBroken(accounts.map(({ id }) => id));
    return accounts.map(({ id }) => broken.has(id));
  }

  /** Current health, in the order of the accounts. */
  async seen(accounts: readonly CloudAccount[]): Promise<(SeenHealth | null)[]> {
    const now = this.clock.now();
    return (await this.of(accounts)).map((health) => health && health.snapshotAt(now));
  }

  /** Stores the result of a verification. Creates the health of an account that has just become ACTIVE. */
  async observed(account: Held<CloudAccount>, verification: Verification, now: Date): Promise<void> {
    const askedAt = verification.report.checkedAt;
    const held = await this.healths.hold(account);
    await this.takeName(account, verification.identity, held, askedAt);
    const health = held ?? (await this.begun(account, askedAt));
    if (!health) return;
    await this.note(health, findingOf(verification), askedAt, now);
    await this.healths.update(health);
  }

  /** Makes a full check due because AWS refused a call with the account's credentials. At most once in five minutes. */
  suspect(cloudAccountId: number): Promise<void> {
    const now = this.clock.now();
    return this.healths.makeDue(cloudAccountId, now, addTime(now, -suspicionPause));
  }

  /** Claims due checks for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<CloudAccountHealth[]> {
    const now = this.clock.now();
    return this.healths.claimDue(now, addTime(now, leaseMs), limit);
  }

  /**
   * Stores the result of a claimed check. Discards it if another process has taken over, or if a newer result exists.
   */
  conclude(
    claimed: CloudAccountHealth,
    { finding, identity }: { finding: HealthFinding | null; identity: AwsIdentity | null },
    startedAt: Date,
  ): Promise<void> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.hold(claimed.tenantId, claimed.cloudAccountId);
      const health = account && (await this.healths.hold(account));
      if (!health || health.leaseOwner !== claimed.leaseOwner) return;

      await this.takeName(account, identity, health, startedAt);
      if (finding) await this.note(health, finding, startedAt, now);
      else health.nextAttemptAt = afterOneHour(now);
      health.release();
      await this.healths.update(health);
    });
  }

  /** Returns a claimed check to be run by any process. */
  releaseLease(claimed: CloudAccountHealth): Promise<void> {
    return this.healths.releaseLease(claimed, claimed.nextAttemptAt);
  }

  /** Stores the current name of the IAM user, unless a newer one is known. */
  private async takeName(
    account: Held<CloudAccount>,
    identity: AwsIdentity | null,
    health: CloudAccountHealth | null,
    askedAt: Date,
  ): Promise<void> {
    if (!identity || health?.isNewerThan(askedAt)) return;
    if (account.updateUserArn(identity)) await this.accounts.update(account);
  }

  private async note(health: CloudAccountHealth, finding: HealthFinding, startedAt: Date, now: Date): Promise<void> {
    if (health.isNewerThan(startedAt)) return;
    const transition = health.observe(finding, startedAt, now);
    if (!transition) return;

    const { tenantId, cloudAccountId } = health;
    await this.events.record({
      type: 'CLOUD_ACCOUNT_HEALTH_CHANGED',
      tenantId,
      subject: ['CloudAccount', cloudAccountId],
      actor: gateway,
      at: now,
      data: { ...transition },
    });
  }

  private async begun(account: Held<CloudAccount>, now: Date): Promise<Held<CloudAccountHealth> | null> {
    if (!account.isHealthChecked) return null;
    return this.healths.add(CloudAccountHealth.begin(account, now));
  }
}
