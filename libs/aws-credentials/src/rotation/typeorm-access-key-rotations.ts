import { claimDue, Transactions, type Claiming } from '#libs/database';
import { asHeld, type AccountReference, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AccessKeyRotationPolicy } from './access-key-rotation-policy.entity.js';
import { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';

@Injectable()
export class TypeOrmAccessKeyRotations extends AccessKeyRotations {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number): Promise<AccessKeyRotation | null> {
    return this.rows.findOneBy({ tenantId, cloudAccountId });
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotation[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]) });
  }

  async hold({ tenantId, id }: Held<AccountReference>): Promise<Held<AccessKeyRotation> | null> {
    const where = { tenantId, cloudAccountId: id };
    return asHeld(await this.rows.findOne({ where, ...this.transactions.forUpdate }));
  }

  async replace({ tenantId, id }: Held<AccountReference>, rotation: AccessKeyRotation): Promise<void> {
    await this.rows.delete({ tenantId, cloudAccountId: id });
    await this.rows.insert(rotation);
  }

  async update(rotation: Held<AccessKeyRotation>): Promise<void> {
    await this.rows.update({ id: rotation.id }, { ...rotation });
  }

  async remove({ tenantId, id: cloudAccountId }: Held<AccountReference>): Promise<void> {
    await this.rows.delete({ tenantId, cloudAccountId });
    await this.transactions.repository(AccessKeyRotationPolicy).delete({ tenantId, cloudAccountId });
  }

  claim(claiming: Claiming): Promise<AccessKeyRotation[]> {
    return claimDue(this.transactions, AccessKeyRotation, claiming);
  }

  async extendLease(id: number, leaseOwner: string, leaseUntil: Date): Promise<boolean> {
    const { affected } = await this.rows.update({ id, leaseOwner }, { leaseUntil });
    return Boolean(affected);
  }

  private get rows() {
    return this.transactions.repository(AccessKeyRotation);
  }
}
