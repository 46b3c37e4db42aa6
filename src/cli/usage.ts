/** The command was not understood. */
export class Usage extends Error {
  /** @param help what can be said instead; the whole command line's when not given */
  constructor(
    message: string,
    readonly help?: string,
  ) {
    super(message);
  }
}
