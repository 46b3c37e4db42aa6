/** A condition key whose value is not known. */
export class Unknown {
  constructor(
    /** Patterns with `*` and `?`: the value is known to fit one of them. */
    readonly possible: readonly string[] = ['*'],
    /** Whether the request may also be without the key. */
    readonly mayBeAbsent = true,
  ) {}
}

/** The values of a condition key in a request; undefined when the request does not have the key. */
export type ContextValue = readonly string[] | Unknown | undefined;

/** The condition keys of a request, in lower case, because IAM ignores their case. A Map is one in which every key is known. */
export interface Context {
  get(key: string): ContextValue;
}
