import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const forceDetachErrors = {
  FORCE_DETACH_NOT_NEEDED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Delete the account with `deleteCloudAccount`: nothing stands in the way.',
  },
  FORCE_DETACH_ALREADY_REQUESTED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Have `forceDetachRequest` of the account approved by another OWNER, or take it back with `cancelForceDetach` first.',
  },
  FORCE_DETACH_NOT_REQUESTED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Request it first with `forceDetachCloudAccount`.',
  },
  FORCE_DETACH_NEEDS_ANOTHER_KEY: {
    kind: 'forbidden',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Have it approved with the API key of another OWNER, of which neither made the other, or by the operator: `cloud-account-gateway force-detach approve --account …`.',
  },
  FORCE_DETACH_VOID: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Look at `cloudAccountDeletionPreview` again, and request it anew if it is still wanted.',
  },
} satisfies ErrorCatalog;

/** An account on which nothing stands goes by the ordinary way. */
export class ForceDetachNotNeeded extends DomainError {
  constructor() {
    super(forceDetachErrors, 'FORCE_DETACH_NOT_NEEDED', 'Nothing keeps the cloud account from being deleted.', {
      path: ['input', 'id'],
    });
  }
}

export class ForceDetachAlreadyRequested extends DomainError {
  constructor() {
    super(
      forceDetachErrors,
      'FORCE_DETACH_ALREADY_REQUESTED',
      'That the cloud account be detached by force was requested before, and waits to be approved.',
      { path: ['input', 'id'] },
    );
  }
}

/** Or not any more. */
export class ForceDetachNotRequested extends DomainError {
  constructor() {
    super(
      forceDetachErrors,
      'FORCE_DETACH_NOT_REQUESTED',
      'Nobody has requested that the cloud account be detached by force.',
      { path: ['input', 'id'] },
    );
  }
}

/** One principal is not to be enough. */
export class ForceDetachNeedsAnotherKey extends DomainError {
  constructor() {
    super(
      forceDetachErrors,
      'FORCE_DETACH_NEEDS_ANOTHER_KEY',
      'Your API key requested it, or is not independent of the one that did.',
      { path: ['input', 'id'] },
    );
  }
}

/** What was requested is not what would be done now. */
export class ForceDetachVoid extends DomainError {
  /** @param why the end of a sentence that begins with: The request is void: */
  constructor(readonly why: string) {
    super(forceDetachErrors, 'FORCE_DETACH_VOID', `The request is void: ${why}.`, { path: ['input', 'id'] });
  }
}
