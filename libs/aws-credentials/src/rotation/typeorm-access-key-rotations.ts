import { all, claimDue, isOneOf, Transactions, where, type Claiming } from '#libs/database';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessKeyRotationPolicy } from './access-key-rotation-policy.entity.js';
import { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';

@Injectable()
export class TypeOrmAccessKeyRotations extends AccessKeyRotations {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number): Promise<AccessKeyRotation | null> {
    return this.rows.findOne(where('tenant_id = ? AND cloud_account_id = ?', tenantId, cloudAccountId));
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotation[]> {
    return this.rows.find(all(where('tenant_id = ?', tenantId), isOneOf('cloud_account_id', cloudAccountIds)));
  }

  hold({ tenantId, id }: Held<AccountReference>): Promise<Held<AccessKeyRotation> | null> {
    return this.rows.hold(where('tenant_id = ? AND cloud_account_id = ?', tenantId, id));
  }

  async replace({ tenantId, id }: Held<AccountReference>, rotation: AccessKeyRotation): Promise<void> {
    await this.repository.delete({ tenantId, cloudAccountId: id });
    await this.repository.insert(rotation);
  }

  async update(rotation: Held<AccessKeyRotation>): Promise<void> {
    await this.repository.update({ id: rotation.id }, { ...rotation });
  }

  async remove({ tenantId, id: cloudAccountId }: Held<AccountReference>): Promise<void> {
    await this.repository.delete({ tenantId, cloudAccountId });
    await this.transactions.repository(AccessKeyRotationPolicy).delete({ tenantId, cloudAccountId });
  }

  claim(claiming: Claiming): Promise<AccessKeyRotation[]> {
    return claimDue(this.transactions, AccessKeyRotation, claiming);
  }

  async extendLease(id: number, leaseOwner: string, leaseUntil: Date): Promise<boolean> {
    const { affected } = await this.repository.update({ id, leaseOwner }, { leaseUntil });
    return Boolean(affected);
  }

  private get rows() {
    return this.transactions.rows(AccessKeyRotation);
  }

  private get repository() {
    return this.transactions.repository(AccessKeyRotation);
  }
}
