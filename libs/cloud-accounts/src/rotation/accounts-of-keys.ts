import { RotatedAccounts, type RotatedAccount } from '#libs/aws-credentials';
import { gateway } from '#libs/events';
import { Injectable } from '@nestjs/common';
import { CloudAccountDeletionService } from '../deletion/cloud-account-deletion.service.js';
import { CloudAccounts } from '../cloud-accounts.js';

/** Answers what a rotation asks about the account whose key it replaces. */
@Injectable()
export class AccountsOfKeys extends RotatedAccounts {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly deletion: CloudAccountDeletionService,
  ) {
    super();
  }

  find(tenantId: number, id: number): Promise<RotatedAccount | null> {
    return this.accounts.find(tenantId, id);
  }

  hold(tenantId: number, id: number): Promise<RotatedAccount | null> {
    return this.accounts.hold(tenantId, id);
  }

  async afterRotation(tenantId: number, id: number, now: Date): Promise<void> {
    await this.deletion.removeIfOnlyWaiting(tenantId, gateway, id, now);
  }
}
