export const ActorKind = { API_KEY: 'API_KEY', OPERATOR: 'OPERATOR', GATEWAY: 'GATEWAY' } as const;
export type ActorKind = keyof typeof ActorKind;

/** Who did something. */
export interface Actor {
  readonly kind: ActorKind;
  /** Of the API key; null for the others. */
  readonly id: number | null;
  /** How people call it, kept as it was then. */
  readonly name: string;
}

/** Whoever may use the command line. */
export const operator: Actor = { kind: 'OPERATOR', id: null, name: 'Command line' };

/** The gateway, of its own accord. */
export const gateway: Actor = { kind: 'GATEWAY', id: null, name: 'Gateway' };
