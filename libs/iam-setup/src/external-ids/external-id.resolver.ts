import { CurrentViewer, permission, RequiresRole, ViewerPermission, ViewerType, type Viewer } from '#libs/access';
import { byMoment, ConnectionArgs, pageRequest, toConnection, type Connection, type ListOrder } from '#libs/graphql';
import { Idempotency } from '#libs/idempotency';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ExternalId } from './external-id.entity.js';
import { ExternalIdService } from './external-id.service.js';
import {
  ExternalIdConnectionType,
  ExternalIdType,
  IssueExternalIdInput,
  IssueExternalIdPayload,
} from './external-id.types.js';

const order: ListOrder<ExternalId, 'CREATED_AT'> = {
  list: 'externalIds',
  by: { CREATED_AT: byMoment((externalId) => externalId.createdAt) },
};
const newestFirst = { field: 'CREATED_AT', direction: 'DESC' } as const;

@Resolver(() => ExternalIdType)
export class ExternalIdResolver {
  constructor(
    private readonly service: ExternalIdService,
    private readonly idempotency: Idempotency,
  ) {}

  @Query(() => ExternalIdConnectionType, {
    description: 'External IDs issued to your tenant, newest first, including those of deleted accounts.',
  })
  async externalIds(@CurrentViewer() viewer: Viewer, @Args() args: ConnectionArgs): Promise<Connection<ExternalId>> {
    const page = await this.service.list(viewer, pageRequest(order, args, newestFirst));
    return toConnection(order, newestFirst, page, () => this.service.count(viewer));
  }

  @RequiresRole('MANAGER')
  @Mutation(() => IssueExternalIdPayload, {
    nullable: true,
    description:
      'Issues an external ID for a new access role. Send its handle to `iamSetup` with `createAccessRole`, which adds the external ID to the trust policy, and then to `createCloudAccount`.',
  })
  async issueExternalId(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Request for an external ID.' }) input: IssueExternalIdInput,
  ) {
    const externalId = await this.idempotency.once(viewer, 'issueExternalId', input, ExternalId, (remember) =>
      this.service.issue(viewer, remember),
    );
    return { externalId };
  }
}

/** Adds fields about external IDs to Viewer. */
@Resolver(() => ViewerType)
export class ViewerOfExternalIdsResolver {
  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `issueExternalId`.' })
  viewerCanIssueExternalId(@Parent() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'MANAGER');
  }
}
