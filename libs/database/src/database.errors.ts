import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const databaseErrors = {
  DATABASE_BUSY: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation: 'Send the same request again in a moment. Nothing was changed.',
  },
  DATABASE_UNAVAILABLE: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation: 'Read the object to see whether the change was made. Then repeat the request if necessary.',
  },
} satisfies ErrorCatalog;

/** Other units of work held needed locks for too long. This one was rolled back. */
export class DatabaseBusy extends DomainError {
  constructor(cause: unknown) {
    super(databaseErrors, 'DATABASE_BUSY', 'Too many concurrent changes to the same objects.', { cause });
  }
}

/** The connection to the database was lost. If this happened during a commit, its result is unknown. */
export class DatabaseUnavailable extends DomainError {
  constructor(cause: unknown) {
    super(databaseErrors, 'DATABASE_UNAVAILABLE', 'The database is currently unavailable.', { cause });
  }
}

/** The database cannot be used. The message is for the operator and contains no password. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}
