import { timingSafeEqual } from 'node:crypto';
import { Events, gateway, type Actor } from '#libs/events';
import {
  Clock,
  faultInName,
  InvalidField,
  InvalidInput,
  nameKey,
  normalizeName,
  NotFound,
  UnitOfWork,
  type Secret,
} from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessRecords } from './access-records.js';
import { Unauthenticated } from './access.errors.js';
import { defaultLifetime, type ApiKey } from './api-key.entity.js';
import { ApiKeyService } from './api-key.service.js';
import { FailedAttempts } from './failed-attempts.js';
import { newApiKeyToken, parseApiKeyToken, type ApiKeyToken } from './api-key-token.js';
import { operatorTenantId, type Tenant } from './tenant.entity.js';
import type { Viewer } from './viewer.js';

const nobody = Buffer.alloc(32);
/** A key's last use is written down once in so long, in milliseconds: reading is not to cost a write each time. */
const useNoted = 60_000;

/** Who may come in, and for whom they speak. */
@Injectable()
export class AccessService {
  constructor(
    private readonly records: AccessRecords,
    private readonly keys: ApiKeyService,
    private readonly attempts: FailedAttempts,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /**
   * The viewer an `Authorization` header stands for. An unknown key takes as long as a wrong one.
   *
   * @param address where the request came from
   * @throws Unauthenticated with the reason; TooManyFailedAttempts before the database is asked
   */
  async authenticate(authorization: string | undefined, address: string): Promise<Viewer> {
    const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (!text) throw new Unauthenticated('MISSING');

    const presented = parseApiKeyToken(text);
    const hash = presented && (await this.keys.hash(presented.token));
    const attempt = this.attempts.begin(address, hash);
    try {
      if (!presented || !hash) throw new Unauthenticated('MALFORMED');
      const viewer = await this.viewerOf(presented.keyId, hash, address);
      attempt.succeed();
      return viewer;
    } catch (error) {
      if (error instanceof Unauthenticated) attempt.fail();
      else attempt.abandon();
      throw error;
    }
  }

  private async viewerOf(keyId: string, hash: Buffer, address: string): Promise<Viewer> {
    const key = await this.records.findKeyToken(keyId);
    const fits = timingSafeEqual(hash, key?.tokenHash ?? nobody);
    if (!key || !fits) throw new Unauthenticated('UNKNOWN');

    const now = this.clock.now();
    const reason = key.refusalOf(address, now);
    if (reason) throw new Unauthenticated(reason, { tenantId: key.tenantId, apiKeyId: key.id });

    await this.noteUse(key, now);
    return key.viewer;
  }

  /**
   * On a gateway without any, the first tenant with its first key, whose token is given out here and never again; null
   * when there is a tenant already.
   *
   * @param tokenOfKey called before the tenant is stored, and again when the unit of work is repeated: it gives the same token
   */
  openFirstTenant(
    names: { tenant: string; key: string },
    tokenOfKey: () => ApiKeyToken = newApiKeyToken,
  ): Promise<Secret | null> {
    return this.unitOfWork.run(async () => {
      // Held, so that of two gateways started at once on one database only one opens it.
      await this.records.holdTenant(operatorTenantId);
      if (await this.records.hasTenantBesides(operatorTenantId)) return null;

      return (await this.openTenant(gateway, names, tokenOfKey())).token;
    });
  }

  /**
   * A new tenant with its first key, an OWNER's, whose token is given out here and never again.
   *
   * @throws InvalidInput when another tenant has the name
   */
  openTenant(
    actor: Actor,
    names: { tenant: string; key: string },
    tokenOfKey: ApiKeyToken = newApiKeyToken(),
  ): Promise<{ tenantId: number; token: Secret }> {
    const tenantName = nameOf(names.tenant);
    return this.unitOfWork.run(async (now) => {
      const { id, name } = await this.records.addTenant({ ...tenantName, createdAt: now });
      await this.events.record({
        type: 'TENANT_OPENED',
        tenantId: id,
        subject: ['Tenant', id],
        actor,
        at: now,
        data: { name },
      });
      const limits = { lifetime: defaultLifetime, allowedCidrs: [], mayIntrospect: true };
      const { token } = await this.keys.issue(actor, id, { name: names.key, role: 'OWNER', ...limits }, tokenOfKey);
      return { tenantId: id, token };
    });
  }

  /** @throws NotFound, InvalidInput */
  renameTenant(actor: Actor, id: number, newName: string): Promise<void> {
    const tenantName = nameOf(newName);
    return this.unitOfWork.run(async (at) => {
      const tenant = await this.records.holdTenant(id);
      if (!tenant) throw new NotFound('tenant', ['id']);
      if (tenant.name === tenantName.name) return;
      await this.records.renameTenant(id, tenantName);
      const data = { name: tenantName.name, before: tenant.name };
      const subject = ['Tenant', id] as const;
      await this.events.record({ type: 'TENANT_RENAMED', tenantId: id, subject, actor, at, data });
    });
  }

  listTenants(): Promise<Tenant[]> {
    return this.records.listTenants();
  }

  findTenant(id: number): Promise<Tenant | null> {
    return this.records.findTenant(id);
  }

  private async noteUse({ id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
    if (lastUsedAt && now.getTime() - lastUsedAt.getTime() < useNoted) return;
    // Who may read, may read from a database that takes no writes just now.
    await this.records.markKeyUsed(id, now).catch(() => undefined);
  }
}

/** @throws InvalidInput */
function nameOf(text: string): Pick<Tenant, 'name' | 'nameKey'> {
  const fault = faultInName(text);
  if (fault) throw new InvalidInput([new InvalidField(['name'], `The name ${fault}.`)]);
  return { name: normalizeName(text), nameKey: nameKey(text) };
}
