import { addTime, Clock, Reconciler, Reconcilers, type BackgroundTask } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';
import { AccessKeyRotator } from './access-key-rotator.js';
import { LeaseLost } from './rotation-journal.js';
import { RotationPace } from './rotation-pace.js';

/** How many rotations one process takes forward at once: most of the time they wait for AWS. */
const atOnce = 8;

/** Takes every rotation that is due forward, in any number of processes at once. */
@Injectable()
export class AccessKeyRotationReconciler implements BackgroundTask {
  private readonly log = new Logger('Access key rotation');
  private isStopping = false;
  private readonly reconciler: Reconciler<AccessKeyRotation>;

  constructor(
    private readonly rotations: AccessKeyRotations,
    private readonly rotator: AccessKeyRotator,
    private readonly pace: RotationPace,
    private readonly clock: Clock,
    reconcilers: Reconcilers,
  ) {
    this.reconciler = new Reconciler({
      claim: (limit) => this.claim(limit),
      step: (rotation) => this.advance(rotation),
      onFault: (fault) => this.log.error(fault),
      concurrency: atOnce,
      everyMs: pace.look,
    });
    reconcilers.add(this);
  }

  start(): void {
    this.reconciler.start();
  }

  /** Returns when the steps under way have been written down; a rotation is gone on with by whoever is left. */
  stop(): Promise<void> {
    this.isStopping = true;
    return this.reconciler.stop();
  }

  /** A rotation has just become due. */
  nudge(): void {
    this.reconciler.nudge();
  }

  /** At most `limit` rotations that are due, held for us for one lease. */
  claim(limit: number): Promise<AccessKeyRotation[]> {
    const now = this.clock.now();
    return this.rotations.claim({ now, owner: AccessKeyRotation.newOwner(), until: this.leaseEnd(now), limit });
  }

  /** Takes a claimed rotation forward until there is something to wait for. */
  async advance(claimed: AccessKeyRotation): Promise<void> {
    // A call of AWS's may take longer than a lease; a process that is gone must not keep it longer than that.
    const beating = setInterval(() => {
      const until = this.leaseEnd(this.clock.now());
      this.rotations.extendLease(claimed.id, claimed.leaseOwner!, until).catch((fault) => this.log.error(fault));
    }, this.pace.lease / 3).unref();
    try {
      let rotation = claimed;
      do rotation = await this.rotator.step(rotation);
      while (rotation.leaseOwner === claimed.leaseOwner && !this.isStopping);
      // Whoever is left need not wait for the end of our lease.
      if (rotation.leaseOwner) await this.rotations.extendLease(rotation.id, rotation.leaseOwner, this.clock.now());
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    } finally {
      clearInterval(beating);
    }
  }

  private leaseEnd(now: Date): Date {
    return addTime(now, this.pace.lease);
  }
}
