import { createHmac, timingSafeEqual } from 'node:crypto';
import { Keychain } from '#libs/encryption';
import {
  Clock,
  faultInName,
  InvalidField,
  InvalidInput,
  normalizeName,
  NotFound,
  UnitOfWork,
  type Secret,
} from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessRecords } from './access-records.js';
import { Unauthenticated } from './access.errors.js';
import type { ApiKey } from './api-key.entity.js';
import { newApiKeyToken, parseApiKeyToken } from './api-key-token.js';
import { operatorTenantId, type Tenant } from './tenant.entity.js';
import { Viewer, type Role } from './viewer.js';

const nobody = Buffer.alloc(32);

/** Who may come in, and for whom they speak. */
@Injectable()
export class AccessService {
  constructor(
    private readonly records: AccessRecords,
    private readonly keychain: Keychain,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /**
   * The viewer an `Authorization` header stands for. An unknown key takes as long as a wrong one.
   *
   * @throws Unauthenticated whatever is wrong with it
   */
  async authenticate(authorization: string | undefined): Promise<Viewer> {
    const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    const presented = text ? parseApiKeyToken(text) : null;
    if (!presented) throw new Unauthenticated();

    const key = await this.records.findKey(presented.keyId);
    const fits = timingSafeEqual(await this.hash(presented.token), key?.tokenHash ?? nobody);
    if (!key || !fits || !key.isGood(this.clock.now())) throw new Unauthenticated();

    return new Viewer(key.tenantId, key.id, key.name, key.role);
  }

  /**
   * On a gateway without any, the first tenant with its first key, whose token is given out here and never again; null
   * when there is a tenant already.
   */
  openFirstTenant(names: { tenant: string; key: string }): Promise<Secret | null> {
    return this.unitOfWork.run(async () => {
      // Held, so that of two gateways started at once on one database only one opens it.
      await this.records.holdTenant(operatorTenantId);
      if (await this.records.hasTenantBesides(operatorTenantId)) return null;

      return (await this.openTenant(names)).token;
    });
  }

  /** A new tenant with its first key, whose token is given out here and never again. */
  openTenant(names: { tenant: string; key: string }): Promise<{ tenantId: number; token: Secret }> {
    return this.unitOfWork.run(async (now) => {
      const tenant = await this.records.addTenant({ name: checked(names.tenant), createdAt: now });
      return { tenantId: tenant.id, token: (await this.issueKey(tenant.id, names.key, 'OWNER', now)).token };
    });
  }

  listTenants(): Promise<Tenant[]> {
    return this.records.listTenants();
  }

  /** Those of one tenant, or all; what proves a key is in none of them. */
  listKeys(tenantId?: number): Promise<ApiKey[]> {
    return this.records.listKeys(tenantId);
  }

  /**
   * Another key for a tenant, whose token is given out here and never again.
   *
   * @throws NotFound when there is no such tenant
   */
  createKey(tenantId: number, name: string): Promise<{ id: number; token: Secret }> {
    return this.unitOfWork.run(async (now) => {
      const tenants = await this.records.listTenants();
      if (!tenants.some(({ id }) => id === tenantId)) throw new NotFound('tenant', ['tenant']);

      return this.issueKey(tenantId, name, 'OWNER', now);
    });
  }

  /**
   * From now on the key opens nothing.
   *
   * @throws NotFound when there is no such key, or it was revoked before
   */
  revokeKey(id: number): Promise<void> {
    return this.unitOfWork.run(async (now) => {
      if (!(await this.records.revokeKey(id, now))) throw new NotFound('key that still opens anything', ['id']);
    });
  }

  private async issueKey(tenantId: number, name: string, role: Role, createdAt: Date) {
    const { keyId, token } = newApiKeyToken();
    const id = await this.records.addKey({
      tenantId,
      keyId,
      tokenHash: await this.hash(token),
      name: checked(name),
      role,
      createdAt,
      expiresAt: null,
      revokedAt: null,
    });
    return { id, token };
  }

  private async hash(token: Secret): Promise<Buffer> {
    const pepper = await this.keychain.gatewayKey('api-key');
    try {
      return createHmac('sha256', pepper).update(token.reveal()).digest();
    } finally {
      pepper.fill(0);
    }
  }
}

function checked(name: string): string {
  const fault = faultInName(name);
  if (fault) throw new InvalidInput([new InvalidField(['name'], `The name ${fault}.`)]);
  return normalizeName(name);
}
