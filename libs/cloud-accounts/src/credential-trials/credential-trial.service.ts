import { randomUUID } from 'node:crypto';
import type { Viewer } from '#libs/access';
import { AwsAccessService, type AwsAccess, type CredentialsRejected } from '#libs/aws-credentials';
import { Events } from '#libs/events';
import { DomainError, UnitOfWork, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ActiveSubscriptions } from '../blockers/deletion-blockers.js';
import type { CloudAccount, RolesChange } from '../cloud-account.entity.js';
import { AwsAccountChangeInUse } from '../cloud-account.errors.js';
import { CloudAccountHealthService } from '../health/cloud-account-health.service.js';
import { AwsAccountRule } from '../aws-account-rule.js';
import { CloudAccounts } from '../cloud-accounts.js';
import { cancellable, CredentialTrial } from './credential-trial.entity.js';
import { CredentialTrials } from './credential-trials.js';
import { CredentialsProver, isNoAnswer, isUnknownToAws } from './credentials-prover.js';
import type { Expectations, Proof } from '../proof.js';
import { TrialPace } from './trial-pace.js';

/**
 * New credentials that AWS does not recognize yet. They are stored as the candidate of the account, which nothing else
 * uses, and tried until AWS accepts or rejects them. Existing credentials remain in use until then.
 */
@Injectable()
export class CredentialTrialService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly trials: CredentialTrials,
    private readonly activeSubscriptions: ActiveSubscriptions,
    private readonly credentials: AwsAccessService,
    private readonly prover: CredentialsProver,
    private readonly health: CloudAccountHealthService,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly pace: TrialPace,
    private readonly awsAccounts: AwsAccountRule,
  ) {}

  /** Trials of these accounts, including ended ones. */
  ofAccounts({ tenantId }: Viewer, cloudAccountIds: readonly number[]): Promise<CredentialTrial[]> {
    return this.trials.ofAccounts(tenantId, cloudAccountIds);
  }

  /**
   * Starts to try an access key or an access role. Replaces an existing trial.
   *
   * @param fault last answer of AWS
   */
  async begin(
    viewer: Viewer,
    account: Held<CloudAccount>,
    { access, expected, fault }: { access: AwsAccess; expected: Expectations; fault: CredentialsRejected },
    now: Date,
  ): Promise<void> {
    const { id: cloudAccountId } = account;
    const { tenantId, actor } = viewer;
    const candidateVersion = await this.credentials.setCandidate(viewer, account, access, now);
    const subject = { ...expected, ...access.identifier, cloudAccountId, tenantId, candidateVersion, actor };
    const trial = CredentialTrial.begin(subject, fault, now, this.pace);
    await this.trials.put(account, trial);
    await this.record('CREDENTIALS_PROPAGATING', trial, account, now, { expiresAt: trial.expiresAt });
  }

  /** Deletes the trial and its candidate, or the stored rejection, without an event. */
  async remove(account: Held<CloudAccount>): Promise<void> {
    await this.credentials.removeCandidate(account);
    await this.trials.remove(account);
  }

  /** Changes the roles that the credentials are verified with. */
  async updateExpectedRoles(account: Held<CloudAccount>, change: RolesChange, now: Date): Promise<void> {
    const trial = await this.trials.hold(account);
    if (!trial?.isOpen) return;
    trial.restart(change, now);
    await this.trials.put(account, trial);
  }

  /**
   * Cancels and deletes pending credentials. An account without other credentials becomes ERROR.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict, NoPendingCredentials
   */
  cancel(viewer: Viewer, id: number, expectedVersion: number): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(viewer.tenantId, id, expectedVersion);
      const trial = cancellable(await this.trials.hold(account));

      await this.remove(account);
      account.endTrial();
      account.change({}, now);
      await this.accounts.update(account);
      await this.record('CREDENTIALS_CANCELLED', trial, account, now, {}, viewer.actor);
      return account;
    });
  }

  /**
   * Tries claimed credentials once and stores the result. Does nothing if the lease was lost or the credentials were
   * replaced.
   *
   * @param signal aborts the attempt, which the next process repeats
   */
  async attempt(claimed: CredentialTrial, signal: AbortSignal): Promise<void> {
    const { tenantId, cloudAccountId } = claimed;
    const account = await this.accounts.find(tenantId, cloudAccountId);
    if (!account) return;

    try {
      const operationId = randomUUID();
      const use = { actor: claimed.actor, purpose: 'VERIFICATION', operationId } as const;
      const access = await this.credentials.revealCandidate(tenantId, cloudAccountId, use);
      if (!access) return;
      const proof = await this.prover.verifyWithinLease(access, account.region, claimed, operationId, signal);
      await this.promote(claimed, proof);
    } catch (error) {
      if (signal.aborted) return this.releaseLease(claimed);
      if (isUnknownToAws(error) || isNoAnswer(error)) return this.scheduleRetry(claimed, error);
      // A temporary fault of the gateway says nothing about the credentials: they are due again when the lease ends.
      const mayPass = !(error instanceof DomainError) || (error.entry.kind === 'unavailable' && error.retryable);
      if (mayPass) throw error;
      await this.reject(claimed, error);
    }
  }

  /** Checks all rules for a change of credentials again. @throws AwsAccountChangeInUse, AwsUserAlreadyConnected */
  private promote(claimed: CredentialTrial, proof: Proof): Promise<void> {
    return this.conclude(claimed, async (account, trial, now) => {
      await this.refuseMoveWhileInUse(account, proof);
      account.acceptCredentials(proof);
      await this.accounts.update(account);
      await this.credentials.promoteCandidate(account, now);
      await this.trials.remove(account);
      await this.health.observed(account, proof.verification, now);
      const { status, awsAccountId } = account;
      await this.record('CREDENTIALS_PROVEN', trial, account, now, {
        status,
        awsAccountId,
        attempt: trial.attempt + 1,
      });
    });
  }

  /**
   * @throws AwsAccountChangeInUse when resources in the current AWS account would become unmanageable
   * @throws AwsAccountAlreadyConnected
   */
  async refuseMoveWhileInUse(account: Held<CloudAccount>, proof: Proof): Promise<void> {
    const { identity } = proof;
    await this.awsAccounts.refuseSecond(account, proof);
    if (!account.isInOtherAwsAccount(identity)) return;
    if (await this.activeSubscriptions.existOn(account)) throw new AwsAccountChangeInUse();
  }

  private scheduleRetry(claimed: CredentialTrial, fault: CredentialsRejected): Promise<void> {
    return this.conclude(claimed, async (account, trial, now) => {
      if (!trial.hasTimeLeft(now)) return this.end(account, trial, fault, now);
      trial.scheduleRetry(fault, now, this.pace);
      await this.trials.put(account, trial);
    });
  }

  private reject(claimed: CredentialTrial, fault: DomainError): Promise<void> {
    return this.conclude(claimed, (account, trial, now) => this.end(account, trial, fault, now));
  }

  private async end(account: Held<CloudAccount>, trial: CredentialTrial, fault: DomainError, now: Date): Promise<void> {
    trial.reject(fault, now);
    await this.trials.put(account, trial);
    await this.credentials.removeCandidate(account);
    account.endTrial();
    await this.accounts.update(account);
    const { lastErrorCode: code, lastAwsErrorCode: awsErrorCode, attempt } = trial;
    await this.record('CREDENTIALS_REJECTED', trial, account, now, { code, awsErrorCode, attempt });
  }

  private releaseLease(claimed: CredentialTrial): Promise<void> {
    return this.conclude(claimed, async (account, trial, now) => {
      trial.restart({}, now);
      await this.trials.put(account, trial);
    });
  }

  private conclude(
    claimed: CredentialTrial,
    effect: (account: Held<CloudAccount>, trial: CredentialTrial, now: Date) => Promise<void>,
  ): Promise<void> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.hold(claimed.tenantId, claimed.cloudAccountId);
      const trial = account && (await this.trials.hold(account));
      if (account && trial?.isSameAttempt(claimed)) await effect(account, trial, now);
    });
  }

  private record(
    type: string,
    trial: CredentialTrial,
    account: CloudAccount,
    at: Date,
    more: object,
    actor = trial.actor,
  ): Promise<void> {
    const { id, tenantId, name } = account;
    const data = { name, accessKeyId: trial.maskedAccessKeyId, roleArn: trial.roleArn, ...more };
    return this.events.record({ type, tenantId, subject: ['CloudAccount', id], actor, at, data });
  }
}
