/** Times of drift checks, in milliseconds. Tests shorten them. */
export class DriftPace {
  /** Interval between two checks of an account, varied by a fifth. */
  readonly every: number = 60 * 60_000;
  /** Duration of a lease. Each page that was read extends it. */
  readonly lease: number = 60_000;
  /** Maximum duration of one check. */
  readonly longestCheck: number = 15 * 60_000;
  /** Time after a report during which a resource is not checked: EC2 shows new resources some seconds late. */
  readonly settling: number = 15_000;
  /** Interval at which each process looks for due checks. */
  readonly look: number = 5_000;
  /** Maximum wait of `checkDrift` for its check. */
  readonly patience: number = 15_000;
}
