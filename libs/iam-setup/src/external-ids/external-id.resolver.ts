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
    description: 'The external ids issued to your tenant, the newest first, those of deleted accounts included.',
  })
  async externalIds(@CurrentViewer() viewer: Viewer, @Args() args: ConnectionArgs): Promise<Connection<ExternalId>> {
    const page = await this.service.list(viewer, pageRequest(order, args, newestFirst));
    return toConnection(order, newestFirst, page, () => this.service.count(viewer));
  }

  @RequiresRole('MANAGER')
  @Mutation(() => IssueExternalIdPayload, {
    nullable: true,
    description: `Issues an external id for an access role that you are about to make: \`iamSetup\` with \`createAccessRole\` writes it into the trust policy, \`createCloudAccount\` takes it.`,
  })
  async issueExternalId(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'What is asked for.' }) input: IssueExternalIdInput,
  ) {
    const externalId = await this.idempotency.once(viewer, 'issueExternalId', input, ExternalId, (remember) =>
      this.service.issue(viewer, remember),
    );
    return { externalId };
  }
}

/** Adds to Viewer: the domain that knows the answer adds the field. */
@Resolver(() => ViewerType)
export class ViewerOfExternalIdsResolver {
  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `issueExternalId`.' })
  viewerCanIssueExternalId(@Parent() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'MANAGER');
  }
}
