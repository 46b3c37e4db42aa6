/** A subscription that keeps its account from being deleted. */
export interface ActiveSubscription {
  readonly id: number;
  readonly tenantId: number;
  readonly name: string;
  readonly status: string;
}

export interface SubscriptionsInTheWay {
  /** The oldest of them, at most as many as were asked for. */
  readonly listed: readonly ActiveSubscription[];
  /** How many there are in all. */
  readonly total: number;
}

/**
 * The one question this domain asks about subscriptions.
 *
 * Asked here, answered by `libs/subscriptions`, connected in `src/domain-wiring.module.ts`: so cloud accounts never
 * import subscriptions, and without an answer the application does not start.
 */
export abstract class ActiveSubscriptions {
  /** Ask while the account is held: then the answer stays true until the unit of work ends. */
  abstract on(cloudAccountId: number, limit: number): Promise<SubscriptionsInTheWay>;

  /** How many there are on each, in the order of the accounts. */
  abstract countOn(cloudAccountIds: readonly number[]): Promise<number[]>;
}
