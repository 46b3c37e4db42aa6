import { setTimeout as wait } from 'node:timers/promises';
import { gateway } from '#libs/events';
import { UnitOfWork, Reconcilers, watch, watched, type BackgroundTask } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { CloudAccountDeletionService } from './cloud-account-deletion.service.js';
import { CloudAccounts } from '../cloud-accounts.js';

/** Interval in milliseconds. */
const pause = 60_000;

const log = new Logger('Deletion');

/**
 * Deletes accounts with a scheduled deletion and no blockers. Usually the unit of work that ends the last blocker
 * deletes the account, so this only handles rows that were changed outside the gateway.
 */
@Injectable()
export class ScheduledDeletionReconciler implements BackgroundTask {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly accounts: CloudAccounts,
    private readonly deletion: CloudAccountDeletionService,
    private readonly unitOfWork: UnitOfWork,
    reconcilers: Reconcilers,
  ) {
    reconcilers.add(this);
  }

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Checks every account with a scheduled deletion once. */
  async reconcile(): Promise<void> {
    for (const { id, tenantId } of await this.accounts.listScheduledForDeletion()) {
      if (this.stopping.signal.aborted) return;
      await this.unitOfWork
        .run(async (now) => {
          // Another process can have deleted it since.
          const account = await this.accounts.hold(tenantId, id);
          if (account) await this.deletion.removeIfScheduled(account, gateway, now);
        })
        .catch((error: unknown) => log.error(error));
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const facts = { reconciler: 'scheduled_deletion', work: 'step' } as const;
      await watch(watched.reconciler, facts, () => this.reconcile()).catch((error: unknown) => log.error(error));
      await wait(pause, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    }
  }
}
