import { CurrentViewer, type Viewer } from '#libs/access';
import { ConnectionArgs, byId, idOf, pageRequest, toConnection, type Connection, type ListOrder } from '#libs/graphql';
import { InvalidField, InvalidInput } from '#libs/kernel';
import { Args, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Blocker } from '../blocker.js';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccounts } from '../cloud-accounts.js';
import { RemainingInAwsService, type RemainingInAws, type RemainingResourceCommand } from './remaining-in-aws.js';
import { blockersOf } from '../blockers/blocker-connection.types.js';
import { CloudAccountBlockerConnectionType } from './cloud-account-deletion.types.js';
import { CloudAccountType } from '../cloud-account.type.js';
import { DeletionPreviewType, RemainingInAwsType, RemainingResourceConnectionType } from './deletion-preview.types.js';

/** Preview of a deletion. Its fields are computed when they are selected. */
@Resolver(() => DeletionPreviewType)
export class DeletionPreviewResolver {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly blockersOfAccounts: Blockers,
    private readonly remaining: RemainingInAwsService,
  ) {}

  @Query(() => DeletionPreviewType, {
    nullable: true,
    description:
      'Preview of a deletion: whether the account can be deleted, its blockers, and what remains in AWS. Null when the account does not exist. Computed on every request, and can be outdated a moment later: `deleteCloudAccount` checks again with the account locked.',
  })
  cloudAccountDeletionPreview(
    @CurrentViewer() { tenantId }: Viewer,
    @Args('id', { type: () => ID, description: 'ID of the account.' }) id: string,
  ): Promise<CloudAccount | null> {
    return this.accounts.find(tenantId, idOf('CloudAccount', id));
  }

  @ResolveField(() => CloudAccountType)
  cloudAccount(@Parent() account: CloudAccount): CloudAccount {
    return account;
  }

  @ResolveField(() => Boolean)
  async isDeletable(@Parent() account: CloudAccount): Promise<boolean> {
    return account.ownership !== 'HOSTED' && !(await this.blockersOfAccounts.existOn(account));
  }

  @ResolveField(() => CloudAccountBlockerConnectionType, {
    description: 'Blockers: a rotation of the access key first, then the oldest subscription.',
  })
  blockers(
    @CurrentViewer() { tenantId }: Viewer,
    @Parent() account: CloudAccount,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<Blocker>> {
    return blockersOf(this.blockersOfAccounts, { account, tenantId }, args);
  }

  @ResolveField(() => Int)
  hiddenBlockerCount(@CurrentViewer() { tenantId }: Viewer, @Parent() account: CloudAccount): Promise<number> {
    return this.blockersOfAccounts.countHidden(tenantId, account);
  }

  @ResolveField(() => RemainingInAwsType, {
    nullable: true,
    description:
      'What remains in AWS. Null for hosted accounts, and for accounts whose credentials AWS never accepted.',
  })
  remainingInAws(@Parent() account: CloudAccount): RemainingInAws | null {
    return this.remaining.of(account);
  }
}

const inOrder = { field: 'ID', direction: 'ASC' } as const;

@Resolver(() => RemainingInAwsType)
export class RemainingInAwsResolver {
  constructor(private readonly remaining: RemainingInAwsService) {}

  @ResolveField(() => String)
  iamEntityList(@Parent() { iamEntities }: RemainingInAws): string {
    return iamEntities.map(({ kind, name, arn }) => `${kind}: ${arn ?? name}`).join('\n');
  }

  @ResolveField(() => String)
  commands(@Parent() { iamEntities }: RemainingInAws): string {
    return iamEntities.map(({ command }) => command).join('\n');
  }

  @ResolveField(() => RemainingResourceConnectionType, {
    description:
      'Resources that were built in the account and still exist, as far as the gateway knows. Supports only forward pagination with `first` and `after`.',
  })
  async resources(
    @Parent() { account }: RemainingInAws,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<RemainingResourceCommand>> {
    const order: ListOrder<RemainingResourceCommand, 'ID'> = {
      list: `cloudAccount/${account.id}/remainingResources`,
      by: { ID: byId() },
    };
    refuseBackwards(args);
    const { count, after } = pageRequest(order, args, inOrder);
    const page = await this.remaining.resourcesIn(account, after?.id ?? 0, count);
    return toConnection(order, inOrder, page, () => this.remaining.countResources(account));
  }
}

function refuseBackwards(args: ConnectionArgs): void {
  const given = (['last', 'before'] as const).filter((name) => args[name] != null);
  if (given.length > 0)
    throw new InvalidInput(
      given.map(
        (name) => new InvalidField([name], 'This list supports only forward pagination with `first` and `after`.'),
      ),
    );
}
