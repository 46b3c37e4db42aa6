import { Events, gateway, type Actor } from '#libs/events';
import {
  addTime,
  Clock,
  DomainError,
  InvalidField,
  InvalidInput,
  Reconciler,
  Reconcilers,
  UnitOfWork,
  type Held,
  type BackgroundTask,
} from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { AccessKeyStore } from '../access-keys/access-key-store.js';
import { CredentialsNotRotatable } from '../aws-credentials.errors.js';
import { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotationPolicies } from './access-key-rotation-policies.js';
import { AccessKeyRotationPolicy, type AgingAccessKey, type DueAction } from './access-key-rotation-policy.entity.js';
import { AccessKeyRotationService } from './access-key-rotation.service.js';
import { RotatedAccounts, type RotatedAccount } from './rotated-accounts.js';

const lookEveryMs = 30_000;
const atOnce = 4;
/** Longer than AWS can take to tell whether a rotation is possible. */
const lease = 5 * 60 * 1000;

/** Describes the problem with a number of days, as the end of a sentence. Null when it is valid. */
export function faultInRotationInterval(days: number): string | null {
  return Number.isInteger(days) && days >= 1 && days <= 365 ? null : 'must be a whole number of days from 1 to 365';
}

/** Records reminders, and rotates access keys when they are due. */
@Injectable()
export class AccessKeyRotationPolicyService implements BackgroundTask {
  private readonly log = new Logger('Access key rotation policy');
  private readonly reconciler = new Reconciler<AccessKeyRotationPolicy>({
    name: 'access_key_rotation_policy',
    claim: (limit) => this.claim(limit),
    step: (policy) => this.follow(policy),
    onFault: (fault) => this.log.error(fault),
    concurrency: atOnce,
    everyMs: lookEveryMs,
  });

  constructor(
    private readonly policies: AccessKeyRotationPolicies,
    private readonly credentials: AccessKeyStore,
    private readonly rotations: AccessKeyRotationService,
    private readonly accounts: RotatedAccounts,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    reconcilers: Reconcilers,
  ) {
    reconcilers.add(this);
  }

  start(): void {
    this.reconciler.start();
  }

  stop(): Promise<void> {
    return this.reconciler.stop();
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotationPolicy[]> {
    return this.policies.ofAccounts(tenantId, cloudAccountIds);
  }

  /**
   * Sets the maximum age of an account's access key in days. Null: no automatic rotation.
   *
   * @throws InvalidInput, CredentialsNotRotatable
   */
  async change(
    account: Held<RotatedAccount>,
    rotationIntervalDays: number | null,
    actor: Actor,
    now: Date,
  ): Promise<void> {
    const fault = rotationIntervalDays === null ? null : faultInRotationInterval(rotationIntervalDays);
    if (fault) throw new InvalidInput([new InvalidField(['input', 'rotationIntervalDays'], `The interval ${fault}.`)]);
    const { tenantId, id } = account;
    const current = await this.currentOf(tenantId, id);
    if (!current) throw new CredentialsNotRotatable();

    const policy = (await this.policies.find(tenantId, id)) ?? AccessKeyRotationPolicy.of(tenantId, id);
    policy.change(rotationIntervalDays, current, now);
    await this.policies.put(account, policy);
    await this.record('ACCESS_KEY_ROTATION_POLICY_CHANGED', account, actor, now, { rotationIntervalDays });
    this.reconciler.nudge();
  }

  /** Claims at most `limit` due policies for one lease. */
  claim(limit: number): Promise<AccessKeyRotationPolicy[]> {
    const now = this.clock.now();
    return this.policies.claim({
      now,
      owner: AccessKeyRotation.newOwner(),
      until: addTime(now, lease),
      limit,
    });
  }

  /** Performs the due actions. Asks AWS before the unit of work. */
  async follow(claimed: AccessKeyRotationPolicy): Promise<void> {
    const { tenantId, cloudAccountId } = claimed;
    const account = await this.accounts.find(tenantId, cloudAccountId);
    const key = await this.currentOf(tenantId, cloudAccountId);
    if (!account || !key) return;
    const isDue = claimed.due(key, this.clock.now()).includes('rotate');
    const refusal = isDue ? await this.refusalOf(account) : null;

    await this.unitOfWork.run(async (now) => {
      const held = await this.accounts.hold(tenantId, cloudAccountId);
      const policy = held && (await this.policies.find(tenantId, cloudAccountId));
      const current = await this.currentOf(tenantId, cloudAccountId);
      if (!held || !policy || !current || policy.leaseOwner !== claimed.leaseOwner) return;

      const actions = policy.due(current, now);
      for (const action of actions) {
        if (action !== 'rotate') await this.remind(policy, current, held, action, now);
        else if (refusal) await this.refuse(held, refusal, now);
        else if (isDue) await this.begin(held, now);
      }
      policy.complete(isDue ? actions : actions.filter((action) => action !== 'rotate'), current, now);
      await this.policies.put(held, policy);
    });
  }

  private async begin(account: Held<RotatedAccount>, now: Date): Promise<void> {
    try {
      await this.rotations.begin(account, gateway, now);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await this.refuse(account, error, now);
    }
  }

  private async refusalOf(account: RotatedAccount): Promise<DomainError | null> {
    try {
      await this.rotations.refuseUnlessPossible(account, gateway);
      return null;
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  }

  private remind(
    policy: AccessKeyRotationPolicy,
    key: AgingAccessKey,
    account: RotatedAccount,
    days: DueAction,
    now: Date,
  ) {
    const data = { daysBefore: days, dueAt: policy.dueAt(key.setAt)?.toISOString(), keyVersion: key.version };
    return this.record('ACCESS_KEY_ROTATION_REMINDER', account, gateway, now, data);
  }

  /** A rotation that is already in progress needs no event. */
  private async refuse(account: RotatedAccount, { code, message }: DomainError, now: Date): Promise<void> {
    if (code === 'ROTATION_IN_PROGRESS') return;
    await this.record('ACCESS_KEY_ROTATION_REFUSED', account, gateway, now, { refusal: code, message });
  }

  private async currentOf(tenantId: number, cloudAccountId: number): Promise<AgingAccessKey | undefined> {
    return (await this.credentials.listSlots(tenantId, cloudAccountId)).find(({ slot }) => slot === 'CURRENT');
  }

  private record(type: string, { tenantId, id }: RotatedAccount, actor: Actor, at: Date, data: object): Promise<void> {
    return this.events.record({ type, tenantId, subject: ['CloudAccount', id], actor, at, data: { ...data } });
  }
}
