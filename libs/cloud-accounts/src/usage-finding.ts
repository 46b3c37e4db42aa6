/** Something in the rows that does not fit, whoever brought it about: what the rules and the database should have kept out. */
export const UsageFindingKind = {
  WAITS_FOR_NOTHING: 'WAITS_FOR_NOTHING',
  WITHOUT_CREDENTIALS: 'WITHOUT_CREDENTIALS',
  DELETED_AND_THERE: 'DELETED_AND_THERE',
  SECRET_WITHOUT_ACCOUNT: 'SECRET_WITHOUT_ACCOUNT',
  SUBSCRIPTION_WITHOUT_ACCOUNT: 'SUBSCRIPTION_WITHOUT_ACCOUNT',
  ACTIVE_COLUMN_DIFFERS: 'ACTIVE_COLUMN_DIFFERS',
  WORK_WITHOUT_SUBSCRIPTION: 'WORK_WITHOUT_SUBSCRIPTION',
  SUBSCRIPTION_WITHOUT_WORK: 'SUBSCRIPTION_WITHOUT_WORK',
} as const;
export type UsageFindingKind = keyof typeof UsageFindingKind;

export interface UsageFinding {
  readonly kind: UsageFindingKind;
  readonly tenantId: number;
  readonly cloudAccountId: number;
  /** What it is about, as the operator can look it up: `subscription 12`. */
  readonly subject: string;
}

interface Explanation {
  readonly means: string;
  readonly remedy: string;
}

/** What each means, and what the operator can do about it. */
export const explanations: Readonly<Record<UsageFindingKind, Explanation>> = {
  WAITS_FOR_NOTHING: {
    means: 'The account waits to be unused, and is.',
    remedy: 'Wait a minute: a gateway that serves removes it. If it stays, read the log of the gateway.',
  },
  WITHOUT_CREDENTIALS: {
    means: 'The account is in use, and the gateway has no key and no role to enter it.',
    remedy: 'Set its credentials again with `updateCloudAccount`.',
  },
  DELETED_AND_THERE: {
    means: 'The account is listed as deleted, and is there.',
    remedy: 'Find out who wrote to the database: nothing of the gateway makes an account again.',
  },
  SECRET_WITHOUT_ACCOUNT: {
    means: 'The account is gone, and what the gateway entered it with is still stored.',
    remedy: 'Remove the row, and find out who wrote to the database: an account takes its secrets with it.',
  },
  SUBSCRIPTION_WITHOUT_ACCOUNT: {
    means: 'The subscription is active, and its account is not there.',
    remedy: 'Find out who wrote to the database: neither the rule nor the foreign key lets an account go under it.',
  },
  ACTIVE_COLUMN_DIFFERS: {
    means: 'What the database takes for active is not what the status of the subscription says.',
    remedy: 'Make the generated column `active_cloud_account_id` again as the migrations make it.',
  },
  WORK_WITHOUT_SUBSCRIPTION: {
    means: 'Something is to be provisioned for a subscription that waits for nothing.',
    remedy: 'Remove the row: whoever provisions it builds what nobody wants.',
  },
  SUBSCRIPTION_WITHOUT_WORK: {
    means: 'The subscription waits to be provisioned, and nothing is to be done for it.',
    remedy:
      'Read the events of the subscription to see what was lost. `deleteSubscription` ends it, unless it is DELETING; then `forceDetachCloudAccount` gives it up with its account.',
  },
};
