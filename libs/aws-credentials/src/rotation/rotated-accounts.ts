import type { AccountReference, Held } from '#libs/kernel';

/** Facts about the account whose access key is rotated. */
export interface RotatedAccount extends AccountReference {
  readonly region: string;
  /** Unique ID of the IAM user, who must own the new access key. */
  readonly awsUserId: string | null;
  readonly awsUserArn: string | null;
}

/** Port to accounts. `libs/cloud-accounts` implements it, and `src/domain-wiring.module.ts` connects it. */
export abstract class RotatedAccounts {
  abstract find(tenantId: number, id: number): Promise<RotatedAccount | null>;

  /** Locks the account until the unit of work ends. Null when it does not exist. */
  abstract hold(tenantId: number, id: number): Promise<Held<RotatedAccount> | null>;

  /** Deletes an account with a scheduled deletion after its rotation has ended, if it has no other blockers. */
  abstract afterRotation(account: Held<RotatedAccount>, now: Date): Promise<void>;
}
