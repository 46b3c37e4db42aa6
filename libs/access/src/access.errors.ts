import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const accessErrors = {
  UNAUTHENTICATED: {
    kind: 'forbidden',
    fault: 'CALLER',
    retryable: false,
    remediation: 'Send the header `Authorization: Bearer gwk_…` with an API key of this gateway.',
  },
} satisfies ErrorCatalog;

/** One answer for every reason a key is not accepted, so that nobody learns which part was wrong. */
export class Unauthenticated extends DomainError {
  constructor() {
    super(accessErrors, 'UNAUTHENTICATED', 'A valid API key is needed: send `Authorization: Bearer gwk_…`.');
  }
}
