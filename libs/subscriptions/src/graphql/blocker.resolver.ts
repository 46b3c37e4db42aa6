import { CurrentViewer, type Viewer } from '#libs/access';
import {
  CloudAccountBlockerType,
  StandingResourceType,
  type Blocker,
  type StandingResource,
} from '#libs/cloud-accounts';
import { Batch } from '#libs/graphql';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Subscription } from '../subscription.entity.js';
import { SubscriptionService } from '../subscription.service.js';
import { SubscriptionType } from './subscription.types.js';

/** Adds `subscription` to CloudAccountBlocker. The blockers are the very rows `SubscriptionsOfAccount` answered with. */
@Resolver(() => CloudAccountBlockerType)
export class BlockerResolver {
  @ResolveField(() => SubscriptionType, {
    nullable: true,
    description:
      'The active subscription, in a refusal as it was when the deletion was refused; null for what is none.',
  })
  subscription(@Parent() blocker: Blocker): Subscription | null {
    return blocker.subscription as Subscription | null;
  }
}

/** Adds `subscription` to StandingResource. */
@Resolver(() => StandingResourceType)
export class StandingResourceResolver {
  private readonly subscriptionOf = new Batch(async (viewer: Viewer, ids: readonly number[]) => {
    const found = await this.subscriptions.findMany(viewer, ids);
    return ids.map((id) => found.find((subscription) => subscription.id === id) ?? null);
  });

  constructor(private readonly subscriptions: SubscriptionService) {}

  @ResolveField(() => SubscriptionType, {
    nullable: true,
    description: 'The subscription it was built for; null for one that you may not see.',
  })
  subscription(@CurrentViewer() viewer: Viewer, @Parent() resource: StandingResource): Promise<Subscription | null> {
    return this.subscriptionOf.load(viewer, resource.subscriptionId);
  }
}
