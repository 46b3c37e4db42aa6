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
    means: 'The account is scheduled for deletion and has no blockers, but was not deleted.',
    remedy: 'Wait one minute: a running gateway deletes the account. If it still exists, check the log of the gateway.',
  },
  WITHOUT_CREDENTIALS: {
    means: 'The account is in use, but the gateway has neither an access key nor an access role for it.',
    remedy: 'Set its credentials again with `updateCloudAccount`.',
  },
  DELETED_AND_THERE: {
    means: 'The account is recorded as deleted, but still exists.',
    remedy: 'Find out what wrote to the database: the gateway never restores a deleted account.',
  },
  SECRET_WITHOUT_ACCOUNT: {
    means: 'The account was deleted, but its credentials are still stored.',
    remedy:
      'Delete the row, and find out what wrote to the database: the gateway deletes credentials together with their account.',
  },
  SUBSCRIPTION_WITHOUT_ACCOUNT: {
    means: 'The subscription is active, but its account does not exist.',
    remedy:
      'Find out what wrote to the database: the gateway and the foreign key both prevent the deletion of an account with active subscriptions.',
  },
  ACTIVE_COLUMN_DIFFERS: {
    means: 'The generated column `active_cloud_account_id` does not match the status of the subscription.',
    remedy: 'Recreate the generated column `active_cloud_account_id` as the migrations define it.',
  },
  WORK_WITHOUT_SUBSCRIPTION: {
    means: 'Provisioning work exists for a subscription that does not need it.',
    remedy: 'Delete the row: otherwise a provisioner builds something that is not wanted.',
  },
  SUBSCRIPTION_WITHOUT_WORK: {
    means: 'The subscription waits for provisioning, but has no provisioning work.',
    remedy:
      'Read the events of the subscription to see what was lost. End it with `deleteSubscription`. If it is already DELETING, use `forceDetachCloudAccount` on its account.',
  },
};
