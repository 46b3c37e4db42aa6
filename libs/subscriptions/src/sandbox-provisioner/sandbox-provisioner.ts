import { setTimeout as wait } from 'node:timers/promises';
import type { Actor } from '#libs/events';
import { IamSetupSettings, isVendorsTag, subscriptionTagKey } from '#libs/iam-setup';
import { DomainError, Reconciler, Reconcilers, type BackgroundTask } from '#libs/kernel';
import { arnOfResource, LedgerService, type ResourceReport, type SecurityGroupRule } from '#libs/ledger';
import { Injectable, Logger } from '@nestjs/common';
import { CloudWorkshop, type Blueprint, type BuiltKind, type Workplace } from './cloud-workshop.js';
import { ProvisioningAccess } from '../provisioning/provisioning-access.service.js';
import {
  ProvisioningService,
  type Claim,
  type ClaimedWork,
  type Provisioner,
} from '../provisioning/provisioning.service.js';
import { ProvisioningLeaseLost } from '../subscription.errors.js';

/** Whether the gateway builds in the accounts of the sandbox, and how fast. */
export class SandboxProvisioning {
  readonly isOn: boolean = false;
  /** Pause between two steps in milliseconds, so that users can watch the progress. */
  readonly pause: number = 1_000;
}

const actor: Actor = { kind: 'GATEWAY', id: null, name: 'Sandbox provisioner' };
const self: Provisioner = { apiKeyId: null, actor };
/** In seconds. Longer than any step takes. */
const lease = 30;
/** Maximum time for an instance to start or to terminate, in milliseconds. */
const longestWait = 60_000;

/** Number of instances by plan. 1 for all other plans. */
const sizes: Readonly<Record<string, number>> = { small: 1, medium: 2, large: 3 };
const instanceType = 'm7g.large';
const volume = { volumeType: 'gp3', sizeGiB: 100 } as const;

const log = new Logger('Provisioner');

/**
 * Builds subscriptions in the accounts of the sandbox in the same way as a provisioner of the vendor: claims work,
 * requests credentials, and reports progress and resources. Created resources have a tag with the ID of the
 * subscription, so that another process continues without creating anything twice.
 */
@Injectable()
export class SandboxProvisioner implements BackgroundTask {
  private readonly stopping = new AbortController();
  private readonly loop: Reconciler<ClaimedWork>;

  constructor(
    private readonly provisioning: ProvisioningService,
    private readonly access: ProvisioningAccess,
    private readonly workshop: CloudWorkshop,
    private readonly ledger: LedgerService,
    private readonly settings: IamSetupSettings,
    private readonly pace: SandboxProvisioning,
    reconcilers: Reconcilers,
  ) {
    this.loop = new Reconciler({
      name: 'sandbox_provisioner',
      claim: (limit) => this.provisioning.claim(self, limit, lease, { inSandbox: true }),
      step: (claimed) => this.work(claimed),
      onFault: (fault) => log.error(fault),
      concurrency: 4,
      everyMs: 1_000,
    });
    reconcilers.add(this);
  }

  start(): void {
    if (this.pace.isOn) this.loop.start();
  }

  /** Leaves unfinished work to the next claim. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
  }

  private async work(claimed: ClaimedWork): Promise<void> {
    const claim: Claim = { subscriptionId: claimed.subscription.id, claimId: claimed.work.leaseOwner! };
    try {
      const { key, region } = await this.access.credentials(self, claim, 3600);
      const { tagKey, vendorName } = this.settings;
      // No API key of a customer can begin like this.
      const mark = { key: subscriptionTagKey(tagKey), value: String(claimed.subscription.id) };
      const ours = [{ key: tagKey, value: vendorName }, mark];
      const theirs = claimed.subscription.tags.filter(({ key: name }) => !isVendorsTag(name, tagKey));
      const place: Workplace = { key, region, mark, tags: [...theirs, ...ours] };
      const run = new Run(claimed, claim, place, (...said) => this.tell(claim, ...said));
      if (claimed.work.kind === 'TEAR_DOWN') await this.takeDown(run);
      else await this.build(run);
      await this.provisioning.complete(self, claim);
    } catch (error) {
      if (error instanceof Stopped) await this.provisioning.complete(self, claim);
      else if (error instanceof ProvisioningLeaseLost || error instanceof GatewayStops) return;
      // A refusal fails the work, except one by the database, which is temporary: the lease then ends, and the work is
      // claimed again.
      else if (error instanceof CannotBeBuilt || (error instanceof DomainError && !/^DATABASE_/.test(error.code)))
        await this.provisioning.fail(self, claim, error.message);
      else throw error;
    }
  }

  /** Builds the subscription, or continues with what exists. */
  private async build(run: Run): Promise<void> {
    const { deploymentCidr, vpcId: given, plan } = run.claimed.subscription;
    const cidr = deploymentCidr ?? '10.0.0.0/24';
    if (given) throw new CannotBeBuilt('The sandbox cannot build in an existing VPC.');

    const vpcId = await this.one(run, 10, 'Creating the network', { kind: 'VPC', cidr }, { cidr });
    const subnetId = await this.one(run, 25, 'Creating the subnet', { kind: 'SUBNET', vpcId, cidr }, { cidr });
    const groupId = await this.one(run, 40, 'Opening the ports', { kind: 'SECURITY_GROUP', vpcId }, { rules });
    // Also for a group whose creator was interrupted before it added the rules.
    await this.workshop.allow(run.place, groupId, rules);
    await this.one(run, 55, 'Creating the volume', { kind: 'VOLUME', ...volume }, volume);

    const wanted = sizes[plan ?? ''] ?? 1;
    const instances = await this.workshop.standing(run.place, 'INSTANCE');
    await run.tell(70, 'Starting the instances');
    for (const { id, isStopped } of instances) if (isStopped) await this.workshop.start(run.place, id);
    for (let missing = wanted - instances.length; missing > 0; missing--) {
      const id = await this.workshop.make(run.place, { kind: 'INSTANCE', instanceType, subnetId, groupId });
      instances.push({ id, isReady: false, isStopped: false });
    }
    const kept = instances.slice(0, wanted);
    await run.tell(
      80,
      'Waiting for the instances',
      kept.map(({ id }) => run.kept('INSTANCE', id, { state: 'RUNNING', instanceType })),
    );
    for (const { id } of instances.slice(wanted)) await this.workshop.remove(run.place, 'INSTANCE', id);
    await this.until(run, 85, async () => {
      const now = await this.workshop.standing(run.place, 'INSTANCE');
      return now.length === wanted && now.every(({ isReady }) => isReady);
    });
    // Terminated just now, or by another program while no work was in progress.
    const gone = (await this.ledger.listExisting(run.claimed.subscription.id)).filter(
      ({ arn }) => !run.existing.has(arn),
    );
    await run.tell(
      95,
      'Checking the connection',
      gone.map(({ arn }) => ({ arn, isRemoved: true })),
    );
  }

  private async takeDown(run: Run): Promise<void> {
    await run.tell(10, 'Terminating the instances');
    const instances = await this.workshop.standing(run.place, 'INSTANCE');
    for (const { id } of instances) await this.workshop.remove(run.place, 'INSTANCE', id);
    await this.until(run, 30, async () => (await this.workshop.standing(run.place, 'INSTANCE')).length === 0);
    const order: readonly BuiltKind[] = ['VOLUME', 'SECURITY_GROUP', 'SUBNET', 'VPC'];
    for (const [i, kind] of order.entries()) {
      const standing = await this.workshop.standing(run.place, kind);
      for (const { id } of standing) await this.workshop.remove(run.place, kind, id);
      const reports = standing.map(({ id }) => ({ arn: run.arnOf(kind, id), isRemoved: true }));
      await run.tell(50 + 12 * i, 'Removing the other resources', reports);
    }
  }

  /** Returns the only resource of its kind, existing or created, and reports it. */
  private async one(
    run: Run,
    progress: number,
    message: string,
    blueprint: Blueprint,
    desired: Partial<ResourceReport>,
  ): Promise<string> {
    const [standing] = await this.workshop.standing(run.place, blueprint.kind);
    const id = standing?.id ?? (await this.workshop.make(run.place, blueprint));
    await run.tell(progress, message, [run.kept(blueprint.kind, id, desired)]);
    return id;
  }

  private async until(run: Run, progress: number, isSo: () => Promise<boolean>): Promise<void> {
    const latest = Date.now() + longestWait;
    while (!(await isSo())) {
      if (Date.now() > latest) throw new CannotBeBuilt('The instances did not reach the expected state in time.');
      await run.tell(progress, 'Waiting for the instances');
    }
  }

  private async tell(
    claim: Claim,
    progress: number,
    message: string,
    resources: readonly ResourceReport[] = [],
  ): Promise<void> {
    const { work } = await this.provisioning.report(claim, lease, { progress, message, resources });
    if (work.isStopRequested) throw new Stopped();
    await wait(this.pace.pause, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    if (this.stopping.signal.aborted) throw new GatewayStops();
  }
}

/** Work in progress. */
class Run {
  /** ARNs of the resources of the subscription. */
  readonly existing = new Set<string>();

  constructor(
    readonly claimed: ClaimedWork,
    readonly claim: Claim,
    readonly place: Workplace,
    readonly tell: (progress: number, message: string, resources?: readonly ResourceReport[]) => Promise<void>,
  ) {}

  arnOf(kind: BuiltKind, id: string): string {
    const { awsAccountId } = this.claimed.account;
    return arnOfResource({ region: this.place.region, awsAccountId }, kind, id);
  }

  /** Report of a resource that exists as expected. */
  kept(kind: BuiltKind, id: string, desired: Partial<ResourceReport>): ResourceReport {
    const arn = this.arnOf(kind, id);
    this.existing.add(arn);
    return { isRemoved: false, ...desired, arn };
  }
}

/** The port of the database is open to the network. All outgoing traffic is allowed, as in every new group. */
const rules: readonly SecurityGroupRule[] = [
  { direction: 'INGRESS', protocol: 'tcp', fromPort: 10_000, toPort: 10_000, peer: '10.0.0.0/8' },
  { direction: 'EGRESS', protocol: '-1', peer: '0.0.0.0/0' },
];

/** The customer has ended the subscription in the meantime. */
class Stopped extends Error {}

class GatewayStops extends Error {}

/** Message for the customer. */
class CannotBeBuilt extends Error {}
