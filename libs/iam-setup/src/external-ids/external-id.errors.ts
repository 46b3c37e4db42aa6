import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';

export const iamSetupErrors = {
  EXTERNAL_ID_REQUIRED: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Issue an external ID with `issueExternalId`, and send its handle as `externalIdHandle`. Each access role needs its own external ID.',
  },
  EXTERNAL_ID_IN_USE: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Issue another external ID with `issueExternalId`. An external ID belongs permanently to one cloud account, even after the account is deleted.',
  },
  EXTERNAL_ID_CHANGE_NOT_ALLOWED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Send the handle of the external ID that the account already has: the entry in `externalIds` with this `cloudAccount`. The external ID of an account cannot be changed.',
  },
} satisfies ErrorCatalog;

export class ExternalIdRequired extends DomainError {
  constructor(path: readonly string[]) {
    super(
      iamSetupErrors,
      'EXTERNAL_ID_REQUIRED',
      'The access role requires an external ID: issue one with `issueExternalId`, and send its handle.',
      { path },
    );
  }
}

export class ExternalIdNotFound extends NotFound {
  constructor(path: readonly string[]) {
    super('external ID', path);
  }
}

/** Used by an account of the same tenant. External IDs of other tenants are not found. */
export class ExternalIdInUse extends DomainError {
  constructor(path: readonly string[]) {
    super(
      iamSetupErrors,
      'EXTERNAL_ID_IN_USE',
      'The external ID belongs to another cloud account, or to a deleted one.',
      { path },
    );
  }
}

/** The customer's trust policy contains the existing external ID. The account can have only one. */
export class ExternalIdChangeNotAllowed extends DomainError {
  constructor(path: readonly string[]) {
    super(iamSetupErrors, 'EXTERNAL_ID_CHANGE_NOT_ALLOWED', 'The cloud account already has another external ID.', {
      path,
    });
  }
}
