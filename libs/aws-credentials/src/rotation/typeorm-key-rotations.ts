import { claimDue, Transactions, type Claiming } from '#libs/database';
import { asHeld, type AccountReference, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { KeyRotationPolicy } from './key-rotation-policy.entity.js';
import { KeyRotation } from '../key-rotation.entity.js';
import { KeyRotations } from '../key-rotations.js';

@Injectable()
export class TypeOrmKeyRotations extends KeyRotations {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number): Promise<KeyRotation | null> {
    return this.rows.findOneBy({ tenantId, cloudAccountId });
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<KeyRotation[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]) });
  }

  async hold({ tenantId, id }: Held<AccountReference>): Promise<Held<KeyRotation> | null> {
    const where = { tenantId, cloudAccountId: id };
    return asHeld(await this.rows.findOne({ where, ...this.transactions.forUpdate }));
  }

  async replace({ tenantId, id }: Held<AccountReference>, rotation: KeyRotation): Promise<void> {
    await this.rows.delete({ tenantId, cloudAccountId: id });
    await this.rows.insert(rotation);
  }

  async update(rotation: Held<KeyRotation>): Promise<void> {
    await this.rows.update({ id: rotation.id }, { ...rotation });
  }

  async remove({ tenantId, id: cloudAccountId }: Held<AccountReference>): Promise<void> {
    await this.rows.delete({ tenantId, cloudAccountId });
    await this.transactions.repository(KeyRotationPolicy).delete({ tenantId, cloudAccountId });
  }

  claim(claiming: Claiming): Promise<KeyRotation[]> {
    return claimDue(this.transactions, KeyRotation, claiming);
  }

  async extendLease(id: number, leaseOwner: string, leaseUntil: Date): Promise<boolean> {
    const { affected } = await this.rows.update({ id, leaseOwner }, { leaseUntil });
    return Boolean(affected);
  }

  private get rows() {
    return this.transactions.repository(KeyRotation);
  }
}
