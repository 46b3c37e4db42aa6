/** How often accounts are looked at, all in milliseconds. Tests hurry it. */
export class DriftPace {
  /** From one check of an account to the next, varied by a fifth. */
  readonly every: number = 60 * 60_000;
  /** How long no other process takes up a check that was not heard of; each page that was read begins it anew. */
  readonly lease: number = 60_000;
  /** How long one check may take in all. */
  readonly longestCheck: number = 15 * 60_000;
  /** For how long after something was reported it is not judged: EC2 shows some seconds late what was made. */
  readonly settling: number = 15_000;
  /** How often each process looks whether a check is due. */
  readonly look: number = 5_000;
  /** How long `checkDrift` waits for its check to end before it answers. */
  readonly patience: number = 15_000;
}
