import { CloudAccountHealthService } from '#libs/cloud-accounts';
import { NotFound, Reconciler, Reconcilers, type BackgroundTask } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { DriftChecks, DriftCheckLost } from './drift-checks.js';
import { DriftComparison } from './drift-comparison.js';
import { DriftObservations } from './drift-observations.js';
import { DriftPace } from '../drift-pace.js';
import type { DriftWatch } from '../drift-watch.entity.js';

/** Concurrent checks of one process. */
const concurrency = 4;

const log = new Logger('Drift');

/** Runs due checks. Several processes share the work, and continue after one has stopped. */
@Injectable()
export class DriftReconciler implements BackgroundTask {
  private readonly stopping = new AbortController();
  private readonly stopped = new Promise<never>((_, reject) =>
    this.stopping.signal.addEventListener('abort', () => reject(new Error('The gateway is stopping.'))),
  );
  private readonly loop: Reconciler<DriftWatch>;

  constructor(
    private readonly checks: DriftChecks,
    private readonly observations: DriftObservations,
    private readonly comparison: DriftComparison,
    private readonly health: CloudAccountHealthService,
    pace: DriftPace,
    reconcilers: Reconcilers,
  ) {
    this.loop = new Reconciler({
      name: 'drift',
      claim: (limit) => this.checks.claimDue(limit),
      step: (claimed) => this.check(claimed),
      onFault: (fault) => log.error(fault),
      concurrency,
      everyMs: pace.look,
    });
    this.stopped.catch(() => undefined);
    reconcilers.add(this);
  }

  start(): void {
    this.loop.start();
  }

  /** Does not wait for AWS: unfinished checks are returned, and their results are discarded. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
  }

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Looks for due checks immediately. */
  nudge(): void {
    this.loop.nudge();
  }

  private async check(claimed: DriftWatch): Promise<void> {
    try {
      const check = await this.observations.begin(claimed);
      const reasons = await Promise.race([this.comparison.compare(check, this.stopping.signal), this.stopped]);
      if (reasons.some(({ isRefusal }) => isRefusal)) await this.suspect(claimed.cloudAccountId);
      await this.checks.conclude(
        check,
        reasons.map(({ code }) => code),
      );
    } catch (error) {
      // Or the account was deleted in the meantime.
      if (error instanceof DriftCheckLost || error instanceof NotFound) return;
      if (!this.isStopping) throw error;
      await this.checks.releaseLease(claimed);
    }
  }

  /** Requests a health check. If that fails, the check still ends, and the next health check is due within the hour. */
  private async suspect(cloudAccountId: number): Promise<void> {
    await this.health.suspect(cloudAccountId).catch((fault: unknown) => log.error(fault));
  }
}
