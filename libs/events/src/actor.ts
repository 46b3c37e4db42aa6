export const ActorKind = { API_KEY: 'API_KEY', OPERATOR: 'OPERATOR', GATEWAY: 'GATEWAY' } as const;
export type ActorKind = keyof typeof ActorKind;

/** Originator of an action. */
export interface Actor {
  readonly kind: ActorKind;
  /** ID of the API key. Null for other actors. */
  readonly id: number | null;
  /** Name at the time of the action. */
  readonly name: string;
}

/** User of the command line. */
export const operator: Actor = { kind: 'OPERATOR', id: null, name: 'Command line' };

/** The gateway itself, without a request. */
export const gateway: Actor = { kind: 'GATEWAY', id: null, name: 'Gateway' };
