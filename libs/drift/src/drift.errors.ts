import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const driftErrors = {
  DRIFT_NOT_WATCHED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Check again after a subscription was built in the account: `drift` of the account is available from then on. Hosted accounts are not checked.',
  },
  DRIFT_FINDING_RESOLVED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Use `driftFindings` with `isOpen: true` to list the open findings.',
  },
} satisfies ErrorCatalog;

/** Nothing of ours stands in the account, as far as is known. */
export class DriftNotWatched extends DomainError {
  constructor() {
    super(driftErrors, 'DRIFT_NOT_WATCHED', 'The cloud account has no resources to check.', {
      path: ['input', 'cloudAccountId'],
    });
  }
}

export class DriftFindingResolved extends DomainError {
  constructor() {
    super(driftErrors, 'DRIFT_FINDING_RESOLVED', 'The finding is already resolved.', { path: ['input', 'id'] });
  }
}
