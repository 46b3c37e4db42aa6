import { createHmac, timingSafeEqual } from 'node:crypto';
import { Keychain } from '#libs/encryption';
import { UnitOfWork, type Secret } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessRecords } from './access-records.js';
import { Unauthenticated } from './access.errors.js';
import { newApiKeyToken, parseApiKeyToken } from './api-key-token.js';
import { operatorTenantId } from './tenant.entity.js';
import { Viewer, type Role } from './viewer.js';

const nobody = Buffer.alloc(32);

/** Who may come in, and for whom they speak. */
@Injectable()
export class AccessService {
  constructor(
    private readonly records: AccessRecords,
    private readonly keychain: Keychain,
    private readonly unitOfWork: UnitOfWork,
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
    if (!key || !fits) throw new Unauthenticated();

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
      const tenant = await this.records.addTenant({ name: names.tenant, createdAt: now });
      return { tenantId: tenant.id, token: await this.issueKey(tenant.id, names.key, 'OWNER', now) };
    });
  }

  private async issueKey(tenantId: number, name: string, role: Role, createdAt: Date): Promise<Secret> {
    const { keyId, token } = newApiKeyToken();
    await this.records.addKey({
      tenantId,
      keyId,
      tokenHash: await this.hash(token),
      name,
      role,
      createdAt,
    });
    return token;
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
