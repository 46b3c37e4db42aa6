import type { Viewer } from '#libs/access';
import { NodeSource } from '#libs/graphql';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from './cloud-account.entity.js';
import { CloudAccounts } from './cloud-accounts.js';

@Injectable()
export class CloudAccountNodes extends NodeSource<Viewer> {
  readonly typeName = 'CloudAccount';

  constructor(private readonly accounts: CloudAccounts) {
    super();
  }

  byIds({ tenantId }: Viewer, ids: readonly number[]): Promise<CloudAccount[]> {
    return this.accounts.findMany(tenantId, ids);
  }
}
