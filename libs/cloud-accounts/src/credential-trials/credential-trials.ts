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

  /** The account's, kept from others until the unit of work ends. Hold the account first. */
  abstract hold(cloudAccountId: number): Promise<CredentialTrial | null>;

  /** In the place of the one the account has, if any. Call it while the account is held. */
  abstract put(trial: CredentialTrial): Promise<void>;

  /** Call it while the account is held. */
  abstract remove(cloudAccountId: number): Promise<void>;

  /** Those that are due, the longest due first, each for one of all who claim. */
  abstract claimDue(claim: TrialClaim): Promise<CredentialTrial[]>;
}
