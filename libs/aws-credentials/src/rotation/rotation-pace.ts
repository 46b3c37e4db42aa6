const second = 1000;
const minute = 60 * second;

/** Times of a rotation, in milliseconds. The operator sets the two grace periods. Tests shorten them. */
export class RotationPace {
  /** Time between deactivating and deleting the old access key. During this time the rotation can be rolled back. */
  readonly grace: number = 60 * minute;
  /**
   * Time between deactivating and deleting an orphaned access key. During this time its owner can activate it again.
   */
  readonly orphanGrace: number = 15 * minute;
  /** Time that AWS may need to recognize a new access key, after which the rotation is rolled back. */
  readonly propagation: number = 2 * minute;
  /** Time that IAM may need to list a change. */
  readonly settling: number = 30 * second;
  /**
   * Time between the switch and deactivating the old access key, because the new one may not be recognized everywhere
   * yet.
   */
  readonly overlap: number = 30 * second;
  /** Delay of the first retry. It doubles each time. */
  readonly retry: number = second;
  readonly longestRetry: number = minute;
  /** Duration of a lease. */
  readonly lease: number = 20 * second;
  /** Interval at which each process looks for due rotations. */
  readonly look: number = 2 * second;
}
