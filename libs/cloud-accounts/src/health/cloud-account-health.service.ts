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

/** Health as it is served, at one moment. */
export type SeenHealth = ReturnType<CloudAccountHealth['snapshotAt']>;

/** What is known of the health of accounts, and how it comes to be known. */
@Injectable()
export class CloudAccountHealthService {
  constructor(
    private readonly healths: CloudAccountHealths,
    private readonly accounts: CloudAccounts,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** In the order of the accounts; null for those that have none: hosted ones, and those that were never ACTIVE. */
  async of(accounts: readonly CloudAccount[]): Promise<(CloudAccountHealth | null)[]> {
    const ids = accounts.map(({ id }) => id);
    return eachOf(ids, await this.healths.ofAccounts(ids), ({ cloudAccountId }) => cloudAccountId);
  }

  /** As it looks now, in the order of the accounts. */
  async seen(accounts: readonly CloudAccount[]): Promise<(SeenHealth | null)[]> {
    const now = this.clock.now();
    return (await this.of(accounts)).map((health) => health && health.snapshotAt(now));
  }

  /**
   * Takes note of what was just found out of an account. Its health begins when it is ACTIVE.
   */
  async observed(account: Held<CloudAccount>, verification: Verification, now: Date): Promise<void> {
    const askedAt = verification.report.checkedAt;
    const held = await this.healths.hold(account);
    await this.takeName(account, verification.identity, held, askedAt);
    const health = held ?? (await this.begun(account, askedAt));
    if (!health) return;
    await this.note(health, findingOf(verification), askedAt, now);
    await this.healths.update(health);
  }

  /**
   * Has everything looked at soon, because AWS has refused a call made with the account's credentials. Done at most once
   * in five minutes, however often AWS refuses.
   */
  suspect(cloudAccountId: number): Promise<void> {
    const now = this.clock.now();
    return this.healths.makeDue(cloudAccountId, now, addTime(now, -suspicionPause));
  }

  /** Takes at most so many that are due, for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<CloudAccountHealth[]> {
    const now = this.clock.now();
    return this.healths.claimDue(now, addTime(now, leaseMs), limit);
  }

  /** Ends a check that was claimed. What it found counts unless somebody else has taken over, or something newer is known. */
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

  /** Lets somebody else make a check that was claimed. */
  releaseLease(claimed: CloudAccountHealth): Promise<void> {
    return this.healths.releaseLease(claimed, claimed.nextAttemptAt);
  }

  /** What AWS calls the user of the account, unless something newer is known. */
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
    if (account.status !== 'ACTIVE' || account.ownership === 'HOSTED') return null;
    return this.healths.add(CloudAccountHealth.begin(account, now));
  }
}
