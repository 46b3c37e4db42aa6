import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';
import { blockersInWords, type BlockerCounts, type SeenBlockers } from './blocker.js';

export const cloudAccountErrors = {
  CUSTOMER_ACCOUNT_MUST_BE_AWS: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Connect an AWS account, or use a hosted account for other providers.',
  },
  CLOUD_ACCOUNT_NAME_TAKEN: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Choose another name. Names are not case-sensitive.',
  },
  AWS_USER_ALREADY_CONNECTED: {
    kind: 'conflict',
    responsibleParty: 'AWS_ADMIN',
    retryable: false,
    remediation:
      'Use an access key of another IAM user: each cloud account needs its own. If `cloudAccount` of the error names an account of yours, you can update that account instead.',
  },
  AWS_ACCOUNT_ALREADY_CONNECTED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Use the cloud account in `cloudAccount` of the error, or delete it first. The operator allows one cloud account for each AWS account.',
  },
  CLOUD_ACCOUNT_IN_USE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Complete the required action of each entry in `blockers`, then delete the account. Or delete it with the mode WHEN_UNUSED: the gateway then deletes it when no blockers are left.',
  },
  CLOUD_ACCOUNT_DELETION_NOT_SCHEDULED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'No action is needed: the cloud account is kept.',
  },
  AWS_ACCOUNT_CHANGE_IN_USE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Use credentials of the same AWS account, or end the active subscriptions first.',
  },
  REGION_CHANGE_IN_USE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'End the active subscriptions of the account and wait until their resources are removed, or create another cloud account in the other region.',
  },
  CLOUD_ACCOUNT_IS_HOSTED: {
    kind: 'forbidden',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Ask the operator of the gateway: only the operator can change hosted accounts.',
  },
  CLOUD_ACCOUNT_WITHOUT_CREDENTIALS: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation: 'Wait until AWS recognizes the access key that was set, or set another one with `updateCloudAccount`.',
  },
  NO_PENDING_CREDENTIALS: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'No action is needed. Read the cloud account to see whether the credentials were accepted or rejected.',
  },
  CLOUD_ACCOUNT_NOT_ACTIVE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation: 'Wait until the account is ACTIVE, or fix the problem that its status indicates.',
  },
  CLOUD_ACCOUNT_DELETION_SCHEDULED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Use another cloud account. If the account is your own, you can cancel its deletion with `cancelCloudAccountDeletion`.',
  },
  CLOUD_ACCOUNT_BROKEN: {
    kind: 'conflict',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Fix the problems in `health.report` of the account, or set other credentials with `updateCloudAccount`. Then use `verifyCloudAccount`: after a successful verification, new subscriptions are accepted immediately.',
  },
  PERMISSIONS_UNVERIFIED: {
    kind: 'unavailable',
    responsibleParty: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Follow `remediation` of each inconclusive check in `health.report`, for example allow iam:SimulatePrincipalPolicy. The gateway checks again within minutes. To check immediately, use `verifyCloudAccount`.',
  },
} satisfies ErrorCatalog;

export class CloudAccountNotFound extends NotFound {
  constructor(path?: readonly string[]) {
    super('cloud account', path);
  }
}

export class CustomerAccountMustBeAws extends DomainError {
  constructor(path: readonly string[] = ['input', 'provider']) {
    super(cloudAccountErrors, 'CUSTOMER_ACCOUNT_MUST_BE_AWS', 'A customer-owned account can only be an AWS account.', {
      path,
    });
  }
}

export class CloudAccountNameTaken extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_NAME_TAKEN', 'Another cloud account has this name.', {
      path: ['input', 'name'],
    });
  }
}

export class AwsUserAlreadyConnected extends DomainError {
  /**
   * @param ownAccountId the tenant's account that is connected to it; null if it is another tenant's, which is not
   * named
   */
  constructor(readonly ownAccountId: number | null) {
    super(
      cloudAccountErrors,
      'AWS_USER_ALREADY_CONNECTED',
      `The IAM user is already connected to ${ownAccountId === null ? 'a cloud account' : 'another cloud account of yours'}.`,
      { path: ['input', 'credentials'] },
    );
  }
}

export class AwsAccountAlreadyConnected extends DomainError {
  /** @param ownAccountId the tenant's account in that AWS account */
  constructor(readonly ownAccountId: number) {
    super(
      cloudAccountErrors,
      'AWS_ACCOUNT_ALREADY_CONNECTED',
      'The AWS account is already connected to another cloud account of yours.',
      { path: ['input', 'credentials'] },
    );
  }
}

const list = new Intl.ListFormat('en-US');

/** Refusal of a deletion, with the blockers at the time of the refusal. */
export class CloudAccountInUse extends DomainError {
  constructor(
    blockers: BlockerCounts,
    readonly seen?: SeenBlockers,
  ) {
    const has = list.format(blockersInWords(blockers));
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_IN_USE', `The cloud account has ${has}.`, {
      path: ['input', 'id'],
    });
  }
}

export class CloudAccountDeletionNotScheduled extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'CLOUD_ACCOUNT_DELETION_NOT_SCHEDULED',
      'The cloud account is not scheduled for deletion.',
      {
        path: ['input', 'id'],
      },
    );
  }
}

/** The new access key could not manage resources that were built with the old one. */
export class AwsAccountChangeInUse extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'AWS_ACCOUNT_CHANGE_IN_USE',
      'The new credentials belong to another AWS account, and the current AWS account has active subscriptions.',
      { path: ['input', 'credentials'] },
    );
  }
}

/** Existing resources could not be found in another region, or with the ARNs of another partition. */
export class RegionChangeInUse extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'REGION_CHANGE_IN_USE',
      'The region cannot be changed: the cloud account has active subscriptions, or resources that they left behind.',
      { path: ['input', 'region'] },
    );
  }
}

export class CloudAccountIsHosted extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'CLOUD_ACCOUNT_IS_HOSTED',
      'Hosted accounts cannot be changed or deleted through the API.',
      {
        path: ['input', 'id'],
      },
    );
  }
}

export class CloudAccountNotActive extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_NOT_ACTIVE', 'The cloud account is not ready for subscriptions.', {
      path: ['input', 'cloudAccountId'],
    });
  }
}

export class CloudAccountDeletionScheduled extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_DELETION_SCHEDULED', 'The cloud account is scheduled for deletion.', {
      path: ['input', 'cloudAccountId'],
    });
  }
}

/** Nothing could be built: the credentials do not work, or the console role does not exist. */
export class CloudAccountBroken extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'CLOUD_ACCOUNT_BROKEN',
      'The gateway can no longer use the cloud account: its credentials do not work, or its console role was deleted.',
      { path: ['input', 'cloudAccountId'] },
    );
  }
}

/** AWS has not accepted any credentials of the account. */
export class CloudAccountWithoutCredentials extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'CLOUD_ACCOUNT_WITHOUT_CREDENTIALS',
      'The cloud account has no credentials that AWS has accepted.',
      { path: ['input', 'id'] },
    );
  }
}

/** The credentials do not exist, or were already accepted, rejected or cancelled. */
export class NoPendingCredentials extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'NO_PENDING_CREDENTIALS', 'The cloud account has no pending credentials.', {
      path: ['input', 'id'],
    });
  }
}
