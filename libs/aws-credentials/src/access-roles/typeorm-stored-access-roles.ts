import { isDuplicateOf, Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AwsRoleAlreadyConnected } from '../aws-credentials.errors.js';
import { StoredAccessRole } from './stored-access-role.entity.js';
import { StoredAccessRoles } from './stored-access-roles.js';

@Injectable()
export class TypeOrmStoredAccessRoles extends StoredAccessRoles {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number, slot: StoredAccessRole['slot']): Promise<StoredAccessRole | null> {
    return this.rows.findOneBy({ tenantId, cloudAccountId, slot });
  }

  all(tenantId: number, cloudAccountId: number): Promise<StoredAccessRole[]> {
    return this.rows.findBy({ tenantId, cloudAccountId });
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessRole[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]), slot: 'CURRENT' });
  }

  async put(role: Omit<StoredAccessRole, 'id' | 'role'>): Promise<void> {
    const { tenantId, cloudAccountId, slot } = role;
    try {
      const { affected } = await this.rows.update({ tenantId, cloudAccountId, slot }, role);
      if (!affected) await this.rows.insert(role);
    } catch (error) {
      if (!isDuplicateOf(error, 'uq_aws_access_role_arn', 'current_role_arn')) throw error;
      const own = await this.rows.findOneBy({ tenantId, roleArn: role.roleArn, slot: 'CURRENT' });
      throw new AwsRoleAlreadyConnected(own?.cloudAccountId ?? null);
    }
  }

  async markVerified(tenantId: number, cloudAccountId: number, lastVerifiedAt: Date): Promise<void> {
    await this.rows.update({ tenantId, cloudAccountId, slot: 'CURRENT' }, { lastVerifiedAt });
  }

  async remove(tenantId: number, cloudAccountId: number, slot?: StoredAccessRole['slot']): Promise<void> {
    await this.rows.delete({ tenantId, cloudAccountId, ...(slot && { slot }) });
  }

  private get rows() {
    return this.transactions.repository(StoredAccessRole);
  }
}
