import type { AccountReference, Held } from '#libs/kernel';
import type { AccessKeyRotationPolicy } from './access-key-rotation-policy.entity.js';

/** Collection of rotation policies, at most one for each account. */
export abstract class AccessKeyRotationPolicies {
  abstract find(tenantId: number, cloudAccountId: number): Promise<AccessKeyRotationPolicy | null>;

  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotationPolicy[]>;

  /** Adds or updates the policy. */
  abstract put(account: Held<AccountReference>, policy: AccessKeyRotationPolicy): Promise<void>;

  /** Claims due policies for `owner` until `until`. */
  abstract claim(claim: { now: Date; owner: string; until: Date; limit: number }): Promise<AccessKeyRotationPolicy[]>;
}
