import { failureOf, Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Column, Entity, IsNull, LessThan, PrimaryColumn } from 'typeorm';
import { Claims, type Claim } from '../claims.js';

@Entity('idempotency_claim')
export class ClaimRow implements Claim {
  @PrimaryColumn('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @PrimaryColumn('varchar', { name: 'idempotency_key', length: 64 })
  readonly key!: string;

  @Column('varchar', { length: 64 })
  readonly fingerprint!: string;

  @Column('varchar', { length: 36 })
  readonly owner!: string;

  @Column('datetime', { name: 'claimed_at', precision: 3 })
  readonly claimedAt!: Date;

  @Column('datetime', { name: 'lease_until', precision: 3 })
  readonly leaseUntil!: Date;

  @Column('text', { nullable: true })
  readonly answer!: string | null;
}

@Injectable()
export class TypeOrmClaims extends Claims {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, key: string): Promise<Claim | null> {
    return this.rows.findOneBy({ tenantId, key });
  }

  async add(claim: Claim): Promise<boolean> {
    try {
      await this.transactions.run(() => this.rows.insert({ ...claim }));
      return true;
    } catch (error) {
      if (failureOf(error) === 'duplicate-key') return false;
      throw error;
    }
  }

  async replace({ tenantId, key, owner, answer, leaseUntil }: Claim, by: Claim): Promise<boolean> {
    // Only an unchanged claim without an answer: its owner can have stored the answer in the meantime.
    const asSeen = { tenantId, key, owner, ...(answer === null && { answer: IsNull(), leaseUntil }) };
    const { affected } = await this.transactions.run(() => this.rows.update(asSeen, { ...by }));
    return affected === 1;
  }

  async answer({ tenantId, key, owner }: Claim, answer: string): Promise<boolean> {
    const { affected } = await this.transactions.run(() =>
      this.rows.update({ tenantId, key, owner, answer: IsNull() }, { answer }),
    );
    return affected === 1;
  }

  async release({ tenantId, key, owner }: Claim): Promise<void> {
    await this.transactions.run(() => this.rows.delete({ tenantId, key, owner, answer: IsNull() }));
  }

  async removeOlderThan(moment: Date): Promise<void> {
    await this.rows.delete({ claimedAt: LessThan(moment) });
  }

  private get rows() {
    return this.transactions.repository(ClaimRow);
  }
}
