/** How long credentials that AWS does not know yet are waited for, all in milliseconds. Tests hurry it. */
export class TrialPace {
  /** How long a request itself waits before it answers that it goes on without it. */
  readonly patience: number = 5_000;
  /** From the first pause between two questions; it doubles with each. */
  readonly firstPause: number = 250;
  readonly longestPause: number = 1_500;
  /** From the first retry after the request; it doubles with each. */
  readonly firstRetry: number = 1_000;
  readonly longestRetry: number = 15_000;
  /** After so long a key is no longer new: AWS takes 5 to 15 seconds (hashicorp/vault#8413, botocore PR 3600, aws-sdk-js#559). */
  readonly expiresAfter: number = 2 * 60_000;
  /** How long one attempt may take. */
  readonly longestAttempt: number = 20_000;
  /** How long nobody else takes an attempt up; longer than it may take. */
  readonly lease: number = 30_000;
  /** How often each process looks whether something is due. */
  readonly look: number = 1_000;
}
