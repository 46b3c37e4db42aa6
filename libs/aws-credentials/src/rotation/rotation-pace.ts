const second = 1000;
const minute = 60 * second;

/** How long a rotation waits for what, in milliseconds. The operator sets the two times of grace; tests hurry it. */
export class RotationPace {
  /** From deactivating the old key to deleting it: as long there is a way back. */
  readonly grace: number = 60 * minute;
  /** From deactivating a lost key to deleting it: as long somebody may say that it is theirs. */
  readonly orphanGrace: number = 15 * minute;
  /** How long a new key may be unknown to AWS before it is given up. */
  readonly propagation: number = 2 * minute;
  /** How long IAM may take until its lists show what was done. */
  readonly settling: number = 30 * second;
  /** From the switch to deactivating the old key: the new one may not be known everywhere yet. */
  readonly overlap: number = 30 * second;
  /** Before the first retry; then twice as long each time. */
  readonly retry: number = second;
  readonly longestRetry: number = minute;
  /** How long a process that says nothing keeps a rotation to itself. */
  readonly lease: number = 20 * second;
  /** How often each process looks whether something is due. */
  readonly look: number = 2 * second;
}
