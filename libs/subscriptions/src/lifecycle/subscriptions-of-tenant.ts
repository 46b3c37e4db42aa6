import { TenantContentSource, type Tenant, type TenantContent } from '#libs/access';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { Subscriptions } from '../subscriptions.js';

/** Prevents the removal of a tenant that has or had subscriptions. */
@Injectable()
export class SubscriptionsOfTenant extends TenantContentSource {
  constructor(private readonly subscriptions: Subscriptions) {
    super();
  }

  async of({ id: tenantId }: Held<Tenant>): Promise<TenantContent[]> {
    return [
      {
        count: await this.subscriptions.count(tenantId, { isActive: true }),
        what: ['active subscription', 'active subscriptions'],
        remediation: 'End its subscriptions with `deleteSubscription`, and wait until they are DELETED.',
      },
      {
        count: await this.subscriptions.count(tenantId, { isActive: false }),
        what: ['ended subscription', 'ended subscriptions'],
        remediation: null,
      },
    ];
  }
}
