import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';

export const accessErrors = {
  UNAUTHENTICATED: {
    kind: 'forbidden',
    fault: 'CALLER',
    retryable: false,
    remediation:
      'Send the header `Authorization: Bearer gwk_…` with an API key of this gateway that has not ended, from an address it may be used from.',
  },
  FORBIDDEN: {
    kind: 'forbidden',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Use an API key whose role or permission allows it; an OWNER of your tenant can create one.',
  },
  OPERATOR_KEY_BY_CLI_ONLY: {
    kind: 'forbidden',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Create it on the machine of the gateway: `cloud-account-gateway api-keys create --tenant 1 …`.',
  },
  API_KEY_ALREADY_REVOKED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Nothing is left to do: the key opens nothing.',
  },
  API_KEY_IS_LAST_OWNER: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Create another key with the role OWNER first, or ask the operator to revoke this one.',
  },
} satisfies ErrorCatalog;

/** Why a key that is right opens nothing: for the operator's log. */
export type KeyRefusal = 'EXPIRED' | 'REVOKED' | 'WRONG_ADDRESS';

/** One answer for every reason a key is not accepted, so that nobody learns which part was wrong. */
export class Unauthenticated extends DomainError {
  constructor(readonly refused?: { readonly tenantId: number; readonly apiKeyId: number; readonly why: KeyRefusal }) {
    super(accessErrors, 'UNAUTHENTICATED', 'A valid API key is needed: send `Authorization: Bearer gwk_…`.');
  }
}

/** The key is good, and may not do this. */
export class Forbidden extends DomainError {
  /** @param needed the role or the permission that the key lacks */
  constructor(readonly needed: string) {
    super(accessErrors, 'FORBIDDEN', `Your API key may not do this: it needs ${needed}.`);
  }
}

export class ApiKeyNotFound extends NotFound {
  constructor() {
    super('API key');
  }
}

/** What may see every tenant is given out by whoever runs the gateway, never by a request. */
export class OperatorKeyByCliOnly extends DomainError {
  constructor() {
    super(accessErrors, 'OPERATOR_KEY_BY_CLI_ONLY', "The operator's keys are created on the command line only.");
  }
}

export class ApiKeyAlreadyRevoked extends DomainError {
  constructor() {
    super(accessErrors, 'API_KEY_ALREADY_REVOKED', 'The API key was revoked before.', { path: ['input', 'id'] });
  }
}

/** Nobody of the tenant could create a key any more. */
export class ApiKeyIsLastOwner extends DomainError {
  constructor() {
    super(accessErrors, 'API_KEY_IS_LAST_OWNER', 'No other key of your tenant that still works is an OWNER.', {
      path: ['input', 'id'],
    });
  }
}
