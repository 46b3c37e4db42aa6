import { randomUUID } from 'node:crypto';
import { claimDue, Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { CredentialTrial } from './credential-trial.entity.js';
import { CredentialTrials, type TrialClaim } from './credential-trials.js';

@Injectable()
export class TypeOrmCredentialTrials extends CredentialTrials {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<CredentialTrial[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]) });
  }

  hold(cloudAccountId: number): Promise<CredentialTrial | null> {
    return this.rows.findOne({ where: { cloudAccountId }, ...this.transactions.forUpdate });
  }

  async put(trial: CredentialTrial): Promise<void> {
    const { cloudAccountId } = trial;
    if (await this.rows.existsBy({ cloudAccountId })) await this.rows.update({ cloudAccountId }, { ...trial });
    else await this.rows.insert({ ...trial });
  }

  async remove(cloudAccountId: number): Promise<void> {
    await this.rows.delete({ cloudAccountId });
  }

  claimDue(claim: TrialClaim): Promise<CredentialTrial[]> {
    return claimDue(this.transactions, CredentialTrial, { ...claim, owner: randomUUID() });
  }

  private get rows() {
    return this.transactions.repository(CredentialTrial);
  }
}
