import { TenantContentSource, type Tenant, type TenantContent } from '#libs/access';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { CloudAccounts } from '../cloud-accounts.js';
import { DeletedCloudAccounts } from './deleted-cloud-accounts.js';

/** Prevents the removal of a tenant that has or had cloud accounts. */
@Injectable()
export class AccountsOfTenant extends TenantContentSource {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly deleted: DeletedCloudAccounts,
  ) {
    super();
  }

  async of({ id: tenantId }: Held<Tenant>): Promise<TenantContent[]> {
    return [
      {
        count: await this.accounts.count(tenantId, { ownership: 'CUSTOMER' }),
        what: ['cloud account', 'cloud accounts'],
        remediation: 'Delete its cloud accounts with `deleteCloudAccount`.',
      },
      {
        count: await this.deleted.count(tenantId),
        what: ['record of a deleted cloud account', 'records of deleted cloud accounts'],
        remediation: null,
      },
    ];
  }
}
