import { setTimeout as wait } from 'node:timers/promises';
import type { Viewer } from '#libs/access';
import { CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { NotFound, UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { DriftReconciler } from './drift.reconciler.js';
import { DriftPace } from '../drift-pace.js';
import { DriftWatches } from '../drift-watches.js';
import { NoResourcesToCheck } from '../drift.errors.js';

/** Interval at which `check` looks whether its check has ended, in milliseconds. */
const glance = 100;

/** Checks that users request. */
@Injectable()
export class DriftCheckService {
  constructor(
    private readonly watches: DriftWatches,
    private readonly reconciler: DriftReconciler,
    private readonly accounts: CloudAccountService,
    private readonly pace: DriftPace,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Checks an account now, and waits some seconds for the result. If a check is in progress, another one follows.
   *
   * @throws NotFound, NoResourcesToCheck
   */
  async check(viewer: Viewer, cloudAccountId: number): Promise<CloudAccount> {
    const path = ['input', 'cloudAccountId'];
    const account = await this.accounts.find(viewer, cloudAccountId);
    if (!account) throw new NotFound('cloud account', path);
    const requestedAt = await this.unitOfWork.run(async (now) => {
      const watch = await this.watches.hold(account.id);
      if (!watch) throw new NoResourcesToCheck();
      watch.request(now);
      await this.watches.update(watch);
      return now;
    });
    this.reconciler.nudge();
    for (let waited = 0; waited < this.pace.patience && !this.reconciler.isStopping; waited += glance) {
      const [watch] = await this.watches.ofAccounts([account.id]);
      if (!watch || watch.hasBeenCheckedSince(requestedAt)) break;
      await wait(glance);
    }
    return account;
  }
}
