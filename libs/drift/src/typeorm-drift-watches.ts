import { randomUUID } from 'node:crypto';
import { claimDue, Transactions } from '#libs/database';
import { asHeld, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DriftWatch } from './drift-watch.entity.js';
import { DriftWatches } from './drift-watches.js';

@Injectable()
export class TypeOrmDriftWatches extends DriftWatches {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  ofAccounts(cloudAccountIds: readonly number[]): Promise<DriftWatch[]> {
    return this.rows.findBy({ cloudAccountId: In([...cloudAccountIds]) });
  }

  async hold(cloudAccountId: number): Promise<Held<DriftWatch> | null> {
    return asHeld(await this.rows.findOne({ where: { cloudAccountId }, ...this.transactions.forUpdate }));
  }

  async addIfNew(watch: DriftWatch): Promise<void> {
    if (await this.rows.existsBy({ cloudAccountId: watch.cloudAccountId })) return;
    await this.rows.createQueryBuilder().insert().values(watch).orIgnore().execute();
  }

  async update(watch: Held<DriftWatch>): Promise<void> {
    await this.rows.update({ cloudAccountId: watch.cloudAccountId }, { ...watch });
  }

  claimDue(now: Date, until: Date, limit: number): Promise<DriftWatch[]> {
    return claimDue(this.transactions, DriftWatch, { now, owner: randomUUID(), until, limit });
  }

  async releaseLease({ cloudAccountId, leaseOwner }: DriftWatch): Promise<void> {
    await this.rows.update({ cloudAccountId, leaseOwner: leaseOwner! }, { leaseOwner: null, leaseUntil: null });
  }

  private get rows() {
    return this.transactions.repository(DriftWatch);
  }
}
