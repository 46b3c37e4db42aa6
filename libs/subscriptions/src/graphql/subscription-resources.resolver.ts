import { CurrentViewer, type Viewer } from '#libs/access';
import { ConnectionArgs, type Connection } from '#libs/graphql';
import {
  LedgerService,
  ProvisionedResourceConnectionType,
  resourcesPage,
  type ProvisionedResource,
} from '#libs/ledger';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Subscription } from '../subscription.entity.js';
import { SubscriptionType } from './subscription.types.js';

/** Adds `resources` to CloudSubscription. */
@Resolver(() => SubscriptionType)
export class SubscriptionResourcesResolver {
  constructor(private readonly ledger: LedgerService) {}

  @ResolveField(() => ProvisionedResourceConnectionType, {
    description: 'What was built for it, removed things included, as its provisioner says; the first one first.',
  })
  resources(
    @CurrentViewer() viewer: Viewer,
    @Parent() { id: subscriptionId }: Subscription,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<ProvisionedResource>> {
    return resourcesPage(this.ledger, viewer, `subscription/${subscriptionId}`, { subscriptionId }, args);
  }
}
