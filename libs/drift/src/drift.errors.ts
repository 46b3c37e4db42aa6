import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const driftErrors = {
  NO_RESOURCES_TO_CHECK: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Check again after a subscription was built in the account: `drift` of the account is available from then on. Hosted accounts are not checked.',
  },
  DRIFT_FINDING_RESOLVED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Use `driftFindings` with `isOpen: true` to list the open findings.',
  },
} satisfies ErrorCatalog;

/** No resources of the account are known. */
export class NoResourcesToCheck extends DomainError {
  constructor() {
    super(driftErrors, 'NO_RESOURCES_TO_CHECK', 'The cloud account has no resources to check.', {
      path: ['input', 'cloudAccountId'],
    });
  }
}

export class DriftFindingResolved extends DomainError {
  constructor() {
    super(driftErrors, 'DRIFT_FINDING_RESOLVED', 'The finding is already resolved.', { path: ['input', 'id'] });
  }
}
