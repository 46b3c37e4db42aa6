import { claimDue, Transactions, type Claiming } from '#libs/database';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { KeyRotationPolicies } from './key-rotation-policies.js';
import { KeyRotationPolicy } from './key-rotation-policy.entity.js';

@Injectable()
export class TypeOrmKeyRotationPolicies extends KeyRotationPolicies {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number): Promise<KeyRotationPolicy | null> {
    return this.rows.findOneBy({ tenantId, cloudAccountId });
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<KeyRotationPolicy[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]) });
  }

  async put({ tenantId, id }: Held<AccountReference>, policy: KeyRotationPolicy): Promise<void> {
    const { affected } = await this.rows.update({ tenantId, cloudAccountId: id }, { ...policy });
    if (!affected) await this.rows.insert(policy);
  }

  claim(claiming: Claiming): Promise<KeyRotationPolicy[]> {
    return claimDue(this.transactions, KeyRotationPolicy, claiming);
  }

  private get rows() {
    return this.transactions.repository(KeyRotationPolicy);
  }
}
