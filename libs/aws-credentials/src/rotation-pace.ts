/** How long a rotation waits for what, in milliseconds. A class, to be its own injection token. */
export abstract class RotationPace {
  /** From deactivating the old key to deleting it: as long there is a way back. */
  abstract readonly grace: number;
  /** From deactivating a lost key to deleting it: as long somebody may say that it is theirs. */
  abstract readonly orphanGrace: number;
  /** How long a new key may be unknown to AWS before it is given up. */
  abstract readonly propagation: number;
  /** How long IAM may take until its lists show what was done. */
  abstract readonly settling: number;
  /** From the switch to deactivating the old key: the new one may not be known everywhere yet. */
  abstract readonly overlap: number;
  /** Before the first retry; then twice as long each time. */
  abstract readonly retry: number;
  abstract readonly longestRetry: number;
  /** How long a process that says nothing keeps a rotation to itself. */
  abstract readonly lease: number;
}

const second = 1000;
const minute = 60 * second;

export const defaultRotationPace: RotationPace = {
  grace: 60 * minute,
  orphanGrace: 15 * minute,
  propagation: 2 * minute,
  settling: 30 * second,
  overlap: 30 * second,
  retry: second,
  longestRetry: minute,
  lease: 20 * second,
};
