import { DomainError, type ErrorCatalog } from '#libs/kernel';

const path = ['input', 'idempotencyKey'];

export const idempotencyErrors = {
  IDEMPOTENCY_KEY_REUSED: {
    kind: 'conflict',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Use a new key for every new request; repeat a key only with the very same request.',
  },
  IDEMPOTENCY_KEY_IN_FLIGHT: {
    kind: 'unavailable',
    fault: 'CALLER',
    retryable: true,
    remediation: 'The first request with this key has not been answered yet. Send it again in some seconds.',
  },
} satisfies ErrorCatalog;

/** Another request was sent with this key within the last day. */
export class IdempotencyKeyReused extends DomainError {
  constructor() {
    super(idempotencyErrors, 'IDEMPOTENCY_KEY_REUSED', 'The idempotency key belongs to another request.', { path });
  }
}

export class IdempotencyKeyInFlight extends DomainError {
  constructor() {
    super(idempotencyErrors, 'IDEMPOTENCY_KEY_IN_FLIGHT', 'The same request is still being worked on.', { path });
  }
}
