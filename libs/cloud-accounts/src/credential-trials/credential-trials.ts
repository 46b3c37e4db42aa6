import type { AccountReference, Held } from '#libs/kernel';
import type { CredentialTrial } from './credential-trial.entity.js';

/** Claim of one process. */
export interface TrialClaim {
  readonly now: Date;
  /** End of the lease. Other processes can claim unfinished trials afterwards. */
  readonly until: Date;
  readonly limit: number;
}

/** Collection of all credential trials, at most one for each account. */
export abstract class CredentialTrials {
  /** Trials of these accounts, including ended ones. */
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<CredentialTrial[]>;

  /** Finds and locks the trial of an account until the unit of work ends. */
  abstract hold(account: Held<AccountReference>): Promise<CredentialTrial | null>;

  /** Stores the trial. Replaces the existing one of the account. */
  abstract put(account: Held<AccountReference>, trial: CredentialTrial): Promise<void>;

  abstract remove(account: Held<AccountReference>): Promise<void>;

  /** Claims due trials, longest due first. No two processes claim the same trial. */
  abstract claimDue(claim: TrialClaim): Promise<CredentialTrial[]>;
}
