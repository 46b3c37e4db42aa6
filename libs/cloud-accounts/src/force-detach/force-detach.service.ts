import { ApiKeyService, type Viewer } from '#libs/access';
import { Events, type Actor } from '#libs/events';
import { UnitOfWork, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountRemoval } from '../deletion/cloud-account-removal.js';
import { CloudAccounts } from '../cloud-accounts.js';
import { ForceDetachRequest } from './force-detach-request.entity.js';
import { ForceDetachRequests } from './force-detach-requests.js';
import {
  ForceDetachAlreadyRequested,
  ForceDetachRequiresAnotherApiKey,
  ForceDetachNotNeeded,
  ForceDetachNotRequested,
  ForceDetachVoid,
} from './force-detach.errors.js';

/** Result of a force detach. */
export interface Detached {
  readonly cloudAccountId: number;
  readonly abandonedSubscriptionCount: number;
}

/**
 * For accounts whose credentials no longer work, so that their subscriptions cannot be torn down: two principals
 * abandon the subscriptions together. The account is then deleted by the same rule as any other.
 */
@Injectable()
export class ForceDetachService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly requests: ForceDetachRequests,
    private readonly blockers: Blockers,
    private readonly removal: CloudAccountRemoval,
    private readonly keys: ApiKeyService,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Requests a force detach. The account is unchanged until another principal approves the request.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, InvalidInput, ForceDetachNotNeeded, ForceDetachAlreadyRequested
   */
  request(viewer: Viewer, { id, ...typed }: { id: number; name: string; reason: string }): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdOwn(viewer.tenantId, id);
      const [blockers] = await this.blockers.fingerprintsOf([account]);
      const request = ForceDetachRequest.make(viewer, account, typed, blockers!, now);
      if (blockers!.count === 0) throw new ForceDetachNotNeeded();
      const before = await this.requests.find(id);
      if (before && !(await this.faultsAt(now, [before]))[0]) throw new ForceDetachAlreadyRequested();

      await this.requests.put(account, request);
      await this.record('FORCE_DETACH_REQUESTED', viewer.actor, account, request, now);
      return account;
    });
  }

  /**
   * Cancels a request. Every OWNER can do this.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, ForceDetachNotRequested
   */
  cancel(viewer: Viewer, id: number): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdOwn(viewer.tenantId, id);
      const request = (await this.requests.find(id)) ?? notRequested();
      await this.requests.remove(account);
      await this.record('FORCE_DETACH_CANCELLED', viewer.actor, account, request, now);
      return account;
    });
  }

  /**
   * Approves a request. The viewer must be independent of the requester.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, ForceDetachNotRequested, ForceDetachRequiresAnotherApiKey,
   * ForceDetachVoid
   */
  approve(viewer: Viewer, id: number): Promise<Detached> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdOwn(viewer.tenantId, id);
      const request = (await this.requests.find(id)) ?? notRequested();
      await this.keys.refuseEnded(viewer);
      if (!(await this.areIndependent(viewer, [request]))[0]) throw new ForceDetachRequiresAnotherApiKey();
      return this.detach(account, request, viewer.actor, now);
    });
  }

  /**
   * Approves a request as the operator, who has no API key.
   *
   * @throws ForceDetachNotRequested, ForceDetachVoid
   */
  approveAsOperator(actor: Actor, id: number): Promise<Detached> {
    return this.unitOfWork.run(async (now) => {
      const { tenantId } = (await this.requests.find(id)) ?? notRequested();
      const account = await this.accounts.holdOwn(tenantId, id);
      const request = (await this.requests.find(id)) ?? notRequested();
      return this.detach(account, request, actor, now);
    });
  }

  /** Requests of every tenant, for the operator. */
  all(): Promise<ForceDetachRequest[]> {
    return this.requests.all();
  }

  ofAccounts({ tenantId }: Viewer, cloudAccountIds: readonly number[]): Promise<ForceDetachRequest[]> {
    return this.requests.ofAccounts(tenantId, cloudAccountIds);
  }

  /**
   * Reasons why requests of a tenant can no longer be approved, as ends of sentences. Null while a request can be
   * approved.
   */
  faultsIn(requests: readonly ForceDetachRequest[]): Promise<(string | null)[]> {
    return this.unitOfWork.run((now) => this.faultsAt(now, requests));
  }

  /** Whether the viewer is independent of the requester of each request. */
  async areIndependent(viewer: Viewer, requests: readonly ForceDetachRequest[]): Promise<boolean[]> {
    const requesters = requests.map(({ requestedById }) => requestedById);
    const independent = await this.keys.findIndependentKeys(viewer, requesters);
    return requesters.map((id) => independent.has(id));
  }

  /** Abandons the blockers and deletes the account, in one unit of work. */
  private async detach(
    account: Held<CloudAccount>,
    request: ForceDetachRequest,
    approvedBy: Actor,
    now: Date,
  ): Promise<Detached> {
    const [fault] = await this.faultsAt(now, [request]);
    if (fault) throw new ForceDetachVoid(fault);

    const { SUBSCRIPTION: abandoned } = await this.blockers.abandon(account, approvedBy, now);
    const { requestedBy, requestedAt, reason } = request;
    const deletion = { kind: 'FORCE_DETACH', requestedBy, requestedAt, approvedBy, reason, abandoned } as const;
    await this.removal.remove(account, account.tenantId, approvedBy, deletion, now);
    return { cloudAccountId: account.id, abandonedSubscriptionCount: abandoned };
  }

  /** All requests must belong to one tenant. */
  private async faultsAt(now: Date, requests: readonly ForceDetachRequest[]): Promise<(string | null)[]> {
    const [first] = requests;
    if (!first) return [];
    const ids = [...new Set(requests.map(({ cloudAccountId }) => cloudAccountId))];
    const fingerprints = await this.blockers.fingerprintsOf(ids.map((id) => ({ id, tenantId: first.tenantId })));
    const digests = new Map(ids.map((id, i) => [id, fingerprints[i]!.digest]));
    const usable = await this.keys.findUsableKeys(
      first.tenantId,
      requests.map(({ requestedById }) => requestedById),
    );
    return requests.map((request) => {
      const digest = digests.get(request.cloudAccountId)!;
      return request.faultAt(now, { digest, isRequesterThere: usable.has(request.requestedById) });
    });
  }

  private record(
    type: string,
    actor: Actor,
    { id, tenantId, name }: CloudAccount,
    { reason, blockerCount, expiresAt }: ForceDetachRequest,
    at: Date,
  ): Promise<void> {
    const data = { name, reason, blockers: blockerCount, expiresAt };
    return this.events.record({ type, tenantId, subject: ['CloudAccount', id], actor, at, data });
  }
}

function notRequested(): never {
  throw new ForceDetachNotRequested();
}
