import { DomainError, type ErrorCatalog } from './domain-error.js';

export const commonErrors = {
  INVALID_INPUT: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Correct the field named in `path` and send the request again.',
  },
  NOT_FOUND: {
    kind: 'not-found',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Check the ID. The object does not exist, belongs to another tenant, or was deleted.',
  },
  VERSION_CONFLICT: {
    kind: 'conflict',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Read the object again, and repeat the change with its current `version`.',
  },
} satisfies ErrorCatalog;

/** Problem with one field of an input, as shown to the caller. */
export interface InputFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** Problem with one field of an input. The message says what is wrong and why, never the value. */
export class InvalidField extends DomainError {
  constructor(path: readonly string[], message: string) {
    super(commonErrors, 'INVALID_INPUT', message, { path });
  }
}

/** The request is well-formed, but has values that are not accepted. Contains all problems, not only the first. */
export class InvalidInput extends DomainError {
  constructor(readonly faults: readonly DomainError[]) {
    super(commonErrors, 'INVALID_INPUT', faults.map((fault) => fault.message).join(' '), { path: faults[0]?.path });
  }
}

/** Unknown, deleted and other tenants' objects have the same answer, so that callers do not learn which IDs exist. */
export class NotFound extends DomainError {
  constructor(what: string, path: readonly string[] = ['input', 'id']) {
    super(commonErrors, 'NOT_FOUND', `There is no such ${what}.`, { path });
  }
}

export class VersionConflict extends DomainError {
  constructor(readonly currentVersion: number) {
    super(commonErrors, 'VERSION_CONFLICT', 'The object has changed since you read it.', {
      path: ['input', 'expectedVersion'],
    });
  }
}
