import type { Viewer } from '#libs/access';
import { Events } from '#libs/events';
import { UnitOfWork, type AccountReference, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ExternalId } from './external-id.entity.js';
import { ExternalIdNotFound, ExternalIdChangeNotAllowed, ExternalIdInUse } from './external-id.errors.js';
import { ExternalIds } from './external-ids.js';

type Tenant = Pick<Viewer, 'tenantId'>;

/** Issues external IDs, before the role that requires one exists. An account keeps its external ID permanently. */
@Injectable()
export class ExternalIdService {
  constructor(
    private readonly externalIds: ExternalIds,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** @param remember stores the answer with the change, for repeated requests */
  issue(
    { tenantId, actor }: Pick<Viewer, 'tenantId' | 'actor'>,
    remember: (answer: ExternalId) => Promise<void>,
  ): Promise<ExternalId> {
    return this.unitOfWork.run(async (now) => {
      const issued = ExternalId.issue(tenantId, now);
      await this.externalIds.add(issued);
      const { id, handle, externalId } = issued;
      const data = { handle, externalId };
      await this.events.record({
        type: 'EXTERNAL_ID_ISSUED',
        tenantId,
        subject: ['ExternalId', id],
        actor,
        at: now,
        data,
      });
      await remember(issued);
      return issued;
    });
  }

  list({ tenantId }: Tenant, page: PageRequest<'CREATED_AT'>): Promise<Page<ExternalId>> {
    return this.externalIds.list(tenantId, page);
  }

  count({ tenantId }: Tenant): Promise<number> {
    return this.externalIds.count(tenantId);
  }

  /**
   * @param path input field with the handle
   * @throws ExternalIdNotFound when the tenant has none with this handle
   */
  async get({ tenantId }: Tenant, handle: string, path: readonly string[]): Promise<ExternalId> {
    const found = await this.externalIds.find(tenantId, handle);
    if (!found) throw new ExternalIdNotFound(path);
    return found;
  }

  /** Like `get`, for every tenant, for the operator. @throws ExternalIdNotFound */
  async getInAllTenants(handle: string): Promise<ExternalId> {
    const found = await this.externalIds.findInAllTenants(handle);
    if (!found) throw new ExternalIdNotFound(['externalIdHandle']);
    return found;
  }

  /**
   * Checks whether an account can use the external ID. `cloudAccountId` is null for a new account.
   *
   * @throws ExternalIdInUse, ExternalIdChangeNotAllowed
   */
  async refuseUnlessAssignable(
    { tenantId }: Tenant,
    { id, cloudAccountId: taker }: ExternalId,
    cloudAccountId: number | null,
    path: readonly string[],
  ): Promise<void> {
    if (taker !== null && taker !== cloudAccountId) throw new ExternalIdInUse(path);
    const present = cloudAccountId === null ? null : await this.externalIds.ofAccount(tenantId, cloudAccountId);
    if (present && present.id !== id) throw new ExternalIdChangeNotAllowed(path);
  }

  /**
   * Assigns the external ID to the account permanently. Does nothing if it is already assigned to it.
   *
   * @param externalId value of an external ID that was found by its handle
   * @throws ExternalIdNotFound, ExternalIdInUse, ExternalIdChangeNotAllowed
   */
  async assign(
    account: Held<AccountReference>,
    externalId: string,
    now: Date,
    path: readonly string[],
  ): Promise<ExternalId> {
    // Read again: it can have been assigned in the meantime.
    const present = await this.externalIds.findById(account.tenantId, externalId);
    if (!present) throw new ExternalIdNotFound(path);
    await this.refuseUnlessAssignable(account, present, account.id, path);
    const isFree = present.cloudAccountId === null;
    if (isFree && !(await this.externalIds.assign(present, account, now))) throw new ExternalIdInUse(path);
    return present;
  }
}
