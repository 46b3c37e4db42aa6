import { byInteger, byMoment, type ListOrder } from '#libs/graphql';
import type { ListedSubscription } from '../subscription.entity.js';
import type { OverlapOrderField, SubscriptionOrderField } from '../subscriptions.js';

export const newestFirst = { field: 'CREATED_AT', direction: 'DESC' } as const;
export const byAddress = { field: 'ADDRESS', direction: 'ASC' } as const;

/** @param list name of the list, which its cursors contain */
export function orderOf(list: string): ListOrder<ListedSubscription, SubscriptionOrderField> {
  return { list, by: { CREATED_AT: byMoment((subscription) => subscription.createdAt) } };
}

/** Order of the subscriptions that overlap one. */
export function overlapsOf({ id }: ListedSubscription): ListOrder<ListedSubscription, OverlapOrderField> {
  return {
    list: `cloudSubscription/${id}/overlappingSubscriptions`,
    by: { ADDRESS: byInteger(({ activeAddressKey }) => activeAddressKey ?? 0, 2 ** 38) },
  };
}
