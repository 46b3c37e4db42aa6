/** A call as it arrived, byte for byte where the signature depends on it. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name; a header that came several times is joined with commas, as the signature wants it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The query protocol takes parameters from the form in the body and from the query string alike. */
export function parametersOf({ query, body }: AwsRequest): URLSearchParams {
  return new URLSearchParams([...query, ...new URLSearchParams(new TextDecoder().decode(body))]);
}
