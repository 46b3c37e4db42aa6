import { byMoment, type ListOrder } from '#libs/graphql';
import type { Subscription } from '../subscription.entity.js';
import type { SubscriptionOrderField } from '../subscriptions.js';

export const newestFirst = { field: 'CREATED_AT', direction: 'DESC' } as const;

/** @param list the name of the list, which its cursors carry */
export function orderOf(list: string): ListOrder<Subscription, SubscriptionOrderField> {
  return { list, by: { CREATED_AT: byMoment((subscription) => subscription.createdAt) } };
}
