import { CurrentViewer, permission, ViewerPermission, type Viewer } from '#libs/access';
import { CredentialUseConnectionType, CredentialUseService, type CredentialUse } from '#libs/aws-credentials';
import { byMoment, ConnectionArgs, pageRequest, toConnection, type Connection, type ListOrder } from '#libs/graphql';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountType } from './cloud-account.type.js';

const newestFirst = { field: 'USED_AT', direction: 'DESC' } as const;

const orderOf = (accountId: number): ListOrder<CredentialUse, 'USED_AT'> => ({
  list: `cloudAccount/${accountId}/credentialUses`,
  by: { USED_AT: byMoment((use) => use.usedAt) },
});

@Resolver(() => CloudAccountType)
export class CredentialUsesResolver {
  constructor(private readonly uses: CredentialUseService) {}

  @ResolveField(() => CredentialUseConnectionType, {
    nullable: true,
    description:
      'Who opened the stored secret in the last 90 days, and what for; the newest first. For a VIEWER it is null, and FORBIDDEN in `errors`: ask `viewerCanSeeCredentialUses` before.',
  })
  async credentialUses(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id }: CloudAccount,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<CredentialUse>> {
    const order = orderOf(id);
    const page = await this.uses.list(viewer, id, pageRequest(order, args, newestFirst));
    return toConnection(order, newestFirst, page, () => this.uses.count(viewer, id));
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `credentialUses` of it.' })
  viewerCanSeeCredentialUses(@CurrentViewer() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'MANAGER');
  }
}
