import type { AccountReference, Held } from '#libs/kernel';
import type { AccessKeyRotation } from './access-key-rotation.entity.js';

/** Collection of all rotations, at most one for each account. */
export abstract class AccessKeyRotations {
  abstract find(tenantId: number, cloudAccountId: number): Promise<AccessKeyRotation | null>;

  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotation[]>;

  /** Finds and locks the rotation of an account until the unit of work ends. */
  abstract hold(account: Held<AccountReference>): Promise<Held<AccessKeyRotation> | null>;

  /** Stores the rotation. Replaces the existing one of the account. */
  abstract replace(account: Held<AccountReference>, rotation: AccessKeyRotation): Promise<void>;

  abstract update(rotation: Held<AccessKeyRotation>): Promise<void>;

  /** Removes the rotation and the rotation policy of an account that is being deleted. */
  abstract remove(account: Held<AccountReference>): Promise<void>;

  /** Claims due rotations for `owner` until `until`. */
  abstract claim(claim: { now: Date; owner: string; until: Date; limit: number }): Promise<AccessKeyRotation[]>;

  /** Extends the lease. @returns whether the owner still had it */
  abstract extendLease(id: number, owner: string, until: Date): Promise<boolean>;
}
