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

/** One thing wrong with one field of an input, as it is told. */
export interface InputFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** One thing wrong with one field of an input. The message says what and why, never the value. */
export class InvalidField extends DomainError {
  constructor(path: readonly string[], message: string) {
    super(commonErrors, 'INVALID_INPUT', message, { path });
  }
}

/** The request is well-formed, yet values in it cannot be accepted. Holds every fault, not the first one. */
export class InvalidInput extends DomainError {
  constructor(readonly faults: readonly DomainError[]) {
    super(commonErrors, 'INVALID_INPUT', faults.map((fault) => fault.message).join(' '), { path: faults[0]?.path });
  }
}

/** Unknown, deleted and somebody else's are one answer, so that nobody learns which ids exist. */
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
