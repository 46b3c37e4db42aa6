import type { Actor } from '#libs/events';
import { Forbidden } from './access.errors.js';
import { operatorTenantId } from './tenant.entity.js';

/**
 * Role of an API key. VIEWER, MANAGER and OWNER include the permissions of the previous roles, in their tenant. A
 * PROVISIONER builds for every tenant, and can do nothing else.
 */
export const Role = { VIEWER: 'VIEWER', MANAGER: 'MANAGER', OWNER: 'OWNER', PROVISIONER: 'PROVISIONER' } as const;
export type Role = keyof typeof Role;

const ranks: readonly Role[] = ['VIEWER', 'MANAGER', 'OWNER'];

/** Sender of the request. One object per request, created from its API key. */
export class Viewer {
  constructor(
    /** Everything that the viewer reads or writes belongs to this tenant. */
    readonly tenantId: number,
    readonly apiKeyId: number,
    /** Name of the API key, recorded with its actions. */
    readonly apiKeyName: string,
    readonly role: Role,
    /** Whether the API key can read the schema by introspection. */
    readonly canIntrospect: boolean,
  ) {}

  get actor(): Actor {
    return { kind: 'API_KEY', id: this.apiKeyId, name: this.apiKeyName };
  }

  /** Whether the API key belongs to the operator. Such keys can be created only on the command line. */
  get isOperator(): boolean {
    return this.tenantId === operatorTenantId;
  }

  is(role: Role): boolean {
    if (this.role === 'PROVISIONER' || role === 'PROVISIONER') return this.role === role;
    return ranks.indexOf(this.role) >= ranks.indexOf(role);
  }

  /** @throws Forbidden unless the API key has this role, or one that includes it */
  refuseUnless(role: Role): void {
    if (!this.is(role)) throw new Forbidden(role);
  }
}
