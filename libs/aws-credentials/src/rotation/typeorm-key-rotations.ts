import { claimDue, Transactions, type Claiming } from '#libs/database';
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

  hold(tenantId: number, cloudAccountId: number): Promise<KeyRotation | null> {
    return this.rows.findOne({ where: { tenantId, cloudAccountId }, ...this.transactions.forUpdate });
  }

  async replace(rotation: KeyRotation): Promise<void> {
    const { tenantId, cloudAccountId } = rotation;
    await this.rows.delete({ tenantId, cloudAccountId });
    await this.rows.insert(rotation);
  }

  async update(rotation: KeyRotation): Promise<void> {
    await this.rows.update({ id: rotation.id }, { ...rotation });
  }

  async forget(tenantId: number, cloudAccountId: number): Promise<void> {
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
