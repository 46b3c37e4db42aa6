import { CurrentViewer, type Viewer } from '#libs/access';
import { ConnectionArgs, type Connection } from '#libs/graphql';
import { LedgerService, ProvisionedResourceConnectionType, ResourcesOf, type ProvisionedResource } from '#libs/ledger';
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
    description: 'What was built for it, removed things included, as its provisioner says; the first one first.',
  })
  resources(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: subscriptionId }: Subscription,
    @Args() args: ConnectionArgs,
  ): Connection<ProvisionedResource> {
    return this.resourcesOf.page(viewer, subscriptionId, args);
  }
}
