import type { AccountReference, Held } from '#libs/kernel';
import { CredentialTrial } from '../credential-trials/credential-trial.entity.js';
import { CredentialTrials, type TrialClaim } from '../credential-trials/credential-trials.js';

/** Collection in memory. Copies objects in both directions, as a database does. */
export class InMemoryCredentialTrials extends CredentialTrials {
  private rows = new Map<number, CredentialTrial>();
  private claims = 0;

  async ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<CredentialTrial[]> {
    return [...this.rows.values()]
      .filter((row) => row.tenantId === tenantId && cloudAccountIds.includes(row.cloudAccountId))
      .map(copy);
  }

  async hold({ id }: Held<AccountReference>): Promise<CredentialTrial | null> {
    const row = this.rows.get(id);
    return row ? copy(row) : null;
  }

  async put({ id }: Held<AccountReference>, trial: CredentialTrial): Promise<void> {
    this.rows.set(id, copy(trial));
  }

  async remove({ id }: Held<AccountReference>): Promise<void> {
    this.rows.delete(id);
  }

  async claimDue({ now, until, limit }: TrialClaim): Promise<CredentialTrial[]> {
    const leaseOwner = `claim ${++this.claims}`;
    const isFree = ({ leaseUntil }: CredentialTrial) => leaseUntil === null || leaseUntil <= now;
    const due = [...this.rows.values()].filter((row) => row.nextAttemptAt && row.nextAttemptAt <= now && isFree(row));
    return due.slice(0, limit).map((row) => copy(Object.assign(row, { leaseOwner, leaseUntil: until })));
  }

  /** Returns a function that restores the current state. */
  snapshot(): () => void {
    const rows = new Map([...this.rows].map(([id, row]) => [id, copy(row)]));
    return () => (this.rows = rows);
  }
}

const copy = (row: CredentialTrial) => Object.assign(new CredentialTrial(), row);
