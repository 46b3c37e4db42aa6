/**
 * Kinds of findings: records that contradict each other or a setting. The rules and the database should prevent all
 * except AWS_ACCOUNT_SHARED.
 */
export const UsageFindingKind = {
  AWS_ACCOUNT_SHARED: 'AWS_ACCOUNT_SHARED',
  DELETION_OVERDUE: 'DELETION_OVERDUE',
  ACCOUNT_WITHOUT_CREDENTIALS: 'ACCOUNT_WITHOUT_CREDENTIALS',
  DELETED_ACCOUNT_EXISTS: 'DELETED_ACCOUNT_EXISTS',
  SECRET_WITHOUT_ACCOUNT: 'SECRET_WITHOUT_ACCOUNT',
  SUBSCRIPTION_WITHOUT_ACCOUNT: 'SUBSCRIPTION_WITHOUT_ACCOUNT',
  ACTIVE_COLUMN_MISMATCH: 'ACTIVE_COLUMN_MISMATCH',
  WORK_WITHOUT_SUBSCRIPTION: 'WORK_WITHOUT_SUBSCRIPTION',
  SUBSCRIPTION_WITHOUT_WORK: 'SUBSCRIPTION_WITHOUT_WORK',
} as const;
export type UsageFindingKind = keyof typeof UsageFindingKind;

export interface UsageFinding {
  readonly kind: UsageFindingKind;
  readonly tenantId: number;
  readonly cloudAccountId: number;
  /** Affected object, as the operator can look it up: `subscription 12`. */
  readonly subject: string;
}

interface Explanation {
  readonly means: string;
  readonly remediation: string;
}

/** Meaning of each kind, and what the operator can do. */
export const explanations: Readonly<Record<UsageFindingKind, Explanation>> = {
  AWS_ACCOUNT_SHARED: {
    means:
      'The AWS account has several cloud accounts of this tenant, but the operator allows one (ACCOUNTS_PER_AWS_ACCOUNT). They were connected before that setting.',
    remediation: 'Keep one of the cloud accounts and delete the others, or set ACCOUNTS_PER_AWS_ACCOUNT to `many`.',
  },
  DELETION_OVERDUE: {
    means: 'The account is scheduled for deletion and has no blockers, but was not deleted.',
    remediation:
      'Wait one minute: a running gateway deletes the account. If it still exists, check the log of the gateway.',
  },
  ACCOUNT_WITHOUT_CREDENTIALS: {
    means: 'The account is in use, but the gateway has neither an access key nor an access role for it.',
    remediation: 'Set its credentials again with `updateCloudAccount`.',
  },
  DELETED_ACCOUNT_EXISTS: {
    means: 'The account is recorded as deleted, but still exists.',
    remediation: 'Find out what wrote to the database: the gateway never restores a deleted account.',
  },
  SECRET_WITHOUT_ACCOUNT: {
    means: 'The account was deleted, but its credentials are still stored.',
    remediation:
      'Delete the row, and find out what wrote to the database: the gateway deletes credentials together with their account.',
  },
  SUBSCRIPTION_WITHOUT_ACCOUNT: {
    means: 'The subscription is active, but its account does not exist.',
    remediation:
      'Find out what wrote to the database: the gateway and the foreign key both prevent the deletion of an account with active subscriptions.',
  },
  ACTIVE_COLUMN_MISMATCH: {
    means: 'The generated column `active_cloud_account_id` does not match the status of the subscription.',
    remediation: 'Recreate the generated column `active_cloud_account_id` as the migrations define it.',
  },
  WORK_WITHOUT_SUBSCRIPTION: {
    means: 'Provisioning work exists for a subscription that does not need it.',
    remediation: 'Delete the row: otherwise a provisioner builds something that is not wanted.',
  },
  SUBSCRIPTION_WITHOUT_WORK: {
    means: 'The subscription waits for provisioning, but has no provisioning work.',
    remediation:
      'Read the events of the subscription to see what was lost. End it with `deleteSubscription`. If it is already DELETING, use `forceDetachCloudAccount` on its account.',
  },
};
