import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';

export const subscriptionErrors = {
  SUBSCRIPTION_ALREADY_ENDED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing is left to do: the subscription has ended.',
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
