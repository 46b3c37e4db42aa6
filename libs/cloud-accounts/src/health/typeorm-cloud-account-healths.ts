import { randomUUID } from 'node:crypto';
import { all, claimDue, isDuplicateOf, isOneOf, Transactions, where } from '#libs/database';
import { asHeld, type AccountReference, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountHealth } from './cloud-account-health.entity.js';
import { CloudAccountHealths } from './cloud-account-healths.js';
import { afterTenSeconds } from './health-pace.js';

/**
 * Maximum number of claims in a row while the AWS accounts of due checks are busy, so that an account with many due
 * checks delays no other.
 */
const mostRounds = 5;

@Injectable()
export class TypeOrmCloudAccountHealths extends CloudAccountHealths {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  ofAccounts(cloudAccountIds: readonly number[]): Promise<CloudAccountHealth[]> {
    return this.rows.findBy({ cloudAccountId: In([...cloudAccountIds]) });
  }

  async findBroken(cloudAccountIds: readonly number[]): Promise<ReadonlySet<number>> {
    const condition = all(isOneOf('cloud_account_id', cloudAccountIds), where("state = 'BROKEN'"));
    const found = await this.transactions.rows(CloudAccountHealth).find(condition, { properties: ['cloudAccountId'] });
    return new Set(found.map(({ cloudAccountId }) => cloudAccountId));
  }

  async hold({ id }: Held<AccountReference>): Promise<Held<CloudAccountHealth> | null> {
    return asHeld(await this.rows.findOne({ where: { cloudAccountId: id }, ...this.transactions.forUpdate }));
  }

  async add(health: CloudAccountHealth): Promise<Held<CloudAccountHealth>> {
    await this.rows.insert(health);
    return asHeld(health);
  }

  async update(health: Held<CloudAccountHealth>): Promise<void> {
    await this.rows.update({ cloudAccountId: health.cloudAccountId }, { ...health });
  }

  async claimDue(now: Date, until: Date, limit: number): Promise<CloudAccountHealth[]> {
    const claimed: CloudAccountHealth[] = [];
    for (let round = 1; round <= mostRounds && claimed.length < limit; round++) {
      const wanted = limit - claimed.length;
      const due = await claimDue(this.transactions, CloudAccountHealth, {
        now,
        owner: randomUUID(),
        until,
        limit: wanted,
      });
      const accounts = await this.transactions
        .repository(CloudAccount)
        .findBy({ id: In(due.map(({ cloudAccountId }) => cloudAccountId)) });
      for (const health of due) {
        const awsAccountId = accounts.find(({ id }) => id === health.cloudAccountId)?.awsAccountId ?? null;
        if (await this.mayAsk(health, awsAccountId, now)) claimed.push(health);
        else await this.releaseLease(health, afterTenSeconds(now));
      }
      if (due.length < wanted) break;
    }
    return claimed;
  }

  async releaseLease({ cloudAccountId, leaseOwner }: CloudAccountHealth, nextAttemptAt: Date): Promise<void> {
    await this.rows.update(
      { cloudAccountId, leaseOwner: leaseOwner! },
      { nextAttemptAt, leaseOwner: null, leaseUntil: null, askingAwsAccountId: null },
    );
  }

  async makeDue(cloudAccountId: number, now: Date, unlessAfter: Date): Promise<void> {
    await this.rows
      .createQueryBuilder()
      .update()
      .set({ suspectedAt: now, nextFullAt: now, nextAttemptAt: now })
      .where('cloud_account_id = :cloudAccountId', { cloudAccountId })
      .andWhere('(suspected_at IS NULL OR suspected_at <= :unlessAfter)', { unlessAfter })
      .execute();
  }

  /** Reserves the AWS account for this check. The unique column refuses a second one. */
  private async mayAsk(health: CloudAccountHealth, awsAccountId: string | null, now: Date): Promise<boolean> {
    const { cloudAccountId, leaseOwner } = health;
    // Releases AWS accounts of expired leases.
    await this.rows
      .createQueryBuilder()
      .update()
      .set({ askingAwsAccountId: null })
      .where('asking_aws_account_id = :awsAccountId AND lease_until <= :now', { awsAccountId, now })
      .execute();
    try {
      await this.rows.update({ cloudAccountId, leaseOwner: leaseOwner! }, { askingAwsAccountId: awsAccountId });
      health.askingAwsAccountId = awsAccountId;
      return true;
    } catch (error) {
      if (isDuplicateOf(error, 'uq_cloud_account_health_asking', 'asking_aws_account_id')) return false;
      throw error;
    }
  }

  private get rows() {
    return this.transactions.repository(CloudAccountHealth);
  }
}
