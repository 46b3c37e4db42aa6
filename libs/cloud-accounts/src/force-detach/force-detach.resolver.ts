import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import { Batch, idOf } from '#libs/graphql';
import { eachOf } from '#libs/kernel';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CloudAccount } from '../cloud-account.entity.js';
import type { ForceDetachRequest } from './force-detach-request.entity.js';
import { ForceDetachRequiresAnotherApiKey, ForceDetachVoid } from './force-detach.errors.js';
import { ForceDetachService } from './force-detach.service.js';
import { CloudAccountType } from '../cloud-account.type.js';
import {
  ApproveForceDetachInput,
  ApproveForceDetachPayload,
  CancelForceDetachInput,
  CancelForceDetachPayload,
  ForceDetachCloudAccountInput,
  ForceDetachCloudAccountPayload,
  ForceDetachRequestType,
} from './force-detach.types.js';

@Resolver(() => CloudAccountType)
export class ForceDetachResolver {
  private readonly requestOf = new Batch(async (viewer: Viewer, ids: readonly number[]) => {
    const requests = await this.service.ofAccounts(viewer, ids);
    return eachOf(ids, requests, ({ cloudAccountId }) => cloudAccountId);
  });

  constructor(private readonly service: ForceDetachService) {}

  @RequiresRole('OWNER')
  @Mutation(() => ForceDetachCloudAccountPayload, {
    nullable: true,
    description:
      'Requests the force detach of a cloud account whose credentials no longer work and whose resources can no longer be removed. Nothing happens until another principal approves it with `approveForceDetach` within 24 hours. The request becomes void if the blockers change before then.',
  })
  async forceDetachCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account to detach, and the reason.' }) input: ForceDetachCloudAccountInput,
  ) {
    return { cloudAccount: await this.service.request(viewer, { ...input, id: idOf('CloudAccount', input.id) }) };
  }

  @RequiresRole('OWNER')
  @Mutation(() => ApproveForceDetachPayload, {
    nullable: true,
    description:
      'Approves a force detach. In one step, the subscriptions of the account become DELETED, its resources remain in AWS without management, and the account is deleted. Requires an API key that is independent of the one that requested it: neither API key may have created the other. The operator can also approve on the command line.',
  })
  async approveForceDetach(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Request to approve.' }) { id }: ApproveForceDetachInput,
  ) {
    const { abandonedSubscriptionCount } = await this.service.approve(viewer, idOf('CloudAccount', id));
    return { detachedCloudAccountId: id, abandonedSubscriptionCount };
  }

  @RequiresRole('OWNER')
  @Mutation(() => CancelForceDetachPayload, {
    nullable: true,
    description: 'Cancels a force detach request, including one made with another API key.',
  })
  async cancelForceDetach(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Request to cancel.' }) { id }: CancelForceDetachInput,
  ) {
    return { cloudAccount: await this.service.cancel(viewer, idOf('CloudAccount', id)) };
  }

  @ResolveField(() => ForceDetachRequestType, {
    nullable: true,
    description: 'Pending force detach request. Null when there is none.',
  })
  forceDetachRequest(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id }: CloudAccount,
  ): Promise<ForceDetachRequest | null> {
    return this.requestOf.load(viewer, id);
  }
}

@Resolver(() => ForceDetachRequestType)
export class ForceDetachRequestResolver {
  private readonly faultOf = new Batch((_: Viewer, requests: readonly ForceDetachRequest[]) =>
    this.service.faultsIn(requests),
  );
  private readonly isIndependent = new Batch((viewer: Viewer, requests: readonly ForceDetachRequest[]) =>
    this.service.areIndependent(viewer, requests),
  );

  constructor(private readonly service: ForceDetachService) {}

  @ResolveField(() => String, {
    nullable: true,
    description:
      'Reason why the request can no longer be approved, as a clause to end a sentence. Null while it can be approved.',
  })
  voidReason(@CurrentViewer() viewer: Viewer, @Parent() request: ForceDetachRequest): Promise<string | null> {
    return this.faultOf.load(viewer, request);
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `approveForceDetach` on this request.' })
  async viewerCanApprove(
    @CurrentViewer() viewer: Viewer,
    @Parent() request: ForceDetachRequest,
  ): Promise<ViewerPermission> {
    const [isIndependent, fault] = await Promise.all([
      this.isIndependent.load(viewer, request),
      this.faultOf.load(viewer, request),
    ]);
    return permission(
      viewer,
      'OWNER',
      () => {
        if (!isIndependent) throw new ForceDetachRequiresAnotherApiKey();
      },
      () => {
        if (fault) throw new ForceDetachVoid(fault);
      },
    );
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `cancelForceDetach` on this request.' })
  viewerCanCancel(@CurrentViewer() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'OWNER');
  }
}
