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
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountDeletionService } from './cloud-account-deletion.service.js';
import type { DeletedCloudAccount } from './deleted-cloud-account.entity.js';
import {
  ActorType,
  CancelCloudAccountDeletionInput,
  CancelCloudAccountDeletionPayload,
  DeleteCloudAccountInput,
  DeleteCloudAccountPayload,
  DeletedCloudAccountConnectionType,
  DeletedCloudAccountType,
  ScheduledDeletionType,
} from './cloud-account-deletion.types.js';
import { CloudAccountType } from '../cloud-account.type.js';

const deletedOrder: ListOrder<DeletedCloudAccount, 'DELETED_AT'> = {
  list: 'deletedCloudAccounts',
  by: { DELETED_AT: byMoment((deleted) => deleted.deletedAt) },
};
const newestFirst = { field: 'DELETED_AT', direction: 'DESC' } as const;

@Resolver(() => CloudAccountType)
export class CloudAccountDeletionResolver {
  private readonly blockersOf = new Batch((_: Viewer, accounts: readonly CloudAccount[]) =>
    this.blockers.countsOf(accounts),
  );

  constructor(
    private readonly deletion: CloudAccountDeletionService,
    private readonly blockers: Blockers,
  ) {}

  @RequiresRole('MANAGER')
  @Mutation(() => DeleteCloudAccountPayload, {
    nullable: true,
    description:
      'Deletes a cloud account and its credentials. `mode` determines what happens while the account has active subscriptions or an access key rotation in progress. Use `cloudAccountDeletionPreview` to check beforehand. Removes nothing in AWS.',
  })
  async deleteCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account to delete.' }) input: DeleteCloudAccountInput,
  ) {
    const cloudAccount = await this.deletion.delete(viewer, { ...input, id: idOf('CloudAccount', input.id) });
    return { deletedCloudAccountId: cloudAccount ? null : input.id, cloudAccount };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => CancelCloudAccountDeletionPayload, {
    nullable: true,
    description: 'Cancels a scheduled deletion and restores the previous status.',
  })
  async cancelCloudAccountDeletion(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account whose deletion to cancel.' })
    { id, expectedVersion }: CancelCloudAccountDeletionInput,
  ) {
    return { cloudAccount: await this.deletion.cancel(viewer, idOf('CloudAccount', id), expectedVersion) };
  }

  @RequiresRole('OWNER')
  @Query(() => DeletedCloudAccountConnectionType, {
    description:
      'Deleted cloud accounts of your tenant, the most recently deleted first: who requested the deletion, when, and how the account was deleted.',
  })
  async deletedCloudAccounts(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<DeletedCloudAccount>> {
    const page = await this.deletion.listDeleted(viewer, pageRequest(deletedOrder, args, newestFirst));
    return toConnection(deletedOrder, newestFirst, page, () => this.deletion.countDeleted(viewer));
  }

  @ResolveField(() => ScheduledDeletionType, {
    nullable: true,
    description: 'Scheduled deletion: who requested it, and when. Null when no deletion is scheduled.',
  })
  scheduledDeletion(@Parent() account: CloudAccount): ScheduledDeletionType | null {
    return account.scheduledDeletion;
  }

  @ResolveField(() => ViewerPermission, {
    description: 'Whether you can use `deleteCloudAccount` on this account, and it would be deleted immediately.',
  })
  async viewerCanDelete(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<ViewerPermission> {
    const blockers = await this.blockersOf.load(viewer, account);
    return permission(
      viewer,
      'MANAGER',
      () => account.refuseChangeIfHosted(),
      () => account.refuseRemoval(blockers),
    );
  }

  @ResolveField(() => ViewerPermission, {
    description: 'Whether you can use `cancelCloudAccountDeletion` on this account.',
  })
  viewerCanCancelDeletion(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): ViewerPermission {
    return permission(viewer, 'MANAGER', () => account.refuseDeletionCancellation());
  }
}

/** Fields of a deleted account whose format differs from the stored one. */
@Resolver(() => DeletedCloudAccountType)
export class DeletedCloudAccountResolver {
  @ResolveField(() => ID)
  cloudAccountId(@Parent() { id }: DeletedCloudAccount): string {
    return toGlobalId('CloudAccount', id);
  }

  @ResolveField(() => ActorType, { description: 'Actor that requested the deletion.' })
  requestedBy(
    @Parent() { requestedByKind: kind, requestedById: id, requestedByName: name }: DeletedCloudAccount,
  ): Actor {
    return { kind, id, name };
  }

  @ResolveField(() => ActorType, {
    nullable: true,
    description: 'Actor that approved the force detach. Null for other deletions.',
  })
  approvedBy(
    @Parent() { approvedByKind: kind, approvedById: id, approvedByName: name }: DeletedCloudAccount,
  ): Actor | null {
    return kind && { kind, id, name: name ?? '' };
  }
}
