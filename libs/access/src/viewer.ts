import type { Actor } from '#libs/events';
import { Forbidden } from './access.errors.js';
import { operatorTenantId } from './tenant.entity.js';

/**
 * What a key may do. VIEWER, MANAGER and OWNER each may do all that those before it may, in their tenant; a PROVISIONER
 * builds for every tenant, and may do nothing else.
 */
export const Role = { VIEWER: 'VIEWER', MANAGER: 'MANAGER', OWNER: 'OWNER', PROVISIONER: 'PROVISIONER' } as const;
export type Role = keyof typeof Role;

const ranks: readonly Role[] = ['VIEWER', 'MANAGER', 'OWNER'];

/** Who sends the request: one object per request, made from its API key. */
export class Viewer {
  constructor(
    /** Everything the viewer reads or writes belongs to this tenant. */
    readonly tenantId: number,
    readonly apiKeyId: number,
    /** How people call the key; kept beside what was done with it. */
    readonly apiKeyName: string,
    readonly role: Role,
    /** Whether the key may ask for the schema. */
    readonly canIntrospect: boolean,
  ) {}

  get actor(): Actor {
    return { kind: 'API_KEY', id: this.apiKeyId, name: this.apiKeyName };
  }

  /** Whether the key is the operator's. Such keys are made on the command line only. */
  get isOperator(): boolean {
    return this.tenantId === operatorTenantId;
  }

  is(role: Role): boolean {
    if (this.role === 'PROVISIONER' || role === 'PROVISIONER') return this.role === role;
    return ranks.indexOf(this.role) >= ranks.indexOf(role);
  }

  /** @throws Forbidden unless the key's role is this one, or one that may more */
  refuseUnless(role: Role): void {
    if (!this.is(role)) throw new Forbidden(role);
  }
}
