import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';

export const subscriptionErrors = {
  SUBSCRIPTION_ALREADY_ENDED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing is left to do: the subscription has ended.',
  },
  SUBSCRIPTION_BEING_DELETED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing is left to do: it is being taken down, and is DELETED when that is done.',
  },
  SUBSCRIPTION_BUSY: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: true,
    remediation:
      'Wait until the subscription is ACTIVE, then send the change again; its name can be changed meanwhile.',
  },
  SUBSCRIPTION_IN_ERROR: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Try again what failed with `retrySubscription`, or end the subscription with `deleteSubscription`.',
  },
  SUBSCRIPTION_NOT_IN_ERROR: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing has failed: read `provisioning` of the subscription to see what is being done.',
  },
  DEPLOYMENT_CIDR_TAKEN: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Choose addresses that no other active subscription in the same VPC has.',
  },
  VPC_OF_ANOTHER_PROVIDER: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Leave `vpcId` out: only accounts at AWS have VPCs.',
  },
  PROVISIONING_LEASE_LOST: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Stop working on it: the lease has ended, somebody else has the work, or it is no longer wanted. Claim work with `claimProvisioningWork`.',
  },
  PROVISIONING_HAS_NO_ACCESS: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      "Use access of your own: there is none of customers' here for a hosted account, and none for an account whose credentials never worked.",
  },
  REGION_IN_ANOTHER_PARTITION: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation:
      "Choose a region of the account's own partition: China, GovCloud and the European Sovereign Cloud are apart from all others.",
  },
} satisfies ErrorCatalog;

export class SubscriptionNotFound extends NotFound {
  constructor() {
    super('subscription');
  }
}

export class SubscriptionAlreadyEnded extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_ALREADY_ENDED', 'The subscription has already ended.', {
      path: ['input', 'id'],
    });
  }
}

/** AWS's partitions share nothing: a key of one is unknown in the others. */
export class RegionInAnotherPartition extends DomainError {
  constructor() {
    super(
      subscriptionErrors,
      'REGION_IN_ANOTHER_PARTITION',
      'The region lies in another partition of AWS than the account.',
      {
        path: ['input', 'region'],
      },
    );
  }
}

/** Somebody has asked for its end already. */
export class SubscriptionBeingDeleted extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_BEING_DELETED', 'The subscription is being taken down.', {
      path: ['input', 'id'],
    });
  }
}

/** A provisioner is at it, and would not hear of the change. */
export class SubscriptionBusy extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_BUSY', 'The subscription is being built or changed just now.', {
      path: ['input', 'id'],
    });
  }
}

/** What stands of it is not known, so it cannot be changed. */
export class SubscriptionInError extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_IN_ERROR', 'The subscription is in ERROR: what failed comes first.', {
      path: ['input', 'id'],
    });
  }
}

export class SubscriptionNotInError extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_NOT_IN_ERROR', 'The subscription is not in ERROR.', {
      path: ['input', 'id'],
    });
  }
}

/** Two in one VPC cannot have the same addresses. */
export class DeploymentCidrTaken extends DomainError {
  constructor() {
    super(
      subscriptionErrors,
      'DEPLOYMENT_CIDR_TAKEN',
      'Another active subscription in the same VPC has some of these addresses.',
      {
        path: ['input', 'deploymentCidr'],
      },
    );
  }
}

export class VpcOfAnotherProvider extends DomainError {
  constructor() {
    super(subscriptionErrors, 'VPC_OF_ANOTHER_PROVIDER', 'The account is not at AWS, and has no such VPC.', {
      path: ['input', 'vpcId'],
    });
  }
}

/** The one who asks does not have the work, or not any more. */
export class ProvisioningLeaseLost extends DomainError {
  constructor() {
    super(subscriptionErrors, 'PROVISIONING_LEASE_LOST', 'This claim does not have the work.', {
      path: ['input', 'claimId'],
    });
  }
}

/** Of hosted accounts there are no credentials here. */
export class ProvisioningHasNoAccess extends DomainError {
  constructor() {
    super(
      subscriptionErrors,
      'PROVISIONING_HAS_NO_ACCESS',
      'The gateway has no credentials for the cloud account of this work.',
      { path: ['input', 'subscriptionId'] },
    );
  }
}
