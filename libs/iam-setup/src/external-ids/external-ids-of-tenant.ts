import { TenantContentSource, type Tenant, type TenantContent } from '#libs/access';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ExternalIds } from './external-ids.js';

/** A tenant that was given external ids is not removed: trust policies may name them. */
@Injectable()
export class ExternalIdsOfTenant extends TenantContentSource {
  constructor(private readonly externalIds: ExternalIds) {
    super();
  }

  async of({ id: tenantId }: Held<Tenant>): Promise<TenantContent[]> {
    const count = await this.externalIds.count(tenantId);
    return [{ count, what: ['issued external id', 'issued external ids'], remediation: null }];
  }
}
