import { RotatedAccounts, type RotatedAccount } from '#libs/aws-credentials';
import { gateway } from '#libs/events';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { CloudAccountDeletionService } from '../deletion/cloud-account-deletion.service.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccounts } from '../cloud-accounts.js';

/** Implements the port of rotations to accounts. */
@Injectable()
export class AccountsOfAccessKeys extends RotatedAccounts {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly deletion: CloudAccountDeletionService,
  ) {
    super();
  }

  find(tenantId: number, id: number): Promise<RotatedAccount | null> {
    return this.accounts.find(tenantId, id);
  }

  hold(tenantId: number, id: number): Promise<Held<CloudAccount> | null> {
    return this.accounts.hold(tenantId, id);
  }

  async afterRotation({ tenantId, id }: Held<RotatedAccount>, now: Date): Promise<void> {
    const account = await this.accounts.hold(tenantId, id);
    if (account) await this.deletion.removeIfScheduled(account, gateway, now);
  }
}
