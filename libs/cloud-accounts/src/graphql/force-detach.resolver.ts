import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import { Batch, idOf } from '#libs/graphql';
import { DomainError } from '#libs/kernel';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CloudAccount } from '../cloud-account.entity.js';
import type { ForceDetachRequest } from '../force-detach-request.entity.js';
import { ForceDetachVoid } from '../force-detach.errors.js';
import { ForceDetachService } from '../force-detach.service.js';
import { CloudAccountType } from './cloud-account.type.js';
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
    return ids.map((id) => requests.find(({ cloudAccountId }) => cloudAccountId === id) ?? null);
  });

  constructor(private readonly service: ForceDetachService) {}

  @RequiresRole('OWNER')
  @Mutation(() => ForceDetachCloudAccountPayload, {
    nullable: true,
    description: `The way out when the credentials of an account are dead, and what stands on it cannot be taken down any more: requests that the account go, and its subscriptions be given up. Nothing happens until another principal agrees with \`approveForceDetach\`, within 24 hours, and only if nothing else stands in the way by then.`,
  })
  async forceDetachCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one, and why.' }) input: ForceDetachCloudAccountInput,
  ) {
    return { cloudAccount: await this.service.request(viewer, { ...input, id: idOf('CloudAccount', input.id) }) };
  }

  @RequiresRole('OWNER')
  @Mutation(() => ApproveForceDetachPayload, {
    nullable: true,
    description: `Agrees to the request that an account be detached by force: its subscriptions end as DELETED, what was built in it is nobody's any more and stays at AWS, and the account goes, all at once. For another API key than the one that requested it, of which neither made the other; the operator's command line can agree, too.`,
  })
  async approveForceDetach(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) { id }: ApproveForceDetachInput,
  ) {
    const { abandonedSubscriptions } = await this.service.approve(viewer, idOf('CloudAccount', id));
    return { detachedCloudAccountId: id, abandonedSubscriptions };
  }

  @RequiresRole('OWNER')
  @Mutation(() => CancelForceDetachPayload, {
    nullable: true,
    description: `Takes back the request that an account be detached by force, whoever made it.`,
  })
  async cancelForceDetach(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) { id }: CancelForceDetachInput,
  ) {
    return { cloudAccount: await this.service.cancel(viewer, idOf('CloudAccount', id)) };
  }

  @ResolveField(() => ForceDetachRequestType, {
    nullable: true,
    description: 'That somebody wants it detached by force; null while nobody does.',
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
  constructor(private readonly service: ForceDetachService) {}

  @ResolveField(() => String, {
    nullable: true,
    description: 'Why it cannot be approved any more, as the end of a sentence; null while it can.',
  })
  voidBecause(@Parent() request: ForceDetachRequest): Promise<string | null> {
    return this.service.faultIn(request);
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `approveForceDetach` on it.' })
  async viewerCanApprove(
    @CurrentViewer() viewer: Viewer,
    @Parent() request: ForceDetachRequest,
  ): Promise<ViewerPermission> {
    const dependent = await this.service.refuseUnlessIndependent(viewer, request).catch((error: unknown) => error);
    const fault = await this.service.faultIn(request);
    return permission(
      viewer,
      'OWNER',
      () => {
        if (dependent) throw dependent as DomainError;
      },
      () => {
        if (fault) throw new ForceDetachVoid(fault);
      },
    );
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `cancelForceDetach` on it.' })
  viewerCanCancel(@CurrentViewer() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'OWNER');
  }
}
