import { asHeld, type Held } from '#libs/kernel';
import { RotatedAccounts, type RotatedAccount } from '../rotation/rotated-accounts.js';

/** Accounts that last as long as the test. Its units of work run one after the other, so each holds what it finds. */
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
    // No account waits for its rotation to end.
  }
}
