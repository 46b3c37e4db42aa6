import type { AccountReference, Held } from '#libs/kernel';
import type { AccessKeyRotationPolicy } from './access-key-rotation-policy.entity.js';

/** How often each account's key is to be replaced: a collection, with at most one policy for each account. */
export abstract class AccessKeyRotationPolicies {
  abstract find(tenantId: number, cloudAccountId: number): Promise<AccessKeyRotationPolicy | null>;

  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotationPolicy[]>;

  /** Adds the policy, or writes it. */
  abstract put(account: Held<AccountReference>, policy: AccessKeyRotationPolicy): Promise<void>;

  /** Takes policies that ask for something and nobody is at, for `owner` until `until`. */
  abstract claim(claim: { now: Date; owner: string; until: Date; limit: number }): Promise<AccessKeyRotationPolicy[]>;
}
