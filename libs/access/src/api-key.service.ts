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

/** New API key. Its token is returned only here. */
export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  readonly token: Secret;
}

/** Manages API keys. OWNERs manage those of their tenant, the operator those of every tenant. */
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

  /** API keys of the viewer's tenant. Viewers who are not OWNERs see only their own. */
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

  /** IDs of valid API keys of the viewer's tenant with the role OWNER: at most two. */
  findTwoOwnerKeys({ tenantId }: Viewer): Promise<number[]> {
    return this.records.findTwoOwnerKeys(tenantId, this.clock.now());
  }

  /** API keys of every tenant, or of one, for the operator. */
  listAll(tenantId?: number): Promise<ApiKey[]> {
    return this.records.listAllKeys(tenantId);
  }

  /**
   * A mutation can begin long after the API key of its request was checked, because earlier mutations of the document
   * can wait for AWS.
   *
   * @throws Unauthenticated when the viewer's API key is no longer accepted
   */
  async refuseEnded(viewer: Viewer): Promise<void> {
    const key = await this.records.findKey(viewer.apiKeyId);
    const reason = key ? key.stopOf(this.clock.now()) : 'UNKNOWN';
    if (reason) throw new Unauthenticated(reason);
  }

  /**
   * Filters API keys of the viewer's tenant: returns those of another principal. Neither key was created by the other,
   * directly or through other keys. A common creator does not count, because it says nothing about who holds the keys.
   */
  async findIndependentKeys({ tenantId, apiKeyId }: Viewer, keyIds: readonly number[]): Promise<ReadonlySet<number>> {
    const makers = await this.records.findCreators(tenantId);
    // Every API key was created by an older one, so this ends.
    const isMadeBy = (keyId: number, maker: number) => {
      for (let key = makers.get(keyId); key !== undefined; key = makers.get(key)) if (key === maker) return true;
      return false;
    };
    return new Set(keyIds.filter((id) => id !== apiKeyId && !isMadeBy(id, apiKeyId) && !isMadeBy(apiKeyId, id)));
  }

  /** Filters API keys of a tenant: returns the valid ones. */
  async findUsableKeys(tenantId: number, keyIds: readonly number[]): Promise<ReadonlySet<number>> {
    const keys = await this.records.findKeys(tenantId, [...new Set(keyIds)]);
    return new Set(keys.filter((key) => this.isUsable(key)).map(({ id }) => id));
  }

  /**
   * Creates an API key for the viewer's tenant.
   *
   * @param remember stores the answer with the change, for repeated requests
   * @throws OperatorApiKeyCliOnly, InvalidInput
   * @throws Unauthenticated when the viewer's own API key was revoked in the meantime
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
   * Creates an API key for any tenant.
   *
   * @throws NotFound when the tenant does not exist
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
   * Revokes an API key of the viewer's tenant.
   *
   * @throws ApiKeyNotFound, ApiKeyAlreadyRevoked, ApiKeyIsLastOwner
   * @throws Unauthenticated when the viewer's own API key was revoked in the meantime
   */
  revoke(viewer: Viewer, id: number): Promise<ApiKey> {
    const revoked = this.unitOfWork.run(async (now) => {
      // The rule concerns all API keys of the tenant: when two OWNERs revoke each other's key concurrently, one key
      // must remain.
      await this.holdKeysOf(viewer);
      const [key] = await this.findMany(viewer, [id]);
      if (!key) throw new ApiKeyNotFound();
      key.refuseRevocation(await this.records.findTwoOwnerKeys(viewer.tenantId, now));

      return this.end(viewer.actor, key, now);
    });
    return this.recentKeys.forgetAfter(revoked);
  }

  /**
   * Like `revoke`, for every tenant, including a last OWNER.
   *
   * @throws NotFound when the API key does not exist or is already revoked
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

  /** Keyed hash of a token, as it is stored. */
  hash(token: Secret): Promise<Buffer> {
    return this.keychain.mac('api-key', token.reveal());
  }

  /** Locks the API keys of the tenant, so that a concurrently revoked one cannot create another. */
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
