import { asHeld, type Held } from '#libs/kernel';
import { RotatedAccounts, type RotatedAccount } from '../rotation/rotated-accounts.js';

/** Accounts in memory. Units of work run one after the other, so every found account is locked. */
export class InMemoryRotatedAccounts extends RotatedAccounts {
  constructor(private readonly rows: readonly RotatedAccount[]) {
    super();
  }

  async find(tenantId: number, id: number): Promise<RotatedAccount | null> {
    return this.rows.find((row) => row.tenantId === tenantId && row.id === id) ?? null;
  }

  async hold(tenantId: number, id: number): Promise<Held<RotatedAccount> | null> {
    return asHeld(await this.find(tenantId, id));
  }

  async afterRotation(): Promise<void> {
    // No account has a scheduled deletion.
  }
}
