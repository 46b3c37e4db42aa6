/** Times of credential trials, in milliseconds. Tests shorten them. */
export class TrialPace {
  /** Maximum wait of the request. Later attempts run in the background. */
  readonly patience: number = 5_000;
  /** First pause between two attempts of the request. It doubles each time. */
  readonly firstPause: number = 250;
  readonly longestPause: number = 1_500;
  /** Delay of the first attempt after the request. It doubles each time. */
  readonly firstRetry: number = 1_000;
  readonly longestRetry: number = 15_000;
  /**
   * Time after which an access key is no longer new. AWS takes 5 to 15 seconds to recognize one (hashicorp/vault#8413,
   * botocore PR 3600, aws-sdk-js#559).
   */
  readonly expiresAfter: number = 2 * 60_000;
  /** Maximum duration of one attempt. */
  readonly longestAttempt: number = 20_000;
  /** Duration of the lease. Longer than `longestAttempt`. */
  readonly lease: number = 30_000;
  /** Interval at which each process looks for due trials. */
  readonly look: number = 1_000;
}
