import { CurrentViewer, type Viewer } from '#libs/access';
import { DeletedCloudAccountType, type DeletedCloudAccount } from '#libs/cloud-accounts';
import { atMost, Batch, type Connection, ConnectionArgs } from '#libs/graphql';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { LedgerService, longestHistory } from '../ledger.service.js';
import type { ProvisionedResource } from '../provisioned-resource.entity.js';
import {
  ProvisionedResourceConnectionType,
  ProvisionedResourceType,
  ResourceChangeType,
} from './provisioned-resource.types.js';
import { ResourcesOf } from './resources-page.js';

@Resolver(() => ProvisionedResourceType)
export class ProvisionedResourceResolver {
  private readonly histories = new Batch((_: Viewer, resources: readonly ProvisionedResource[]) =>
    this.ledger.historyOf(resources),
  );

  constructor(private readonly ledger: LedgerService) {}

  @ResolveField(() => [ResourceChangeType], {
    description: atMost(longestHistory, 'Most recent changes of the resource, newest first.'),
  })
  async history(
    @CurrentViewer() viewer: Viewer,
    @Parent() resource: ProvisionedResource,
  ): Promise<ResourceChangeType[]> {
    const changes = await this.histories.load(viewer, resource);
    return changes.map(({ kind, at, attributes }) => ({ ...attributes, kind, at }));
  }
}

/** Adds `orphans` to DeletedCloudAccount: the inventory of what was left at AWS. */
@Resolver(() => DeletedCloudAccountType)
export class OrphansResolver {
  private readonly resources: ResourcesOf;

  constructor(ledger: LedgerService) {
    this.resources = new ResourcesOf(ledger, 'DELETED_ACCOUNT', 'deletedCloudAccount');
  }

  @ResolveField(() => ProvisionedResourceConnectionType, {
    description:
      'Resources that were left in AWS when the account was deleted, as far as the gateway knows. Nothing manages them.',
  })
  orphans(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: cloudAccountId }: DeletedCloudAccount,
    @Args() args: ConnectionArgs,
  ): Connection<ProvisionedResource> {
    return this.resources.page(viewer, cloudAccountId, args);
  }
}
