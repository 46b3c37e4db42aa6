import { RotatedAccounts, type RotatedAccount } from '#libs/aws-credentials';
import { gateway } from '#libs/events';
import { Injectable } from '@nestjs/common';
import { CloudAccountService } from './cloud-account.service.js';
import { CloudAccounts } from './cloud-accounts.js';

/** Answers what a rotation asks about the account whose key it replaces. */
@Injectable()
export class AccountsOfKeys extends RotatedAccounts {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly service: CloudAccountService,
  ) {
    super();
  }

  find(tenantId: number, id: number): Promise<RotatedAccount | null> {
    return this.accounts.find(tenantId, id);
  }

  hold(tenantId: number, id: number): Promise<RotatedAccount | null> {
    return this.accounts.hold(tenantId, id);
  }

  afterRotation(tenantId: number, id: number, now: Date): Promise<void> {
    return this.service.removeIfOnlyWaiting(tenantId, gateway, id, now);
  }
}
