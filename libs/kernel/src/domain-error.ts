/** Kind of refusal. The delivery layer maps it to a status or an exit code. */
export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'forbidden' | 'unavailable';

/**
 * Who has to act: the caller, the administrator of the customer's AWS account, AWS itself, or the operator of the
 * gateway.
 */
export type ResponsibleParty = 'CALLER' | 'AWS_ADMIN' | 'AWS' | 'GATEWAY';

export interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly responsibleParty: ResponsibleParty;
  /** Whether the same request can succeed later. */
  readonly retryable: boolean;
  /** What to do, as an instruction to the caller. */
  readonly remediation: string;
}

/** All error codes of one domain. Clients use the codes, so renaming one is a breaking change. */
export type ErrorCatalog = Readonly<Record<string, ErrorEntry>>;

export interface DomainErrorOptions extends ErrorOptions {
  /** Path of the input field that caused the refusal, starting at the argument: `['input', 'name']`. */
  readonly path?: readonly string[];
}

/**
 * Refusal by a rule of a domain, shown to the caller. Every other error is a defect or an outage, and the caller learns
 * nothing about it.
 *
 * The message must never contain a value from the request. `cause` is for the log only.
 */
export abstract class DomainError extends Error {
  readonly entry: ErrorEntry;
  readonly path: readonly string[] | undefined;

  protected constructor(
    catalog: ErrorCatalog,
    readonly code: string,
    message: string,
    { path, ...options }: DomainErrorOptions = {},
  ) {
    super(message, options);
    this.name = new.target.name;
    this.path = path;
    const entry = catalog[code];
    if (!entry) throw new Error(`The error code ${code} is in no catalogue.`);
    this.entry = entry;
  }

  get retryable(): boolean {
    return this.entry.retryable;
  }

  get remediation(): string {
    return this.entry.remediation;
  }
}
