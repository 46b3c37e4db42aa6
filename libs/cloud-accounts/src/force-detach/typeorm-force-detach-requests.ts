import { Transactions } from '#libs/database';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { ForceDetachRequest } from './force-detach-request.entity.js';
import { ForceDetachRequests } from './force-detach-requests.js';

@Injectable()
export class TypeOrmForceDetachRequests extends ForceDetachRequests {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<ForceDetachRequest[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]) });
  }

  all(): Promise<ForceDetachRequest[]> {
    return this.rows.find({ order: { requestedAt: 'ASC', cloudAccountId: 'ASC' } });
  }

  find(cloudAccountId: number): Promise<ForceDetachRequest | null> {
    return this.rows.findOneBy({ cloudAccountId });
  }

  async put(account: Held<AccountReference>, request: ForceDetachRequest): Promise<void> {
    await this.remove(account);
    await this.rows.insert(request);
  }

  async remove({ id }: Held<AccountReference>): Promise<void> {
    await this.rows.delete({ cloudAccountId: id });
  }

  private get rows() {
    return this.transactions.repository(ForceDetachRequest);
  }
}
