import { CurrentViewer, type Viewer } from '#libs/access';
import { DeletedCloudAccountType, type DeletedCloudAccount } from '#libs/cloud-accounts';
import { atMost, Batch, type Connection, ConnectionArgs } from '#libs/graphql';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { LedgerService, longestHistory } from '../ledger.service.js';
import { attributeNamesOf } from '../desired-attributes.js';
import type { ListedResource } from '../provisioned-resource.entity.js';
import type { ListedChange } from '../resource-change.entity.js';
import {
  DesiredAttributesType,
  ProvisionedResourceConnectionType,
  ProvisionedResourceType,
  ResourceChangeType,
} from './provisioned-resource.types.js';
import { ResourcesOf } from './resources-page.js';

/**
 * Fields with expected attributes, which are read when one of them is selected. One class for each type, because NestJS
 * binds the handlers of a class to one resolver.
 */
function attributesResolver<Parent extends { readonly id: number }>(
  what: 'resources' | 'changes',
  kindOf: (parent: Parent) => string,
) {
  @Resolver(() => DesiredAttributesType, { isAbstract: true })
  abstract class AttributesResolver {
    readonly attributes = new Batch((_: Viewer, ids: readonly number[]) => this.ledger.attributesOf(what, ids));

    constructor(readonly ledger: LedgerService) {}

    @ResolveField()
    state(@CurrentViewer() viewer: Viewer, @Parent() parent: Parent): Promise<unknown> {
      return this.read(viewer, parent, 'state');
    }

    @ResolveField()
    instanceType(@CurrentViewer() viewer: Viewer, @Parent() parent: Parent): Promise<unknown> {
      return this.read(viewer, parent, 'instanceType');
    }

    @ResolveField()
    volumeType(@CurrentViewer() viewer: Viewer, @Parent() parent: Parent): Promise<unknown> {
      return this.read(viewer, parent, 'volumeType');
    }

    @ResolveField()
    sizeGiB(@CurrentViewer() viewer: Viewer, @Parent() parent: Parent): Promise<unknown> {
      return this.read(viewer, parent, 'sizeGiB');
    }

    @ResolveField()
    cidr(@CurrentViewer() viewer: Viewer, @Parent() parent: Parent): Promise<unknown> {
      return this.read(viewer, parent, 'cidr');
    }

    @ResolveField()
    rules(@CurrentViewer() viewer: Viewer, @Parent() parent: Parent): Promise<unknown> {
      return this.read(viewer, parent, 'rules');
    }

    async read(viewer: Viewer, parent: Parent, name: string): Promise<unknown> {
      return attributeNamesOf(kindOf(parent)).includes(name)
        ? (await this.attributes.load(viewer, parent.id))[name]
        : null;
    }
  }
  return AttributesResolver;
}

@Resolver(() => ProvisionedResourceType)
export class ProvisionedResourceResolver extends attributesResolver<ListedResource>('resources', ({ kind }) => kind) {
  private readonly histories = new Batch((_: Viewer, resources: readonly ListedResource[]) =>
    this.ledger.historyOf(resources),
  );

  constructor(ledger: LedgerService) {
    super(ledger);
  }

  @ResolveField(() => [ResourceChangeType], {
    description: atMost(longestHistory, 'Most recent changes of the resource, newest first.'),
  })
  async history(@CurrentViewer() viewer: Viewer, @Parent() resource: ListedResource): Promise<ChangeOf[]> {
    const changes = await this.histories.load(viewer, resource);
    return changes.map((change) => ({ ...change, resource }));
  }
}

type ChangeOf = ListedChange & { readonly resource: ListedResource };

@Resolver(() => ResourceChangeType)
export class ResourceChangeResolver extends attributesResolver<ChangeOf>('changes', ({ resource }) => resource.kind) {
  constructor(ledger: LedgerService) {
    super(ledger);
  }
}

/** Adds `orphanedResources` to DeletedCloudAccount. */
@Resolver(() => DeletedCloudAccountType)
export class OrphanedResourcesResolver {
  private readonly resources: ResourcesOf;

  constructor(ledger: LedgerService) {
    this.resources = new ResourcesOf(ledger, 'DELETED_ACCOUNT', 'deletedCloudAccount');
  }

  @ResolveField(() => ProvisionedResourceConnectionType, {
    description:
      'Resources that were left in AWS when the account was deleted, as far as the gateway knows. Nothing manages them.',
  })
  orphanedResources(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: cloudAccountId }: DeletedCloudAccount,
    @Args() args: ConnectionArgs,
  ): Connection<ListedResource> {
    return this.resources.page(viewer, cloudAccountId, args);
  }
}
