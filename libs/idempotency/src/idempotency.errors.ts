import { DomainError, type ErrorCatalog } from '#libs/kernel';

const path = ['input', 'idempotencyKey'];

export const idempotencyErrors = {
  IDEMPOTENCY_KEY_REUSED: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Use a new idempotency key for each new request. Reuse a key only to repeat exactly the same request.',
  },
  IDEMPOTENCY_KEY_IN_FLIGHT: {
    kind: 'unavailable',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation:
      'Send the same request again in some seconds. The first request with this idempotency key is still in progress.',
  },
} satisfies ErrorCatalog;

/** Another request was sent with this idempotency key within the last day. */
export class IdempotencyKeyReused extends DomainError {
  constructor() {
    super(idempotencyErrors, 'IDEMPOTENCY_KEY_REUSED', 'The idempotency key was already used for another request.', {
      path,
    });
  }
}

export class IdempotencyKeyInFlight extends DomainError {
  constructor() {
    super(idempotencyErrors, 'IDEMPOTENCY_KEY_IN_FLIGHT', 'A request with this idempotency key is still in progress.', {
      path,
    });
  }
}
