import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const forceDetachErrors = {
  FORCE_DETACH_NOT_NEEDED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Delete the account with `deleteCloudAccount`.',
  },
  FORCE_DETACH_ALREADY_REQUESTED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Ask another OWNER to approve `forceDetachRequest` of the account, or cancel it first with `cancelForceDetach`.',
  },
  FORCE_DETACH_NOT_REQUESTED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Request the force detach first with `forceDetachCloudAccount`.',
  },
  FORCE_DETACH_REQUIRES_ANOTHER_API_KEY: {
    kind: 'forbidden',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Ask another OWNER to approve it with an API key that is independent of yours: neither API key may have created the other. Or ask the operator to run `cloud-account-gateway force-detach approve --account …`.',
  },
  FORCE_DETACH_VOID: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Read `cloudAccountDeletionPreview` again. If the force detach is still needed, request it again.',
  },
} satisfies ErrorCatalog;

/** An account without blockers can be deleted with `deleteCloudAccount`. */
export class ForceDetachNotNeeded extends DomainError {
  constructor() {
    super(
      forceDetachErrors,
      'FORCE_DETACH_NOT_NEEDED',
      'The cloud account has no blockers: it can be deleted without a force detach.',
      {
        path: ['input', 'id'],
      },
    );
  }
}

export class ForceDetachAlreadyRequested extends DomainError {
  constructor() {
    super(
      forceDetachErrors,
      'FORCE_DETACH_ALREADY_REQUESTED',
      'A force detach of the cloud account was already requested and awaits approval.',
      { path: ['input', 'id'] },
    );
  }
}

export class ForceDetachNotRequested extends DomainError {
  constructor() {
    super(forceDetachErrors, 'FORCE_DETACH_NOT_REQUESTED', 'No force detach of the cloud account was requested.', {
      path: ['input', 'id'],
    });
  }
}

/** A force detach needs two principals. */
export class ForceDetachRequiresAnotherApiKey extends DomainError {
  constructor() {
    super(
      forceDetachErrors,
      'FORCE_DETACH_REQUIRES_ANOTHER_API_KEY',
      'Your API key requested the force detach, or is not independent of the API key that did.',
      { path: ['input', 'id'] },
    );
  }
}

/** The blockers or the requester have changed since the request. */
export class ForceDetachVoid extends DomainError {
  /** @param why the end of a sentence that begins with: The force detach request is no longer valid: */
  constructor(readonly why: string) {
    super(forceDetachErrors, 'FORCE_DETACH_VOID', `The force detach request is no longer valid: ${why}.`, {
      path: ['input', 'id'],
    });
  }
}
