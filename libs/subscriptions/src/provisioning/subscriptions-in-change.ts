import { ResourcesInChange } from '#libs/drift';
import { Injectable } from '@nestjs/common';
import { ProvisioningWorks } from '../provisioning-works.js';

/** Subscriptions that are being built, changed or removed. */
@Injectable()
export class SubscriptionsInChange extends ResourcesInChange {
  constructor(private readonly works: ProvisioningWorks) {
    super();
  }

  async of(cloudAccountId: number): Promise<ReadonlySet<number>> {
    return new Set(await this.works.listSubscriptionsInChange(cloudAccountId));
  }
}
