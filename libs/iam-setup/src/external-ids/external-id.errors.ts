import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';

export const iamSetupErrors = {
  EXTERNAL_ID_NEEDED: {
    kind: 'invalid',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Issue an external id with `issueExternalId`, and send its handle as `externalIdHandle`. Each access role needs one of its own.',
  },
  EXTERNAL_ID_TAKEN: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Issue another external id with `issueExternalId`: one belongs to one cloud account for ever, even after that is deleted.',
  },
  EXTERNAL_ID_STAYS: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Send the handle of the external id the account has: the one in `externalIds` whose `cloudAccount` it is. An account keeps its external id.',
  },
} satisfies ErrorCatalog;

export class ExternalIdNeeded extends DomainError {
  constructor(path: readonly string[]) {
    super(
      iamSetupErrors,
      'EXTERNAL_ID_NEEDED',
      'The access role needs an external id: issue one with `issueExternalId`, and say its handle.',
      { path },
    );
  }
}

export class ExternalIdNotFound extends NotFound {
  constructor(path: readonly string[]) {
    super('external id', path);
  }
}

/** By an account of the same tenant: another tenant's is not there. */
export class ExternalIdTaken extends DomainError {
  constructor(path: readonly string[]) {
    super(iamSetupErrors, 'EXTERNAL_ID_TAKEN', 'The external id belongs to another cloud account, or did.', { path });
  }
}

/** The customer's trust policy names the one it has; a second one would be a second way in. */
export class ExternalIdStays extends DomainError {
  constructor(path: readonly string[]) {
    super(iamSetupErrors, 'EXTERNAL_ID_STAYS', 'The cloud account has another external id already.', { path });
  }
}
