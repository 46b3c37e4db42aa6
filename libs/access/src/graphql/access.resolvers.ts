import {
  Batch,
  byMoment,
  ConnectionArgs,
  idOf,
  pageRequest,
  toConnection,
  type Connection,
  type ListOrder,
} from '#libs/graphql';
import { Idempotency } from '#libs/idempotency';
import type { Secret } from '#libs/kernel';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { ApiKey } from '../api-key.entity.js';
import { ApiKeyService, refuseOperator } from '../api-key.service.js';
import type { Tenant } from '../tenant.entity.js';
import { TenantService } from '../tenant.service.js';
import type { Viewer } from '../viewer.js';
import {
  ApiKeyConnectionType,
  ApiKeyFilterInput,
  ApiKeyType,
  CreateApiKeyInput,
  CreateApiKeyPayload,
  RevokeApiKeyInput,
  RevokeApiKeyPayload,
  TenantType,
  ViewerType,
} from './access.types.js';
import { CurrentViewer } from './current-viewer.js';
import { RequiresRole } from './role.guard.js';
import { permission, ViewerPermission } from './viewer-permission.js';

const order: ListOrder<ApiKey, 'CREATED_AT'> = {
  list: 'apiKeys',
  by: { CREATED_AT: byMoment((key) => key.createdAt) },
};
const newestFirst = { field: 'CREATED_AT', direction: 'DESC' } as const;

/** Remembered answer of a created API key, without its secret. */
class CreatedApiKey {
  readonly id!: number;
}

@Resolver(() => ViewerType)
export class ViewerResolver {
  constructor(
    private readonly tenants: TenantService,
    private readonly keys: ApiKeyService,
  ) {}

  @Query(() => ViewerType, { description: 'The sender of the request and its permissions.' })
  viewer(@CurrentViewer() viewer: Viewer): Viewer {
    return viewer;
  }

  @ResolveField(() => TenantType, { description: 'Tenant of the API key.' })
  async tenant(@Parent() { tenantId }: Viewer): Promise<Tenant> {
    return (await this.tenants.find(tenantId))!;
  }

  @ResolveField(() => ApiKeyType, { description: 'API key of the request.' })
  async apiKey(@Parent() viewer: Viewer): Promise<ApiKey> {
    const [key] = await this.keys.findMany(viewer, [viewer.apiKeyId]);
    return key!;
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `createApiKey`.' })
  viewerCanCreateApiKey(@Parent() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'OWNER', () => refuseOperator(viewer));
  }
}

@Resolver(() => ApiKeyType)
export class ApiKeyResolver {
  private readonly ownersFor = new Batch(async (viewer: Viewer, keys: readonly ApiKey[]) => {
    const owners = await this.keys.findTwoOwnerKeys(viewer);
    return keys.map(() => owners);
  });

  constructor(
    private readonly keys: ApiKeyService,
    private readonly idempotency: Idempotency,
  ) {}

  @RequiresRole('OWNER')
  @Query(() => ApiKeyConnectionType, {
    description: 'API keys of your tenant, newest first, including expired and revoked ones. Requires the role OWNER.',
  })
  async apiKeys(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
    @Args('filter', { nullable: true, description: 'Filter for the list.' }) filter: ApiKeyFilterInput = {},
  ): Promise<Connection<ApiKey>> {
    const page = await this.keys.list(viewer, filter, pageRequest(order, args, newestFirst));
    return toConnection(order, newestFirst, page, () => this.keys.count(viewer, filter));
  }

  @RequiresRole('OWNER')
  @Mutation(() => CreateApiKeyPayload, {
    nullable: true,
    description:
      'Creates an API key for your tenant. To replace an API key, create a new one, start to use it, then revoke the old one. Both are valid in the meantime.',
  })
  async createApiKey(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'API key to create.' }) input: CreateApiKeyInput,
  ) {
    let secret: Secret | undefined;
    const { id } = await this.idempotency.once(viewer, 'createApiKey', input, CreatedApiKey, async (remember) => {
      const key = { ...input, lifetime: input.expiresInDays };
      const issued = await this.keys.create(viewer, key, ({ id }) => remember({ id }));
      secret = issued.token;
      return issued.apiKey;
    });
    const [apiKey] = await this.keys.findMany(viewer, [id]);
    return { apiKey, secret: secret?.reveal() ?? null };
  }

  @RequiresRole('OWNER')
  @Mutation(() => RevokeApiKeyPayload, {
    nullable: true,
    description: 'Revokes an API key of your tenant permanently. You can revoke the API key that you use.',
  })
  async revokeApiKey(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'API key to revoke.' }) input: RevokeApiKeyInput,
  ) {
    return { apiKey: await this.keys.revoke(viewer, idOf('ApiKey', input.id)) };
  }

  @ResolveField(() => Boolean, { description: 'Whether the API key is valid: neither expired nor revoked.' })
  isUsable(@Parent() key: ApiKey): boolean {
    return this.keys.isUsable(key);
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `revokeApiKey` on this API key.' })
  async viewerCanRevoke(@CurrentViewer() viewer: Viewer, @Parent() key: ApiKey): Promise<ViewerPermission> {
    const owners = await this.ownersFor.load(viewer, key);
    return permission(viewer, 'OWNER', () => key.refuseRevocation(owners));
  }
}
