import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import type { CloudAccountStatus } from '../cloud-account.entity.js';
import type { ObservedState } from './cloud-account-health.entity.js';

/** How many cloud accounts there are, of all tenants together. For operators only. */
@Injectable()
export class CloudAccountCounts {
  constructor(private readonly transactions: Transactions) {}

  byStatus(): Promise<{ status: CloudAccountStatus; count: number }[]> {
    return this.numbers('SELECT status, COUNT(*) AS count FROM cloud_account GROUP BY status');
  }

  /** By the state that was last observed: an account of which AWS has told nothing for long counts as it was. */
  byHealth(): Promise<{ state: ObservedState; count: number }[]> {
    return this.numbers('SELECT state, COUNT(*) AS count FROM cloud_account_health GROUP BY state');
  }

  private async numbers<Row extends { count: number }>(sql: string): Promise<Row[]> {
    const rows = await this.transactions.query<Row>(sql);
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }
}
