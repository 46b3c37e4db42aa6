import { CurrentViewer, type Viewer } from '#libs/access';
import { ConnectionArgs, type Connection } from '#libs/graphql';
import { LedgerService, ProvisionedResourceConnectionType, ResourcesOf, type ListedResource } from '#libs/ledger';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Subscription } from '../subscription.entity.js';
import { SubscriptionType } from '../subscription.types.js';

/** Adds `resources` to CloudSubscription. */
@Resolver(() => SubscriptionType)
export class SubscriptionResourcesResolver {
  private readonly resourcesOf: ResourcesOf;

  constructor(ledger: LedgerService) {
    this.resourcesOf = new ResourcesOf(ledger, 'SUBSCRIPTION', 'subscription');
  }

  @ResolveField(() => ProvisionedResourceConnectionType, {
    description:
      'Resources that were built for the subscription, as reported by the provisioner, including removed ones. The oldest come first.',
  })
  resources(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: subscriptionId }: Subscription,
    @Args() args: ConnectionArgs,
  ): Connection<ListedResource> {
    return this.resourcesOf.page(viewer, subscriptionId, args);
  }
}
