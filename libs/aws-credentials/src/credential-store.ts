import type { Viewer } from '#libs/access';
import type { AccountReference, Held } from '#libs/kernel';
import type { AwsAccess } from './aws-access.js';
import type { IntendedUse } from './credential-use.entity.js';

/** API key that sets credentials. */
export type Keeper = Pick<Viewer, 'apiKeyName'>;

/** CURRENT: verified, and used for all calls. CANDIDATE: not verified yet, and used only by verification. */
export type AccessSlot = 'CURRENT' | 'CANDIDATE';

/** Stores the credentials of one kind. An account has at most one in each slot. */
export abstract class CredentialStore<Access extends AwsAccess = AwsAccess> {
  /**
   * Stores credentials in a slot and replaces those in it.
   *
   * @param lastVersion highest version that credentials of any kind had in this account
   * @returns the version of the stored credentials
   */
  abstract put(
    by: Keeper,
    account: Held<AccountReference>,
    slot: AccessSlot,
    access: Access,
    now: Date,
    lastVersion?: number,
  ): Promise<number>;

  /**
   * Returns the credentials in a slot after it has recorded the use. Null when the slot is empty. Call it outside of units of work.
   *
   * @throws CredentialsUnreadable
   */
  abstract reveal(tenantId: number, cloudAccountId: number, slot: AccessSlot, use: IntendedUse): Promise<Access | null>;

  /** Whether these credentials are in the slot CURRENT and can be read. */
  abstract isCurrent(viewer: Viewer, cloudAccountId: number, access: Access): Promise<boolean>;

  /**
   * Moves the candidate to the slot CURRENT. Returns false when there is no candidate of this kind.
   *
   * @throws CredentialsUnreadable, AwsRoleAlreadyConnected
   */
  abstract promoteCandidate(account: Held<AccountReference>, now: Date): Promise<boolean>;

  /** Records that AWS accepted the current credentials. */
  abstract markVerified(tenantId: number, cloudAccountId: number, now: Date): Promise<void>;

  /** Refuses a candidate of another kind. @throws RotationInProgress */
  abstract refuseReplacement(account: Held<AccountReference>): Promise<void>;

  abstract removeCandidate(account: Held<AccountReference>): Promise<void>;

  /** Removes the credentials in all slots. @throws RotationInProgress */
  abstract removeAll(account: Held<AccountReference>): Promise<void>;

  /** Highest version of the stored credentials. 0 when there are none. */
  abstract lastVersion(tenantId: number, cloudAccountId: number): Promise<number>;
}
