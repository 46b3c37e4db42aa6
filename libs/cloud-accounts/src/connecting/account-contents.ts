import { Injectable } from '@nestjs/common';
import { ActiveSubscriptions } from '../blockers/deletion-blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { RegionChangeInUse } from '../cloud-account.errors.js';
import { RemainingResources } from '../deletion/remaining-resources.js';

/** Contents of an account that determine what can be changed. */
@Injectable()
export class AccountContents {
  constructor(
    private readonly subscriptions: ActiveSubscriptions,
    private readonly resources: RemainingResources,
  ) {}

  /**
   * Rule: the region of an account can change only while nothing is built in it. If the account is locked, the answer
   * remains valid until the unit of work ends.
   *
   * @throws RegionChangeInUse
   */
  async refuseRegionChangeInUse(account: CloudAccount): Promise<void> {
    const [resource] = await this.resources.page(account.id, { afterId: 0, limit: 1 });
    if (resource || (await this.subscriptions.existOn(account))) throw new RegionChangeInUse();
  }
}
