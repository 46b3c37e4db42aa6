import type { Viewer } from '#libs/access';
import { NodeSource } from '#libs/graphql';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountService } from '../cloud-account.service.js';

@Injectable()
export class CloudAccountNodes extends NodeSource<Viewer> {
  readonly typeName = 'CloudAccount';

  constructor(private readonly accounts: CloudAccountService) {
    super();
  }

  byIds(viewer: Viewer, ids: readonly number[]): Promise<CloudAccount[]> {
    return this.accounts.findMany(viewer, ids);
  }
}
