import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const driftErrors = {
  DRIFT_NOT_WATCHED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Check again once something was built in the account: `drift` of the account is there from then on. A hosted account is not watched.',
  },
  DRIFT_FINDING_RESOLVED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Ask for `driftFindings` that are open.',
  },
} satisfies ErrorCatalog;

/** Nothing of ours stands in the account, as far as is known. */
export class DriftNotWatched extends DomainError {
  constructor() {
    super(driftErrors, 'DRIFT_NOT_WATCHED', 'Nothing was built in the cloud account that could be looked at.', {
      path: ['input', 'cloudAccountId'],
    });
  }
}

export class DriftFindingResolved extends DomainError {
  constructor() {
    super(driftErrors, 'DRIFT_FINDING_RESOLVED', 'The finding is resolved already.', { path: ['input', 'id'] });
  }
}
