import { Events, gateway, type Actor } from '#libs/events';
import {
  faultInName,
  InvalidField,
  InvalidInput,
  nameKey,
  normalizeName,
  NotFound,
  UnitOfWork,
  type Held,
  type Secret,
} from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessRecords } from './access-records.js';
import { defaultLifetime } from './api-key.entity.js';
import { ApiKeyService } from './api-key.service.js';
import { newApiKeyToken, type ApiKeyToken } from './api-key-token.js';
import { RecentApiKeys } from './recent-api-keys.js';
import { TenantContents, type TenantContent } from './tenant-contents.js';
import { operatorTenantId, TenantChangeRefused, type Tenant } from './tenant.entity.js';

/** Use cases of tenants, for the operator. Each change records one event. */
@Injectable()
export class TenantService {
  constructor(
    private readonly records: AccessRecords,
    private readonly keys: ApiKeyService,
    private readonly contents: TenantContents,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly recentKeys: RecentApiKeys,
  ) {}

  list(): Promise<Tenant[]> {
    return this.records.listTenants();
  }

  find(id: number): Promise<Tenant | null> {
    return this.records.findTenant(id);
  }

  /** Ignores case. */
  findByName(name: string): Promise<Tenant | null> {
    return this.records.findTenantByName(nameKey(name));
  }

  /** IDs of suspended tenants. */
  suspendedIds(): Promise<number[]> {
    return this.records.listSuspendedTenants();
  }

  /**
   * Creates the first tenant and its first API key, if there is none yet. The token is returned only here. Null when a
   * tenant exists.
   *
   * @param tokenOfKey called before the tenant is stored, and again when the unit of work is repeated: it must return
   * the same token
   */
  createFirst(
    names: { tenant: string; key: string },
    tokenOfKey: () => ApiKeyToken = newApiKeyToken,
  ): Promise<Secret | null> {
    return this.unitOfWork.run(async () => {
      // Locked, so that only one of two gateways that start concurrently on one database creates it.
      await this.records.holdTenant(operatorTenantId);
      if (await this.records.hasOtherTenant([operatorTenantId])) return null;

      return (await this.create(gateway, names, tokenOfKey())).token;
    });
  }

  /**
   * Creates a tenant and its first API key, with the role OWNER. The token is returned only here.
   *
   * @throws InvalidInput when another tenant has the name
   */
  create(
    actor: Actor,
    names: { tenant: string; key: string },
    tokenOfKey: ApiKeyToken = newApiKeyToken(),
  ): Promise<{ tenantId: number; token: Secret }> {
    const tenantName = nameOf(names.tenant);
    return this.unitOfWork.run(async (now) => {
      const tenant = await this.records.addTenant({ ...tenantName, createdAt: now, suspendedAt: null });
      await this.record('TENANT_OPENED', tenant, actor, now, { name: tenant.name });
      const limits = { lifetime: defaultLifetime, allowedCidrs: [], canIntrospect: true };
      const key = { name: names.key, role: 'OWNER', ...limits } as const;
      const { token } = await this.keys.issue(actor, tenant.id, key, tokenOfKey);
      return { tenantId: tenant.id, token };
    });
  }

  /** @throws NotFound, InvalidInput */
  rename(actor: Actor, id: number, newName: string): Promise<void> {
    const tenantName = nameOf(newName);
    return this.unitOfWork.run(async (at) => {
      const tenant = await this.hold(id);
      if (tenant.name === tenantName.name) return;
      await this.records.updateTenant(tenant, tenantName);
      await this.record('TENANT_RENAMED', tenant, actor, at, { name: tenantName.name, before: tenant.name });
    });
  }

  /**
   * Refuses every API key of the tenant from now on (in other processes within one second), and does not give out its
   * provisioning work. Background checks of its accounts continue. Does nothing if the tenant is already suspended.
   *
   * @throws NotFound, TenantChangeRefused
   */
  suspend(actor: Actor, id: number): Promise<Tenant> {
    const suspended = this.unitOfWork.run(async (now) => {
      const tenant = await this.hold(id);
      refuseOperatorTenant(tenant, 'suspended');
      return tenant.suspendedAt ? tenant : this.setSuspended(tenant, now, 'TENANT_SUSPENDED', actor, now);
    });
    return this.recentKeys.forgetAfter(suspended);
  }

  /**
   * Accepts the API keys of the tenant again, except expired and revoked ones. Does nothing if the tenant is not
   * suspended.
   *
   * @throws NotFound
   */
  resume(actor: Actor, id: number): Promise<Tenant> {
    const resumed = this.unitOfWork.run(async (now) => {
      const tenant = await this.hold(id);
      return tenant.suspendedAt ? this.setSuspended(tenant, null, 'TENANT_RESUMED', actor, now) : tenant;
    });
    return this.recentKeys.forgetAfter(resumed);
  }

  /**
   * Removes a tenant without data, and its API keys. Its events are kept.
   *
   * @throws NotFound, TenantChangeRefused
   */
  remove(actor: Actor, id: number): Promise<Tenant> {
    const removed = this.unitOfWork.run(async (now) => {
      // Locked first, as at a start, so that one of the last two tenants remains.
      await this.records.holdTenant(operatorTenantId);
      const tenant = await this.hold(id);
      refuseOperatorTenant(tenant, 'removed');
      const contents = await this.contents.of(tenant);
      if (contents.length > 0) throw new TenantChangeRefused(reasonAgainstRemoval(tenant, contents));
      if (!(await this.records.hasOtherTenant([operatorTenantId, id])))
        throw new TenantChangeRefused(
          `Tenant ${id} is the only one. The next start of the gateway would create a first tenant again, with a new API key. Add another tenant first.`,
        );

      const apiKeys = await this.records.removeTenant(tenant);
      await this.record('TENANT_REMOVED', tenant, actor, now, { name: tenant.name, apiKeys });
      return tenant;
    });
    return this.recentKeys.forgetAfter(removed);
  }

  private async setSuspended(tenant: Held<Tenant>, suspendedAt: Date | null, event: string, actor: Actor, now: Date) {
    await this.records.updateTenant(tenant, { suspendedAt });
    await this.record(event, tenant, actor, now, { name: tenant.name });
    return { ...tenant, suspendedAt };
  }

  /** Locks the tenant until the unit of work ends. @throws NotFound */
  async hold(id: number): Promise<Held<Tenant>> {
    const tenant = await this.records.holdTenant(id);
    if (!tenant) throw new NotFound('tenant', ['id']);
    return tenant;
  }

  private record(type: string, { id }: Tenant, actor: Actor, at: Date, data: object): Promise<void> {
    return this.events.record({ type, tenantId: id, subject: ['Tenant', id], actor, at, data: { ...data } });
  }
}

/** @throws TenantChangeRefused */
function refuseOperatorTenant({ id }: Tenant, change: string): void {
  if (id !== operatorTenantId) return;
  throw new TenantChangeRefused(
    `Tenant ${id} is the operator's own: it cannot be ${change}. To close one of its API keys, run \`cloud-account-gateway api-keys revoke --id …\`.`,
  );
}

function reasonAgainstRemoval({ id }: Tenant, contents: readonly TenantContent[]): string {
  const counted = ({ count, what: [one, several] }: TenantContent) => `${count} ${count === 1 ? one : several}`;
  const remediations = contents.flatMap(({ remediation }) => remediation ?? []);
  const records = contents.filter(({ remediation }) => remediation === null);
  return [
    `Tenant ${id} cannot be removed: it has ${contents.map(counted).join(', ')}.`,
    ...remediations,
    ...(records.length > 0
      ? [
          `Audits need ${records.map(counted).join(', ')}: such records are never removed. Suspend the tenant instead: \`cloud-account-gateway tenants suspend --id ${id}\`.`,
        ]
      : []),
  ].join(' ');
}

/** @throws InvalidInput */
function nameOf(text: string): Pick<Tenant, 'name' | 'nameKey'> {
  const fault = faultInName(text);
  if (fault) throw new InvalidInput([new InvalidField(['name'], `The name ${fault}.`)]);
  return { name: normalizeName(text), nameKey: nameKey(text) };
}
