import type { AccountReference, Held } from '#libs/kernel';
import type { CredentialTrial } from './credential-trial.entity.js';

/** What a process claims for itself. */
export interface TrialClaim {
  readonly now: Date;
  /** When others may take what was not finished. */
  readonly until: Date;
  readonly limit: number;
}

/** All trials of credentials, at most one for each account: a collection. */
export abstract class CredentialTrials {
  /** Those of these accounts, ended ones included. */
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<CredentialTrial[]>;

  /** The account's, kept from others until the unit of work ends. */
  abstract hold(account: Held<AccountReference>): Promise<CredentialTrial | null>;

  /** In the place of the one the account has, if any. */
  abstract put(account: Held<AccountReference>, trial: CredentialTrial): Promise<void>;

  abstract remove(account: Held<AccountReference>): Promise<void>;

  /** Those that are due, the longest due first, each for one of all who claim. */
  abstract claimDue(claim: TrialClaim): Promise<CredentialTrial[]>;
}
