import { addTime, Clock, Reconciler, Reconcilers, type BackgroundTask } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import type { CredentialTrial } from './credential-trial.entity.js';
import { CredentialTrialService } from './credential-trial.service.js';
import { CredentialTrials } from './credential-trials.js';
import { TrialPace } from './trial-pace.js';

/** Concurrent attempts of one process. */
const concurrency = 8;

const log = new Logger('Credentials');

/** Retries due trials while the gateway runs. */
@Injectable()
export class CredentialTrialReconciler implements BackgroundTask {
  private readonly stopping = new AbortController();
  private readonly loop: Reconciler<CredentialTrial>;

  constructor(
    trials: CredentialTrials,
    service: CredentialTrialService,
    clock: Clock,
    pace: TrialPace,
    reconcilers: Reconcilers,
  ) {
    this.loop = new Reconciler({
      name: 'credential_trial',
      claim: (limit) => {
        const now = clock.now();
        return trials.claimDue({ now, until: addTime(now, pace.lease), limit });
      },
      step: (trial) => service.attempt(trial, this.stopping.signal),
      onFault: (error) => log.error(error),
      concurrency,
      everyMs: pace.look,
    });
    reconcilers.add(this);
  }

  start(): void {
    this.loop.start();
  }

  /** Does not wait for AWS: another process repeats unfinished attempts. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
  }
}
