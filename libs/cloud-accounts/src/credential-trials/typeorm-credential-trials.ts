import { randomUUID } from 'node:crypto';
import { claimDue, Transactions } from '#libs/database';
import type { AccountReference, Held } from '#libs/kernel';
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

  hold({ id }: Held<AccountReference>): Promise<CredentialTrial | null> {
    return this.rows.findOne({ where: { cloudAccountId: id }, ...this.transactions.forUpdate });
  }

  async put({ id: cloudAccountId }: Held<AccountReference>, trial: CredentialTrial): Promise<void> {
    if (await this.rows.existsBy({ cloudAccountId })) await this.rows.update({ cloudAccountId }, { ...trial });
    else await this.rows.insert({ ...trial });
  }

  async remove({ id }: Held<AccountReference>): Promise<void> {
    await this.rows.delete({ cloudAccountId: id });
  }

  claimDue(claim: TrialClaim): Promise<CredentialTrial[]> {
    return claimDue(this.transactions, CredentialTrial, { ...claim, owner: randomUUID() });
  }

  private get rows() {
    return this.transactions.repository(CredentialTrial);
  }
}
