import { CurrentViewer, permission, ViewerPermission, type Viewer } from '#libs/access';
import { CredentialUseConnectionType, CredentialUseService, type CredentialUse } from '#libs/aws-credentials';
import {
  alikeTogether,
  Batch,
  byMoment,
  ConnectionArgs,
  pageRequest,
  toConnection,
  type Connection,
  type ListOrder,
} from '#libs/graphql';
import type { PageRequest } from '#libs/kernel';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountType } from '../cloud-account.type.js';

const newestFirst = { field: 'USED_AT', direction: 'DESC' } as const;

const orderOf = (accountId: number): ListOrder<CredentialUse, 'USED_AT'> => ({
  list: `cloudAccount/${accountId}/credentialUses`,
  by: { USED_AT: byMoment((use) => use.usedAt) },
});

interface Question {
  readonly id: number;
  readonly page: PageRequest<'USED_AT'>;
}

@Resolver(() => CloudAccountType)
export class CredentialUsesResolver {
  private readonly pages = new Batch((viewer: Viewer, questions: readonly Question[]) =>
    alikeTogether(
      questions,
      ({ page }) => page,
      (some, { page }) =>
        this.uses.listOfAccounts(
          viewer,
          some.map(({ id }) => id),
          page,
        ),
    ),
  );

  private readonly counts = new Batch((viewer: Viewer, ids: readonly number[]) =>
    this.uses.countOfAccounts(viewer, ids),
  );

  constructor(private readonly uses: CredentialUseService) {}

  @ResolveField(() => CredentialUseConnectionType, {
    nullable: true,
    description:
      'Uses of the stored secret in the last 90 days, newest first: who used it, and for what purpose. For a VIEWER the field is null, with FORBIDDEN in `errors`. Check `viewerCanSeeCredentialUses` first.',
  })
  credentialUses(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id }: CloudAccount,
    @Args() args: ConnectionArgs,
  ): Connection<CredentialUse> {
    const order = orderOf(id);
    viewer.refuseUnless('MANAGER');
    const page = pageRequest(order, args, newestFirst);
    return toConnection(
      order,
      newestFirst,
      () => this.pages.load(viewer, { id, page }),
      () => this.counts.load(viewer, id),
    );
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can read `credentialUses` of this account.' })
  viewerCanSeeCredentialUses(@CurrentViewer() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'MANAGER');
  }
}
