import type { AccountReference, Held } from '#libs/kernel';

/** What a rotation must know of the account whose key it replaces. */
export interface RotatedAccount extends AccountReference {
  readonly region: string;
  /** AWS's own id of the IAM user, to whom the new key must belong. */
  readonly awsUserId: string | null;
  readonly awsUserArn: string | null;
}

/**
 * What this domain asks about accounts. Asked here, answered by `libs/cloud-accounts`, connected in
 * `src/domain-wiring.module.ts`.
 */
export abstract class RotatedAccounts {
  abstract find(tenantId: number, id: number): Promise<RotatedAccount | null>;

  /** Keeps the account from being changed or deleted until the unit of work ends; null when it is gone. */
  abstract hold(tenantId: number, id: number): Promise<Held<RotatedAccount> | null>;

  /** Deletes an account whose rotation has just ended, if it was only waiting for that. */
  abstract afterRotation(account: Held<RotatedAccount>, now: Date): Promise<void>;
}
