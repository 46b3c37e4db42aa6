import { CurrentViewer, type Viewer } from '#libs/access';
import {
  CloudAccountBlockerType,
  RemainingResourceType,
  type Blocker,
  type RemainingResource,
} from '#libs/cloud-accounts';
import { DriftFindingType } from '#libs/drift';
import { Batch } from '#libs/graphql';
import { eachOf } from '#libs/kernel';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Subscription, type ListedSubscription } from '../subscription.entity.js';
import { SubscriptionService } from './subscription.service.js';
import { SubscriptionType } from '../subscription.types.js';

/** Adds `subscription` to CloudAccountBlocker, from the rows that `SubscriptionsOfAccount` returned. */
@Resolver(() => CloudAccountBlockerType)
export class BlockerResolver {
  @ResolveField(() => SubscriptionType, {
    nullable: true,
    description:
      'Active subscription. In a refusal, it is shown as it was when the deletion was refused. Null for other kinds of blockers.',
  })
  subscription(@Parent() { row }: Blocker): ListedSubscription | null {
    return row instanceof Subscription ? row : null;
  }
}

abstract class SubscriptionOf {
  private readonly subscriptionOf = new Batch(async (viewer: Viewer, ids: readonly number[]) => {
    const found = await this.subscriptions.findMany(viewer, ids);
    return eachOf(ids, found, ({ id }) => id);
  });

  protected constructor(private readonly subscriptions: SubscriptionService) {}

  protected load(viewer: Viewer, { subscriptionId }: { subscriptionId: number }): Promise<ListedSubscription | null> {
    return this.subscriptionOf.load(viewer, subscriptionId);
  }
}

/** Adds `subscription` to RemainingResource. */
@Resolver(() => RemainingResourceType)
export class StandingResourceResolver extends SubscriptionOf {
  constructor(subscriptions: SubscriptionService) {
    super(subscriptions);
  }

  @ResolveField(() => SubscriptionType, {
    nullable: true,
    description: 'Subscription that the resource was built for. Null when you are not allowed to see it.',
  })
  subscription(
    @CurrentViewer() viewer: Viewer,
    @Parent() resource: RemainingResource,
  ): Promise<ListedSubscription | null> {
    return this.load(viewer, resource);
  }
}

/** Adds `subscription` to DriftFinding. */
@Resolver(() => DriftFindingType)
export class FindingSubscriptionResolver extends SubscriptionOf {
  constructor(subscriptions: SubscriptionService) {
    super(subscriptions);
  }

  @ResolveField(() => SubscriptionType, {
    nullable: true,
    description: 'Subscription that the resource was built for.',
  })
  subscription(
    @CurrentViewer() viewer: Viewer,
    @Parent() finding: { subscriptionId: number },
  ): Promise<ListedSubscription | null> {
    return this.load(viewer, finding);
  }
}
