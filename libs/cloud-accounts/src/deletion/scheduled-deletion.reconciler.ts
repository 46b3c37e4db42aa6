import { setTimeout as wait } from 'node:timers/promises';
import { gateway } from '#libs/events';
import { UnitOfWork, Reconcilers, type BackgroundTask } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { CloudAccountDeletionService } from './cloud-account-deletion.service.js';
import { CloudAccounts } from '../cloud-accounts.js';

/** How often accounts that wait are looked at, in milliseconds. */
const pause = 60_000;

const log = new Logger('Deletion');

/**
 * Removes accounts that wait to be unused and are. What ends last takes its account with it, in one unit of work; so this
 * finds only what somebody brought about behind the gateway's back, and nothing waits for ever.
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

  /** Looks at every account that waits, once. */
  async reconcile(): Promise<void> {
    for (const { id, tenantId } of await this.accounts.listScheduledForDeletion()) {
      if (this.stopping.signal.aborted) return;
      await this.unitOfWork
        .run(async (now) => {
          // Somebody else may have removed it since.
          const account = await this.accounts.hold(tenantId, id);
          if (account) await this.deletion.removeIfScheduled(account, gateway, now);
        })
        .catch((error: unknown) => log.error(error));
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.reconcile().catch((error: unknown) => log.error(error));
      await wait(pause, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    }
  }
}
