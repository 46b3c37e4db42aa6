import { StandingResources, type ListedResources, type StandingResourcesPage } from '#libs/cloud-accounts';
import { Injectable } from '@nestjs/common';
import { ProvisionedResources } from './provisioned-resources.js';

/** Answers from the ledger what stands in an account. */
@Injectable()
export class StandingInLedger extends StandingResources {
  constructor(private readonly resources: ProvisionedResources) {
    super();
  }

  async of(cloudAccountId: number, { afterId, limit }: StandingResourcesPage): Promise<ListedResources> {
    const [listed, total] = await Promise.all([
      limit === 0 ? [] : this.resources.standingIn(cloudAccountId, afterId, limit),
      this.resources.countStandingIn(cloudAccountId),
    ]);
    return { listed, total };
  }

  orphanAll(cloudAccountId: number, now: Date): Promise<number> {
    return this.resources.orphanAll(cloudAccountId, now);
  }
}
