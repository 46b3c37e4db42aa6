import { randomUUID } from 'node:crypto';
import type { Viewer } from '#libs/access';
import { Events } from '#libs/events';
import { addTime, Clock, UnitOfWork, type Page, type PageRequest } from '#libs/kernel';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { CredentialUse, CredentialUseResult, IntendedUse } from '../credential-use.entity.js';
import { CredentialUses } from './credential-uses.js';
import type { StoredAccessKey } from '../stored-access-key.entity.js';

const remembered = 90 * 24 * 60 * 60 * 1000;
const tidyEvery = 60 * 60 * 1000;

/** Records uses of stored secrets: actor, time and purpose. Kept for 90 days, even after the account is deleted. */
@Injectable()
export class CredentialUseService implements OnModuleInit, OnModuleDestroy {
  private tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly uses: CredentialUses,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tidying = setInterval(() => void this.forgetOldUses().catch(() => undefined), tidyEvery).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.tidying);
  }

  /** Records a use. Call it outside of units of work, which could roll it back, and before the secret is used. */
  record(
    {
      tenantId,
      cloudAccountId,
      slot,
      version,
    }: Pick<StoredAccessKey, 'tenantId' | 'cloudAccountId' | 'slot' | 'version'>,
    { actor, purpose, operationId = randomUUID() }: IntendedUse,
    result: CredentialUseResult,
  ): Promise<void> {
    return this.unitOfWork.run(async (now) => {
      const isThere = result === 'REJECTED' && (await this.uses.holdAccount(tenantId, cloudAccountId));
      const by = { actorKind: actor.kind, actorId: actor.id, actorName: actor.name };
      await this.uses.add({ tenantId, cloudAccountId, usedAt: now, ...by, purpose, operationId, result });
      if (!isThere) return;

      const data = { slot, version, purpose, operationId };
      const subject = ['CloudAccount', cloudAccountId] as const;
      await this.events.record({ type: 'CREDENTIALS_UNREADABLE', tenantId, subject, actor, at: now, data });
    });
  }

  /**
   * The same page for each account.
   *
   * @throws Forbidden unless the viewer is a MANAGER
   */
  async listOfAccounts(
    viewer: Viewer,
    cloudAccountIds: readonly number[],
    page: PageRequest<'USED_AT'>,
  ): Promise<Page<CredentialUse>[]> {
    viewer.refuseUnless('MANAGER');
    return this.uses.listOfAccounts(viewer.tenantId, cloudAccountIds, page);
  }

  /** @throws Forbidden unless the viewer is a MANAGER */
  async countOfAccounts(viewer: Viewer, cloudAccountIds: readonly number[]): Promise<number[]> {
    viewer.refuseUnless('MANAGER');
    return this.uses.countOfAccounts(viewer.tenantId, cloudAccountIds);
  }

  /** Deletes uses older than 90 days. */
  forgetOldUses(): Promise<void> {
    return this.uses.removeOlderThan(addTime(this.clock.now(), -remembered));
  }
}
