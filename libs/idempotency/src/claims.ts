/** One request that said "do this once". */
export interface Claim {
  readonly tenantId: number;
  /** The caller's name for the request; unique in the tenant. */
  readonly key: string;
  /** Tells requests apart without telling what was in them. */
  readonly fingerprint: string;
  /** Who works on it: whoever takes a claim over gives it a new one. */
  readonly owner: string;
  readonly claimedAt: Date;
  /** Until when its owner may be taken to be at work. */
  readonly leaseUntil: Date;
  /** What it was answered with, as JSON; null until then. */
  readonly answer: string | null;
}

/** All claims: a collection. */
export abstract class Claims {
  abstract find(tenantId: number, key: string): Promise<Claim | null>;

  /** False when the tenant has a claim with this key. */
  abstract add(claim: Claim): Promise<boolean>;

  /** Puts `by` in the place of `claim`; false when it was answered, taken over or removed meanwhile. */
  abstract replace(claim: Claim, by: Claim): Promise<boolean>;

  /** Writes the answer; false when the claim is no longer its owner's. */
  abstract answer(claim: Claim, answer: string): Promise<boolean>;

  /** Lets go of a claim that has no answer and is still its owner's. */
  abstract release(claim: Claim): Promise<void>;

  abstract removeOlderThan(moment: Date): Promise<void>;
}
