import { CurrentViewer, type Viewer } from '#libs/access';
import { DeletedCloudAccountType, type DeletedCloudAccount } from '#libs/cloud-accounts';
import { Batch, ConnectionArgs, pageRequest, toConnection, type Connection } from '#libs/graphql';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { DesiredAttributes } from '../desired-attributes.js';
import { LedgerService } from '../ledger.service.js';
import type { ProvisionedResource } from '../provisioned-resource.entity.js';
import {
  inOrderOfNumbers,
  ProvisionedResourceConnectionType,
  ProvisionedResourceType,
  ResourceAttributeType,
  resourcesOrder,
  ResourceChangeType,
} from './provisioned-resource.types.js';

@Resolver(() => ProvisionedResourceType)
export class ProvisionedResourceResolver {
  private readonly histories = new Batch((_: Viewer, resources: readonly ProvisionedResource[]) =>
    this.ledger.historyOf(resources),
  );

  constructor(private readonly ledger: LedgerService) {}

  @ResolveField(() => [ResourceAttributeType], { description: 'What it is to be.' })
  desired(@Parent() { attributes }: ProvisionedResource): ResourceAttributeType[] {
    return shown(attributes);
  }

  @ResolveField(() => [ResourceChangeType], {
    description: 'What became of it, the last thing first: the newest fifty changes.',
  })
  async history(
    @CurrentViewer() viewer: Viewer,
    @Parent() resource: ProvisionedResource,
  ): Promise<ResourceChangeType[]> {
    const changes = await this.histories.load(viewer, resource);
    return changes.map(({ kind, at, attributes }) => ({ kind, at, desired: shown(attributes) }));
  }
}

/** Adds `orphans` to DeletedCloudAccount: the inventory of what was left at AWS. */
@Resolver(() => DeletedCloudAccountType)
export class OrphansResolver {
  constructor(private readonly ledger: LedgerService) {}

  @ResolveField(() => ProvisionedResourceConnectionType, {
    description: 'What was built in it and stayed at AWS, as far as is known: nobody looks after it any more.',
  })
  async orphans(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: cloudAccountId }: DeletedCloudAccount,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<ProvisionedResource>> {
    const order = resourcesOrder(`deletedCloudAccount/${cloudAccountId}`);
    const filter = { cloudAccountId, isOrphaned: true };
    const page = await this.ledger.list(viewer, filter, pageRequest(order, args, inOrderOfNumbers));
    return toConnection(order, inOrderOfNumbers, page, () => this.ledger.count(viewer, filter));
  }
}

function shown(attributes: DesiredAttributes): ResourceAttributeType[] {
  return Object.entries(attributes).map(([name, value]) => ({
    name,
    values: Array.isArray(value) ? (value as string[]) : [String(value)],
  }));
}
