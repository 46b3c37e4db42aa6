import { Keychain } from '#libs/encryption';
import { Events, type Actor } from '#libs/events';
import { Clock, NotFound, UnitOfWork, type Page, type PageRequest, type Secret } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessRecords, type ApiKeyFilter } from './access-records.js';
import { ApiKeyNotFound, OperatorApiKeyCliOnly, Unauthenticated } from './access.errors.js';
import { ApiKey, type NewApiKey } from './api-key.entity.js';
import { newApiKeyToken, type ApiKeyToken } from './api-key-token.js';
import { RecentApiKeys } from './recent-api-keys.js';
import type { Viewer } from './viewer.js';

/** A key just made; its token is given out here and never again. */
export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  readonly token: Secret;
}

/** Keys of tenants: a tenant's OWNERs make and revoke their own, the operator anybody's. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly records: AccessRecords,
    private readonly keychain: Keychain,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly recentKeys: RecentApiKeys,
  ) {}

  /** Of the viewer's tenant. Only OWNERs see keys besides their own. */
  async findMany(viewer: Viewer, ids: readonly number[]): Promise<ApiKey[]> {
    return this.records.findKeys(
      viewer.tenantId,
      viewer.is('OWNER') ? ids : ids.filter((id) => id === viewer.apiKeyId),
    );
  }

  list({ tenantId }: Viewer, filter: ApiKeyFilter, page: PageRequest<'CREATED_AT'>): Promise<Page<ApiKey>> {
    return this.records.listKeys(tenantId, filter, this.clock.now(), page);
  }

  count({ tenantId }: Viewer, filter: ApiKeyFilter): Promise<number> {
    return this.records.countKeys(tenantId, filter, this.clock.now());
  }

  isUsable(key: ApiKey): boolean {
    return key.isUsableAt(this.clock.now());
  }

  /** The ids of keys of OWNERs of the viewer's tenant that still open something: of two, should there be more. */
  findTwoOwnerKeys({ tenantId }: Viewer): Promise<number[]> {
    return this.records.findTwoOwnerKeys(tenantId, this.clock.now());
  }

  /** Every tenant's, or one's, for the operator. */
  listAll(tenantId?: number): Promise<ApiKey[]> {
    return this.records.listAllKeys(tenantId);
  }

  /**
   * A request may begin a change long after its key was looked at: others of the same document may have waited for AWS.
   *
   * @throws Unauthenticated when the viewer's key is not accepted any more
   */
  async refuseEnded(viewer: Viewer): Promise<void> {
    const key = await this.records.findKey(viewer.apiKeyId);
    const reason = key ? key.stopOf(this.clock.now()) : 'UNKNOWN';
    if (reason) throw new Unauthenticated(reason);
  }

  /**
   * Of some keys of the viewer's tenant those that belong to another principal than the viewer's key: neither made the
   * other, nor a key that did. That a third key made both says nothing about who holds them.
   */
  async findIndependentKeys({ tenantId, apiKeyId }: Viewer, keyIds: readonly number[]): Promise<ReadonlySet<number>> {
    const makers = await this.records.findCreators(tenantId);
    // Every key was made by an older one, so this ends.
    const isMadeBy = (keyId: number, maker: number) => {
      for (let key = makers.get(keyId); key !== undefined; key = makers.get(key)) if (key === maker) return true;
      return false;
    };
    return new Set(keyIds.filter((id) => id !== apiKeyId && !isMadeBy(id, apiKeyId) && !isMadeBy(apiKeyId, id)));
  }

  /** Of some keys of a tenant those that are usable. */
  async findUsableKeys(tenantId: number, keyIds: readonly number[]): Promise<ReadonlySet<number>> {
    const keys = await this.records.findKeys(tenantId, [...new Set(keyIds)]);
    return new Set(keys.filter((key) => this.isUsable(key)).map(({ id }) => id));
  }

  /**
   * Another key for the viewer's tenant.
   *
   * @param remember writes the answer down with the effect, for a caller who may ask again
   * @throws OperatorApiKeyCliOnly, InvalidInput
   * @throws Unauthenticated when the viewer's own was revoked meanwhile
   */
  create(viewer: Viewer, key: NewApiKey, remember: (apiKey: ApiKey) => Promise<void>): Promise<IssuedApiKey> {
    refuseOperator(viewer);
    return this.unitOfWork.run(async () => {
      await this.holdKeysOf(viewer);
      const issued = await this.issue(viewer.actor, viewer.tenantId, key);
      await remember(issued.apiKey);
      return issued;
    });
  }

  /**
   * A key for any tenant.
   *
   * @throws NotFound when there is no such tenant
   * @throws InvalidInput
   */
  issue(
    actor: Actor,
    tenantId: number,
    key: NewApiKey,
    { keyId, token }: ApiKeyToken = newApiKeyToken(),
  ): Promise<IssuedApiKey> {
    return this.unitOfWork.run(async (now) => {
      if (!(await this.records.findTenant(tenantId))) throw new NotFound('tenant', ['tenant']);

      const createdByKeyId = actor.kind === 'API_KEY' ? actor.id : null;
      const tokenHash = await this.hash(token);
      const apiKey = ApiKey.create({ ...key, tenantId, keyId, tokenHash, createdByKeyId }, now);
      await this.records.addKey(apiKey);
      const { id, name, role, allowedCidrs, canIntrospect, expiresAt } = apiKey;
      const data = { name, role, allowedCidrs, canIntrospect, expiresAt };
      await this.events.record({ type: 'API_KEY_CREATED', tenantId, subject: ['ApiKey', id], actor, at: now, data });
      return { apiKey, token };
    });
  }

  /**
   * From now on the key opens nothing.
   *
   * @throws ApiKeyNotFound, ApiKeyAlreadyRevoked, ApiKeyIsLastOwner
   * @throws Unauthenticated when the viewer's own was revoked meanwhile
   */
  revoke(viewer: Viewer, id: number): Promise<ApiKey> {
    const revoked = this.unitOfWork.run(async (now) => {
      // The rule spans the tenant's keys, so that of two OWNERs who revoke each other one stays.
      await this.holdKeysOf(viewer);
      const [key] = await this.findMany(viewer, [id]);
      if (!key) throw new ApiKeyNotFound();
      key.refuseRevocation(await this.records.findTwoOwnerKeys(viewer.tenantId, now));

      return this.end(viewer.actor, key, now);
    });
    return this.recentKeys.forgetAfter(revoked);
  }

  /**
   * As `revoke`, whosever key it is, and be it the last.
   *
   * @throws NotFound when there is no such key, or it was revoked before
   */
  revokeInAllTenants(actor: Actor, id: number): Promise<ApiKey> {
    const revoked = this.unitOfWork.run(async (now) => {
      const { tenantId } = (await this.records.findKey(id)) ?? noSuchKey();
      await this.records.holdTenant(tenantId);
      const key = await this.records.findKey(id);
      if (!key || key.revokedAt) return noSuchKey();

      return this.end(actor, key, now);
    });
    return this.recentKeys.forgetAfter(revoked);
  }

  /** What is kept of a token: its keyed hash. */
  hash(token: Secret): Promise<Buffer> {
    return this.keychain.mac('api-key', token.reveal());
  }

  /** Lets nobody else revoke a key of the tenant until the unit of work ends: a revoked one is not to leave another behind. */
  private async holdKeysOf(viewer: Viewer): Promise<void> {
    await this.records.holdTenant(viewer.tenantId);
    await this.refuseEnded(viewer);
  }

  private async end(actor: Actor, key: ApiKey, now: Date): Promise<ApiKey> {
    const { id, tenantId, name } = key;
    key.revoke(now);
    await this.records.revokeKey(key);
    const subject = ['ApiKey', id] as const;
    await this.events.record({ type: 'API_KEY_REVOKED', tenantId, subject, actor, at: now, data: { name } });
    return key;
  }
}

/** @throws OperatorApiKeyCliOnly */
export function refuseOperator(viewer: Viewer): void {
  if (viewer.isOperator) throw new OperatorApiKeyCliOnly();
}

function noSuchKey(): never {
  throw new NotFound('usable API key', ['id']);
}
