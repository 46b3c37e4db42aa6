import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsAccessService, AwsVerification, type AwsIdentity } from '#libs/aws-credentials';
import { gateway } from '#libs/events';
import { Clock, DomainError, Reconciler, Reconcilers, type BackgroundTask } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import type { CloudAccountHealth } from './cloud-account-health.entity.js';
import { CloudAccountHealthService } from './cloud-account-health.service.js';
import { CloudAccounts } from '../cloud-accounts.js';
import { findingOf, noAnswer, type HealthFinding } from './health-finding.js';

/** Concurrent checks of one process. */
const concurrency = 8;
/** Maximum duration of a check in milliseconds. */
const checkLimit = 60_000;
/** Duration of a lease in milliseconds. Longer than `checkLimit`. */
const lease = 2 * checkLimit;
/** Interval in milliseconds at which a process looks for due checks. */
const pause = 5000;

const log = new Logger('Health');

/**
 * Runs due checks. Every hour: credentials and console role. Every day, or when in doubt: everything, including whether
 * an access role requires its external ID. Several processes share the work. A process that stops returns unfinished
 * work.
 */
@Injectable()
export class CloudAccountHealthReconciler implements BackgroundTask {
  private readonly stopping = new AbortController();
  private readonly loop: Reconciler<CloudAccountHealth>;

  constructor(
    private readonly accounts: CloudAccounts,
    private readonly health: CloudAccountHealthService,
    private readonly credentials: AwsAccessService,
    private readonly verification: AwsVerification,
    private readonly clock: Clock,
    reconcilers: Reconcilers,
  ) {
    this.loop = new Reconciler({
      name: 'cloud_account_health',
      claim: (limit) => this.health.claimDue(limit, lease),
      step: (claimed) => this.check(claimed, this.stopping.signal),
      onFault: (fault) => log.error(fault),
      concurrency,
      everyMs: pause,
    });
    reconcilers.add(this);
  }

  start(): void {
    this.loop.start();
  }

  /** Does not wait for AWS: unfinished checks are returned. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
  }

  /** Looks for due checks immediately. */
  nudge(): void {
    this.loop.nudge();
  }

  private async check(claimed: CloudAccountHealth, stopping: AbortSignal): Promise<void> {
    const startedAt = this.clock.now();
    const ended = new AbortController();
    const late = wait(checkLimit, found(noAnswer), { ref: false, signal: AbortSignal.any([stopping, ended.signal]) });
    let answer: ReturnType<typeof found>;
    try {
      answer = await Promise.race([this.ask(claimed, startedAt), late]);
    } catch (error) {
      if (stopping.aborted) return this.health.releaseLease(claimed);
      log.error(error);
      answer = found({ ...noAnswer, codes: [error instanceof DomainError ? error.code : 'INTERNAL'] });
    } finally {
      ended.abort();
    }
    await this.health.conclude(claimed, answer, startedAt);
  }

  /** Null when the account has no credentials. */
  private async ask(claimed: CloudAccountHealth, now: Date): Promise<ReturnType<typeof found>> {
    const { tenantId, cloudAccountId } = claimed;
    const account = await this.accounts.find(tenantId, cloudAccountId);
    const operationId = randomUUID();
    const use = { actor: gateway, purpose: 'HEALTH_CHECK', operationId } as const;
    const access = await this.credentials.reveal(tenantId, cloudAccountId, use);
    if (!access || account?.consoleRoleName == null) return found(null);

    const { region, consoleRoleName, nodeRoleName } = account;
    const extent = claimed.needsFullAt(now) ? 'verify' : 'verifyBriefly';
    const subject = { consoleRoleName, nodeRoleName, operationId };
    const verification = await this.verification[extent](access, region, subject);
    if (!verification.refusal) await this.credentials.markVerified({ tenantId }, cloudAccountId, this.clock.now());
    return found(findingOf(verification), verification.identity);
  }
}

const found = (finding: HealthFinding | null, identity: AwsIdentity | null = null) => ({ finding, identity });
