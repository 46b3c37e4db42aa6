import type { Held } from '#libs/kernel';
import type { Tenant } from './tenant.entity.js';

/** Data of a tenant that prevents its removal. */
export interface TenantContent {
  readonly count: number;
  /** Noun, singular and plural: `['cloud account', 'cloud accounts']`. */
  readonly what: readonly [one: string, several: string];
  /** How to end it, as an instruction. Null for records that are kept for audits. */
  readonly remediation: string | null;
}

/** Data of tenants in one domain. */
export abstract class TenantContentSource {
  /** Remains valid until the unit of work that locks the tenant ends. */
  abstract of(tenant: Held<Tenant>): Promise<readonly TenantContent[]>;
}

/** Data of tenants in all domains. The domains depend on this lib, so the host connects them. */
export class TenantContents {
  constructor(private readonly sources: readonly TenantContentSource[]) {}

  async of(tenant: Held<Tenant>): Promise<TenantContent[]> {
    const found: TenantContent[] = [];
    for (const source of this.sources) found.push(...(await source.of(tenant)));
    return found.filter(({ count }) => count > 0);
  }
}
