import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';

export const subscriptionErrors = {
  SUBSCRIPTION_ALREADY_ENDED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'No action is needed: the subscription has ended.',
  },
  SUBSCRIPTION_BEING_DELETED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'No action is needed: the subscription becomes DELETED when its resources are removed.',
  },
  SUBSCRIPTION_BUSY: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation:
      'Wait until the subscription is ACTIVE, then send the change again. Its name can be changed at any time.',
  },
  SUBSCRIPTION_IN_ERROR: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Retry the provisioning with `retrySubscription`, or end the subscription with `deleteSubscription`.',
  },
  SUBSCRIPTION_NOT_IN_ERROR: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'No action is needed: nothing has failed. `provisioning` of the subscription shows the work in progress.',
  },
  DEPLOYMENT_CIDR_TAKEN: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Choose addresses that do not overlap those of another active subscription in the same VPC.',
  },
  VPC_NOT_SUPPORTED: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Omit `vpcId`: only AWS accounts have VPCs.',
  },
  PROVISIONING_LEASE_LOST: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Stop the work: the lease has ended, another provisioner has claimed it, or it is no longer wanted. Claim new work with `claimProvisioningWork`.',
  },
  PROVISIONING_ACCESS_UNAVAILABLE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Use your own access. The gateway has no credentials for hosted accounts, or for accounts whose credentials never worked.',
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

/** The end of the subscription was already requested. */
export class SubscriptionBeingDeleted extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_BEING_DELETED', 'The resources of the subscription are being removed.', {
      path: ['input', 'id'],
    });
  }
}

/** A provisioner is working on the subscription, and would not notice the change. */
export class SubscriptionBusy extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_BUSY', 'The subscription is being built or changed.', {
      path: ['input', 'id'],
    });
  }
}

/** The subscription cannot be changed, because it is unknown which resources exist. */
export class SubscriptionInError extends DomainError {
  constructor() {
    super(
      subscriptionErrors,
      'SUBSCRIPTION_IN_ERROR',
      'The subscription is in ERROR and cannot be changed until the failure is resolved.',
      {
        path: ['input', 'id'],
      },
    );
  }
}

export class SubscriptionNotInError extends DomainError {
  constructor() {
    super(subscriptionErrors, 'SUBSCRIPTION_NOT_IN_ERROR', 'The subscription is not in ERROR.', {
      path: ['input', 'id'],
    });
  }
}

/** Two subscriptions in one VPC cannot have overlapping addresses. */
export class DeploymentCidrTaken extends DomainError {
  constructor() {
    super(
      subscriptionErrors,
      'DEPLOYMENT_CIDR_TAKEN',
      'Another active subscription in the same VPC uses some of these addresses.',
      {
        path: ['input', 'deploymentCidr'],
      },
    );
  }
}

export class VpcNotSupported extends DomainError {
  constructor() {
    super(subscriptionErrors, 'VPC_NOT_SUPPORTED', 'The account is not an AWS account and has no VPCs.', {
      path: ['input', 'vpcId'],
    });
  }
}

/** The caller does not have the work, or not any more. */
export class ProvisioningLeaseLost extends DomainError {
  constructor() {
    super(subscriptionErrors, 'PROVISIONING_LEASE_LOST', 'The claim is not valid for this work.', {
      path: ['input', 'claimId'],
    });
  }
}

/** The gateway has no credentials for hosted accounts. */
export class ProvisioningAccessUnavailable extends DomainError {
  constructor() {
    super(
      subscriptionErrors,
      'PROVISIONING_ACCESS_UNAVAILABLE',
      'The gateway has no credentials for the cloud account of this work.',
      { path: ['input', 'subscriptionId'] },
    );
  }
}
