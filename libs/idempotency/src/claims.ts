/** Claim of one request with an idempotency key. */
export interface Claim {
  readonly tenantId: number;
  /** Idempotency key, chosen by the caller. Unique in the tenant. */
  readonly key: string;
  /** Distinguishes requests without revealing their contents. */
  readonly fingerprint: string;
  /** Holder of the claim. A new value for each takeover. */
  readonly owner: string;
  readonly claimedAt: Date;
  /** End of the lease of the owner. */
  readonly leaseUntil: Date;
  /** Answer as JSON. Null until the request was answered. */
  readonly answer: string | null;
}

/** Collection of all claims. */
export abstract class Claims {
  abstract find(tenantId: number, key: string): Promise<Claim | null>;

  /** @returns false when the tenant has a claim with this key */
  abstract add(claim: Claim): Promise<boolean>;

  /** Replaces `claim` with `by`. @returns false when it was answered, taken over or removed in the meantime */
  abstract replace(claim: Claim, by: Claim): Promise<boolean>;

  /** Stores the answer. @returns false when the claim has another owner */
  abstract answer(claim: Claim, answer: string): Promise<boolean>;

  /** Removes a claim without an answer, if it still has this owner. */
  abstract release(claim: Claim): Promise<void>;

  abstract removeOlderThan(moment: Date): Promise<void>;
}
