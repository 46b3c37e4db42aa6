import { claimDue, Transactions, type Claiming } from '#libs/database';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AccessKeyRotationPolicies } from './access-key-rotation-policies.js';
import { AccessKeyRotationPolicy } from './access-key-rotation-policy.entity.js';

@Injectable()
export class TypeOrmAccessKeyRotationPolicies extends AccessKeyRotationPolicies {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number): Promise<AccessKeyRotationPolicy | null> {
    return this.rows.findOneBy({ tenantId, cloudAccountId });
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotationPolicy[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]) });
  }

  async put({ tenantId, id }: Held<AccountReference>, policy: AccessKeyRotationPolicy): Promise<void> {
    const { affected } = await this.rows.update({ tenantId, cloudAccountId: id }, { ...policy });
    if (!affected) await this.rows.insert(policy);
  }

  claim(claiming: Claiming): Promise<AccessKeyRotationPolicy[]> {
    return claimDue(this.transactions, AccessKeyRotationPolicy, claiming);
  }

  private get rows() {
    return this.transactions.repository(AccessKeyRotationPolicy);
  }
}
