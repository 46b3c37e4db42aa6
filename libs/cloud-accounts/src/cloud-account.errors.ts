import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';
import type { InTheWay, SeenBlockers } from './blocker.js';

export const cloudAccountErrors = {
  CUSTOMER_ACCOUNT_MUST_BE_AWS: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Bring an AWS account, or use a hosted account for other providers.',
  },
  CLOUD_ACCOUNT_NAME_TAKEN: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Choose another name. Upper and lower case do not tell names apart.',
  },
  AWS_USER_ALREADY_CONNECTED: {
    kind: 'conflict',
    fault: 'AWS_ADMIN',
    retryable: false,
    remediation: 'Create an IAM user of its own for each cloud account, or change the account that uses this one.',
  },
  CLOUD_ACCOUNT_IN_USE: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Do what each of `blockers` says first, then delete the account; or delete it with the mode WHEN_UNUSED, and it goes once nothing is in the way.',
  },
  CLOUD_ACCOUNT_NOT_BEING_DELETED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing is left to do: the account stays.',
  },
  AWS_ACCOUNT_CHANGE_IN_USE: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Use a key of the same AWS account, or end the active subscriptions first.',
  },
  REGION_CHANGE_IN_USE: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'End the active subscriptions of the account, and wait until their resources are removed; or create another cloud account in the other region.',
  },
  CLOUD_ACCOUNT_IS_HOSTED: {
    kind: 'forbidden',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Hosted accounts are changed by the operator of the gateway.',
  },
  CLOUD_ACCOUNT_WITHOUT_CREDENTIALS: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: true,
    remediation: 'Wait until AWS knows the key that was set, or set another one with `updateCloudAccount`.',
  },
  NO_PENDING_CREDENTIALS: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing is left to do: read the account to see whether they were accepted or rejected.',
  },
  CLOUD_ACCOUNT_NOT_ACTIVE: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: true,
    remediation: 'Wait until the account is ACTIVE, or mend what its status names.',
  },
  CLOUD_ACCOUNT_BEING_DELETED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Use another account; one of your own you can have stay with `cancelCloudAccountDeletion`.',
  },
  CLOUD_ACCOUNT_BROKEN: {
    kind: 'conflict',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Mend what `health.report` of the account names, or set another key with `updateCloudAccount`; then send `verifyCloudAccount`, which lets subscriptions begin again at once.',
  },
  PERMISSIONS_UNVERIFIED: {
    kind: 'unavailable',
    fault: 'AWS_ADMIN',
    retryable: true,
    remediation:
      'Do what `remedy` of the inconclusive checks in `health.report` says, for example allow iam:SimulatePrincipalPolicy. The gateway checks again by itself within minutes, or at once with `verifyCloudAccount`.',
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

/** Says nothing of the other account: it may be another tenant's. */
export class AwsUserAlreadyConnected extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'AWS_USER_ALREADY_CONNECTED', 'The IAM user is already connected to a cloud account.', {
      path: ['input', 'credentials'],
    });
  }
}

/** What runs in the account would be left behind. Carries what stands in the way, as it was when we refused. */
export class CloudAccountInUse extends DomainError {
  constructor(
    { subscriptions, isRotating }: InTheWay,
    readonly seen?: SeenBlockers,
  ) {
    const has = [
      ...(subscriptions > 0
        ? [subscriptions === 1 ? 'an active subscription' : `${subscriptions} active subscriptions`]
        : []),
      ...(isRotating ? ['a rotation of its access key under way'] : []),
    ];
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_IN_USE', `The cloud account has ${has.join(', and ')}.`, {
      path: ['input', 'id'],
    });
  }
}

/** Or not any more. */
export class CloudAccountNotBeingDeleted extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_NOT_BEING_DELETED', 'The cloud account does not wait to be deleted.', {
      path: ['input', 'id'],
    });
  }
}

/** The new key could not manage what was built with the old one. */
export class AwsAccountChangeInUse extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'AWS_ACCOUNT_CHANGE_IN_USE',
      'The new key belongs to another AWS account, and active subscriptions stand in the present one.',
      { path: ['input', 'credentials'] },
    );
  }
}

/** What was built could not be found in another region, or with the addresses of another partition. */
export class RegionChangeInUse extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'REGION_CHANGE_IN_USE',
      'The region cannot change: the cloud account has active subscriptions, or resources that they left.',
      { path: ['input', 'region'] },
    );
  }
}

export class CloudAccountIsHosted extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_IS_HOSTED', 'A hosted account cannot be changed or deleted here.', {
      path: ['input', 'id'],
    });
  }
}

export class CloudAccountNotActive extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'CLOUD_ACCOUNT_NOT_ACTIVE', 'The cloud account is not ready for subscriptions.', {
      path: ['input', 'cloudAccountId'],
    });
  }
}

/** It goes with its last active subscription. */
export class CloudAccountBeingDeleted extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'CLOUD_ACCOUNT_BEING_DELETED',
      'The cloud account only waits to be unused, and then goes.',
      {
        path: ['input', 'cloudAccountId'],
      },
    );
  }
}

/** What is to be built there could not be: its key opens nothing, or its role is gone. */
export class CloudAccountBroken extends DomainError {
  constructor() {
    super(
      cloudAccountErrors,
      'CLOUD_ACCOUNT_BROKEN',
      'AWS no longer lets the gateway into the account: its key does not work, or its console role is gone.',
      { path: ['input', 'cloudAccountId'] },
    );
  }
}

/** None that AWS has accepted. */
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

/** Or not any more: they were proven, rejected or cancelled. */
export class NoPendingCredentials extends DomainError {
  constructor() {
    super(cloudAccountErrors, 'NO_PENDING_CREDENTIALS', 'No credentials of the cloud account are being tried.', {
      path: ['input', 'id'],
    });
  }
}
