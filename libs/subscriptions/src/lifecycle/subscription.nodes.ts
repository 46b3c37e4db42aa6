import type { Viewer } from '#libs/access';
import { NodeSource } from '#libs/graphql';
import { Injectable } from '@nestjs/common';
import type { ListedSubscription } from '../subscription.entity.js';
import { SubscriptionService } from './subscription.service.js';

@Injectable()
export class SubscriptionNodes extends NodeSource<Viewer> {
  readonly typeName = 'CloudSubscription';

  constructor(private readonly subscriptions: SubscriptionService) {
    super();
  }

  byIds(viewer: Viewer, ids: readonly number[]): Promise<ListedSubscription[]> {
    return this.subscriptions.findMany(viewer, ids);
  }
}
