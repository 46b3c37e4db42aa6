import { addTime, Clock, Reconciler, Reconcilers, type BackgroundTask } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';
import { AccessKeyRotator } from './access-key-rotator.js';
import { LeaseLost } from './rotation-journal.js';
import { RotationPace } from './rotation-pace.js';

/** Concurrent rotations of one process, which mostly wait for AWS. */
const atOnce = 8;

/** Continues due rotations. Several processes share the work. */
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
      name: 'access_key_rotation',
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

  /** Waits until the results of current steps are stored. Other processes continue the rotations. */
  stop(): Promise<void> {
    this.isStopping = true;
    return this.reconciler.stop();
  }

  /** Looks for due rotations immediately. */
  nudge(): void {
    this.reconciler.nudge();
  }

  /** Claims at most `limit` due rotations for one lease. */
  claim(limit: number): Promise<AccessKeyRotation[]> {
    const now = this.clock.now();
    return this.rotations.claim({ now, owner: AccessKeyRotation.newOwner(), until: this.leaseEnd(now), limit });
  }

  /** Continues a claimed rotation until it has to wait. */
  async advance(claimed: AccessKeyRotation): Promise<void> {
    // A call to AWS can take longer than a lease, but the lease of a stopped process must end soon.
    const beating = setInterval(() => {
      const until = this.leaseEnd(this.clock.now());
      this.rotations.extendLease(claimed.id, claimed.leaseOwner!, until).catch((fault) => this.log.error(fault));
    }, this.pace.lease / 3).unref();
    try {
      let rotation = claimed;
      do rotation = await this.rotator.step(rotation);
      while (rotation.leaseOwner === claimed.leaseOwner && !this.isStopping);
      // Other processes do not have to wait for the end of the lease.
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
