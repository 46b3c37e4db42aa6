/** What a rotation must know of the account whose key it replaces. */
export interface RotatedAccount {
  readonly id: number;
  readonly tenantId: number;
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
  abstract hold(tenantId: number, id: number): Promise<RotatedAccount | null>;

  /** To be called in the unit of work that ended a rotation: an account that was only waiting for it goes now. */
  abstract afterRotation(tenantId: number, id: number, now: Date): Promise<void>;
}
