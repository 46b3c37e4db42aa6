import { DomainError, NotFound, type ErrorCatalog } from '#libs/kernel';

/**
 * Reasons that a caller receives when its API key is not accepted. MISSING and MALFORMED depend on the request alone.
 * EXPIRED, REVOKED and TENANT_SUSPENDED are returned only if the secret is correct. All other cases are UNKNOWN: a key
 * that does not exist, a wrong secret, and an address that is not allowed. So a thief does not learn that the key works
 * elsewhere, or will work again when its tenant is resumed.
 */
const keyRefusals = {
  MISSING: 'The request has no API key. Send the header `Authorization: Bearer gwk_…`.',
  MALFORMED: 'The API key is incomplete or mistyped. Copy the whole key again.',
  UNKNOWN:
    'The API key is not accepted. Check that it belongs to this gateway and that it can be used from your address.',
  EXPIRED: 'The API key has expired. Ask an OWNER of your tenant, or the operator of the gateway, for a new key.',
  REVOKED: 'The API key was revoked. Ask an OWNER of your tenant, or the operator of the gateway, for a new key.',
  TENANT_SUSPENDED:
    'Your tenant is suspended: none of its API keys is accepted. Ask the operator of the gateway to resume it.',
} as const;
export type ApiKeyRefusal = keyof typeof keyRefusals;

export const accessErrors = {
  UNAUTHENTICATED: {
    kind: 'forbidden',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: `Send the header \`Authorization: Bearer gwk_…\` with a valid API key. \`extensions.reason\` is the reason for the refusal: ${Object.keys(keyRefusals).join(', ')}.`,
  },
  RATE_LIMITED: {
    kind: 'unavailable',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation:
      'Wait for the number of seconds in the `Retry-After` header, then send the request again with a valid API key. Send smaller documents if your cost budget is spent.',
  },
  FORBIDDEN: {
    kind: 'forbidden',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Use an API key with the required role or permission. An OWNER of your tenant can create one.',
  },
  OPERATOR_API_KEY_CLI_ONLY: {
    kind: 'forbidden',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Create the API key on the command line of the gateway: `cloud-account-gateway api-keys create --tenant 1 …`.',
  },
  API_KEY_ALREADY_REVOKED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'No action is needed: the API key is no longer valid.',
  },
  API_KEY_IS_LAST_OWNER: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Create another API key with the role OWNER first, or ask the operator to revoke this one.',
  },
} satisfies ErrorCatalog;

/** The request has no valid API key. */
export class Unauthenticated extends DomainError {
  /** Reason that the caller receives. */
  readonly reason: ApiKeyRefusal;

  /**
   * @param refusal reason for the operator's log
   * @param key API key whose secret the caller has
   */
  constructor(
    readonly refusal: ApiKeyRefusal | 'WRONG_ADDRESS',
    readonly key?: { readonly tenantId: number; readonly apiKeyId: number },
  ) {
    const reason = refusal === 'WRONG_ADDRESS' ? 'UNKNOWN' : refusal;
    super(accessErrors, 'UNAUTHENTICATED', keyRefusals[reason]);
    this.reason = reason;
  }
}

/** Too many invalid API keys came from the client's network. This one was not checked. */
export class TooManyFailedAttempts extends DomainError {
  /** @param retryAfter in seconds */
  constructor(readonly retryAfter: number) {
    super(
      accessErrors,
      'RATE_LIMITED',
      'Too many invalid API keys were sent from your network. Wait for the number of seconds in `Retry-After`, then send a valid API key.',
    );
  }
}

/** The API key is valid, but lacks a role or permission. */
export class Forbidden extends DomainError {
  /** @param needed role or permission that the API key lacks */
  constructor(readonly needed: string) {
    super(accessErrors, 'FORBIDDEN', `Your API key is not allowed to do this. It needs ${needed}.`);
  }
}

export class ApiKeyNotFound extends NotFound {
  constructor() {
    super('API key');
  }
}

/** API keys with access to every tenant can be created only by the operator of the gateway, never by a request. */
export class OperatorApiKeyCliOnly extends DomainError {
  constructor() {
    super(
      accessErrors,
      'OPERATOR_API_KEY_CLI_ONLY',
      'API keys of the operator can be created only on the command line.',
    );
  }
}

export class ApiKeyAlreadyRevoked extends DomainError {
  constructor() {
    super(accessErrors, 'API_KEY_ALREADY_REVOKED', 'The API key was already revoked.', { path: ['input', 'id'] });
  }
}

/** After the revocation, no one in the tenant could create API keys. */
export class ApiKeyIsLastOwner extends DomainError {
  constructor() {
    super(
      accessErrors,
      'API_KEY_IS_LAST_OWNER',
      'The API key is the last usable one with the role OWNER in your tenant.',
      {
        path: ['input', 'id'],
      },
    );
  }
}
