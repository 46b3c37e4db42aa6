import type { Held } from '#libs/kernel';
import type { Tenant } from './tenant.entity.js';

/** Something that is kept for a tenant, so that the tenant must stay. */
export interface TenantContent {
  readonly count: number;
  /** What it is, for one and for several: `['cloud account', 'cloud accounts']`. */
  readonly what: readonly [one: string, several: string];
  /** What ends it, as an instruction; null for records that audits need, which nothing ends. */
  readonly remediation: string | null;
}

/** What one domain keeps for tenants. */
export abstract class TenantContentSource {
  /** Nothing is added until the unit of work that holds the tenant ends. */
  abstract of(tenant: Held<Tenant>): Promise<readonly TenantContent[]>;
}

/** What all domains keep for tenants: they know this one, which therefore does not know them; the host connects them. */
export class TenantContents {
  constructor(private readonly sources: readonly TenantContentSource[]) {}

  async of(tenant: Held<Tenant>): Promise<TenantContent[]> {
    const found: TenantContent[] = [];
    for (const source of this.sources) found.push(...(await source.of(tenant)));
    return found.filter(({ count }) => count > 0);
  }
}
