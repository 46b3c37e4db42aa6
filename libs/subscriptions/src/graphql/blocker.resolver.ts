import { CloudAccountBlockerType } from '#libs/cloud-accounts';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Subscription } from '../subscription.entity.js';
import { SubscriptionType } from './subscription.types.js';

/** Adds `subscription` to CloudAccountBlocker. The blockers are the very rows `SubscriptionsOfAccount` answered with. */
@Resolver(() => CloudAccountBlockerType)
export class BlockerResolver {
  @ResolveField(() => SubscriptionType, {
    description: 'The active subscription, as it was when the deletion was refused.',
  })
  subscription(@Parent() blocker: Subscription): Subscription {
    return blocker;
  }
}
