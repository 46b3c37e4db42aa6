/** What kind of refusal this is. Only the delivery layer knows what a kind means on the wire: a status, an exit code. */
export type ErrorKind = 'invalid' | 'not-found' | 'conflict' | 'forbidden' | 'unavailable';

/** Who has to act: the caller, whoever administers the customer's AWS account, AWS itself, or the gateway's operator. */
export type ResponsibleParty = 'CALLER' | 'AWS_ADMIN' | 'AWS' | 'GATEWAY';

export interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly responsibleParty: ResponsibleParty;
  /** Whether the very same request may succeed later. */
  readonly retryable: boolean;
  /** The way out, in one sentence to the caller. */
  readonly remediation: string;
}

/** Every code one domain can refuse with. Clients branch on codes, so renaming one is a breaking change. */
export type ErrorCatalog = Readonly<Record<string, ErrorEntry>>;

export interface DomainErrorOptions extends ErrorOptions {
  /** The input field the refusal is about, from the mutation's argument down: `['input', 'name']`. */
  readonly path?: readonly string[];
}

/**
 * A rule of a domain said no, and the caller may be told. Anything thrown that is not a DomainError is a bug or an
 * outage, and the caller learns nothing about it.
 *
 * The message must never hold a value the caller typed in; `cause` goes to the log only.
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
