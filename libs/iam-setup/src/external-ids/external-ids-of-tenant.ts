import { TenantContentSource, type Tenant, type TenantContent } from '#libs/access';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ExternalIds } from './external-ids.js';

/** Prevents the removal of a tenant with issued external IDs: trust policies can contain them. */
@Injectable()
export class ExternalIdsOfTenant extends TenantContentSource {
  constructor(private readonly externalIds: ExternalIds) {
    super();
  }

  async of({ id: tenantId }: Held<Tenant>): Promise<TenantContent[]> {
    const count = await this.externalIds.count(tenantId);
    return [{ count, what: ['issued external ID', 'issued external IDs'], remediation: null }];
  }
}
