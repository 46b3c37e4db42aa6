import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import type { Actor } from '#libs/events';
import {
  Batch,
  byMoment,
  ConnectionArgs,
  idOf,
  pageRequest,
  toConnection,
  toGlobalId,
  type Connection,
  type ListOrder,
} from '#libs/graphql';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Blockers } from '../blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountDeletionService } from '../cloud-account-deletion.service.js';
import type { DeletedCloudAccount } from '../deleted-cloud-account.entity.js';
import {
  ActorType,
  CancelCloudAccountDeletionInput,
  CancelCloudAccountDeletionPayload,
  DeleteCloudAccountInput,
  DeleteCloudAccountPayload,
  DeletedCloudAccountConnectionType,
  DeletedCloudAccountType,
  DeletionRequestType,
} from './cloud-account-deletion.types.js';
import { CloudAccountType } from './cloud-account.type.js';

const deletedOrder: ListOrder<DeletedCloudAccount, 'DELETED_AT'> = {
  list: 'deletedCloudAccounts',
  by: { DELETED_AT: byMoment((deleted) => deleted.deletedAt) },
};
const newestFirst = { field: 'DELETED_AT', direction: 'DESC' } as const;

@Resolver(() => CloudAccountType)
export class CloudAccountDeletionResolver {
  private readonly inTheWayOf = new Batch((viewer: Viewer, accounts: readonly CloudAccount[]) =>
    this.blockers.inTheWayOf(viewer.tenantId, accounts),
  );

  constructor(
    private readonly deletion: CloudAccountDeletionService,
    private readonly blockers: Blockers,
  ) {}

  @RequiresRole('MANAGER')
  @Mutation(() => DeleteCloudAccountPayload, {
    nullable: true,
    description: `Deletes a cloud account and its credentials, unless an active subscription stands on it or its access key is being rotated; \`mode\` says what becomes of it then. \`cloudAccountDeletionPreview\` tells beforehand. At AWS nothing is removed.`,
  })
  async deleteCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) input: DeleteCloudAccountInput,
  ) {
    const cloudAccount = await this.deletion.delete(viewer, { ...input, id: idOf('CloudAccount', input.id) });
    return { deletedCloudAccountId: cloudAccount ? null : input.id, cloudAccount };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => CancelCloudAccountDeletionPayload, {
    nullable: true,
    description: `Has an account stay that is DELETING_WHEN_UNUSED: it is again what it was.`,
  })
  async cancelCloudAccountDeletion(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) { id, expectedVersion }: CancelCloudAccountDeletionInput,
  ) {
    return { cloudAccount: await this.deletion.cancel(viewer, idOf('CloudAccount', id), expectedVersion) };
  }

  @RequiresRole('OWNER')
  @Query(() => DeletedCloudAccountConnectionType, {
    description:
      'The cloud accounts of your tenant that were deleted, the last one first: who wanted it, when and how.',
  })
  async deletedCloudAccounts(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<DeletedCloudAccount>> {
    const page = await this.deletion.listDeleted(viewer, pageRequest(deletedOrder, args, newestFirst));
    return toConnection(deletedOrder, newestFirst, page, () => this.deletion.countDeleted(viewer));
  }

  @ResolveField(() => DeletionRequestType, {
    nullable: true,
    description: 'Who wants it to go once it is unused, and since when; null while nobody does.',
  })
  deletionRequest(@Parent() account: CloudAccount): DeletionRequestType | null {
    return account.deletionRequest;
  }

  @ResolveField(() => ViewerPermission, {
    description: 'Whether you may use `deleteCloudAccount` on it, and it would go at once.',
  })
  async viewerCanDelete(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<ViewerPermission> {
    const inTheWay = await this.inTheWayOf.load(viewer, account);
    return permission(
      viewer,
      'MANAGER',
      () => account.refuseChangeIfHosted(),
      () => account.refuseRemoval(inTheWay),
    );
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `cancelCloudAccountDeletion` on it.' })
  viewerCanCancelDeletion(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): ViewerPermission {
    return permission(viewer, 'MANAGER', () => account.refuseToStay());
  }
}

/** What of an account that is gone is shown in another shape than it is kept in. */
@Resolver(() => DeletedCloudAccountType)
export class DeletedCloudAccountResolver {
  @ResolveField(() => ID)
  cloudAccountId(@Parent() { id }: DeletedCloudAccount): string {
    return toGlobalId('CloudAccount', id);
  }

  @ResolveField(() => ActorType, { description: 'Who wanted it to go.' })
  requestedBy(
    @Parent() { requestedByKind: kind, requestedById: id, requestedByName: name }: DeletedCloudAccount,
  ): Actor {
    return { kind, id, name };
  }

  @ResolveField(() => ActorType, { nullable: true, description: 'Who agreed that it be forced; null otherwise.' })
  approvedBy(
    @Parent() { approvedByKind: kind, approvedById: id, approvedByName: name }: DeletedCloudAccount,
  ): Actor | null {
    return kind && { kind, id, name: name ?? '' };
  }
}
