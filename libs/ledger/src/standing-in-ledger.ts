import { StandingResources, type StandingResource, type StandingResourcesPage } from '#libs/cloud-accounts';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ProvisionedResources } from './provisioned-resources.js';

/** Answers from the ledger what stands in an account. */
@Injectable()
export class StandingInLedger extends StandingResources {
  constructor(private readonly resources: ProvisionedResources) {
    super();
  }

  page(cloudAccountId: number, { afterId, limit }: StandingResourcesPage): Promise<StandingResource[]> {
    return this.resources.standingIn(cloudAccountId, afterId, limit);
  }

  count(cloudAccountId: number): Promise<number> {
    return this.resources.countStandingIn(cloudAccountId);
  }

  orphanAll({ id }: Held<AccountReference>, now: Date): Promise<number> {
    return this.resources.orphanAll(id, now);
  }
}
