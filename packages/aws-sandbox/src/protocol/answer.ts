/** What goes back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The connection is cut, and nothing goes back. */
export const cut = 'cut' as const;

export type Outcome = Answer | typeof cut;
