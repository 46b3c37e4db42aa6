import type { AccountReference, Held } from '#libs/kernel';
import type { AccessKeyRotation } from './access-key-rotation.entity.js';

/** All rotations, as the domain sees them: a collection, with at most one for each account. */
export abstract class AccessKeyRotations {
  abstract find(tenantId: number, cloudAccountId: number): Promise<AccessKeyRotation | null>;

  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotation[]>;

  /** Finds the account's rotation and keeps others away from it until our unit of work ends. */
  abstract hold(account: Held<AccountReference>): Promise<Held<AccessKeyRotation> | null>;

  /** In place of the one there was. */
  abstract replace(account: Held<AccountReference>, rotation: AccessKeyRotation): Promise<void>;

  abstract update(rotation: Held<AccessKeyRotation>): Promise<void>;

  /** All about an account that is going: its rotation, and how often one was wanted. */
  abstract remove(account: Held<AccountReference>): Promise<void>;

  /** Takes rotations that are due and nobody is at, for `owner` until `until`. */
  abstract claim(claim: { now: Date; owner: string; until: Date; limit: number }): Promise<AccessKeyRotation[]>;

  /** Keeps the lease longer. @returns whether it was still ours */
  abstract extendLease(id: number, owner: string, until: Date): Promise<boolean>;
}
