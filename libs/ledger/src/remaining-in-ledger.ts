import { RemainingResources, type RemainingResource, type RemainingResourcesPage } from '#libs/cloud-accounts';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ProvisionedResources } from './provisioned-resources.js';

/** Implements the port to remaining resources with the ledger. */
@Injectable()
export class RemainingInLedger extends RemainingResources {
  constructor(private readonly resources: ProvisionedResources) {
    super();
  }

  page(cloudAccountId: number, { afterId, limit }: RemainingResourcesPage): Promise<RemainingResource[]> {
    return this.resources.listRemaining(cloudAccountId, afterId, limit);
  }

  count(cloudAccountId: number): Promise<number> {
    return this.resources.countRemaining(cloudAccountId);
  }

  orphanAll({ id }: Held<AccountReference>, now: Date): Promise<number> {
    return this.resources.orphanAll(id, now);
  }
}
