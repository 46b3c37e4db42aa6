/** A condition key whose value is not known. */
export class Unknown {
  constructor(
    /** Patterns with `*` and `?`, one of which matches the value. */
    readonly possible: readonly string[] = ['*'],
    /** Whether the request can also be without the key. */
    readonly mayBeAbsent = true,
  ) {}
}

/** Values of a condition key in a request. Undefined when the request does not have the key. */
export type ContextValue = readonly string[] | Unknown | undefined;

/** Condition keys of a request, in lower case, because IAM ignores their case. In a Map, every key is known. */
export interface Context {
  get(key: string): ContextValue;
}
