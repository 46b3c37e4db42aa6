import { CurrentViewer, type Viewer } from '#libs/access';
import { Batch } from '#libs/graphql';
import { ExternalIdType, type ExternalId } from '#libs/iam-setup';
import { eachOf } from '#libs/kernel';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountService } from './cloud-account.service.js';
import { CloudAccountType } from '../cloud-account.type.js';

/** Adds the cloud account to ExternalId. */
@Resolver(() => ExternalIdType)
export class ExternalIdAccountResolver {
  private readonly accountsOf = new Batch(async (viewer: Viewer, ids: readonly number[]) => {
    const accounts = await this.accounts.findMany(viewer, ids);
    return eachOf(ids, accounts, ({ id }) => id);
  });

  constructor(private readonly accounts: CloudAccountService) {}

  @ResolveField(() => CloudAccountType, {
    nullable: true,
    description:
      'Cloud account that uses the external ID. Null while the external ID is unused, and after the account is deleted.',
  })
  async cloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Parent() { cloudAccountId }: ExternalId,
  ): Promise<CloudAccount | null> {
    return cloudAccountId === null ? null : this.accountsOf.load(viewer, cloudAccountId);
  }
}
