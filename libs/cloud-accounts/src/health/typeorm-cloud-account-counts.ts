import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import type { CloudAccountStatus } from '../cloud-account.entity.js';
import type { ObservedState } from './cloud-account-health.entity.js';

/** Number of cloud accounts of all tenants. For operators only. */
@Injectable()
export class CloudAccountCounts {
  constructor(private readonly transactions: Transactions) {}

  byStatus(): Promise<{ status: CloudAccountStatus; count: number }[]> {
    return this.numbers('SELECT status, COUNT(*) AS count FROM cloud_account GROUP BY status');
  }

  /** By observed state. STALE is derived when an account is read, so it is not counted. */
  byHealth(): Promise<{ state: ObservedState; count: number }[]> {
    return this.numbers('SELECT state, COUNT(*) AS count FROM cloud_account_health GROUP BY state');
  }

  private async numbers<Row extends { count: number }>(sql: string): Promise<Row[]> {
    const rows = await this.transactions.query<Row>(sql);
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }
}
