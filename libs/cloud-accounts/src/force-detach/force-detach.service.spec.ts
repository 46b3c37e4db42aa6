import { Viewer, type ApiKeyService } from '#libs/access';
import type { AwsAccessService } from '#libs/aws-credentials';
import { operator } from '#libs/events';
import { InvalidInput, type AccountReference, type Held } from '#libs/kernel';
import { CloudAccountRemoval } from '../deletion/cloud-account-removal.js';
import { CloudAccountInUse, CloudAccountIsHosted, CloudAccountNotFound } from '../cloud-account.errors.js';
import type { CredentialTrialService } from '../credential-trials/credential-trial.service.js';
import type { ForceDetachRequest } from './force-detach-request.entity.js';
import { ForceDetachRequests } from './force-detach-requests.js';
import {
  ForceDetachAlreadyRequested,
  ForceDetachRequiresAnotherApiKey,
  ForceDetachNotNeeded,
  ForceDetachNotRequested,
  ForceDetachVoid,
} from './force-detach.errors.js';
import { ForceDetachService } from './force-detach.service.js';
import { NoRemainingResources } from '../testing/no-remaining-resources.js';
import { anAccount } from '../testing/cloud-accounts.contract.js';
import { InMemoryCloudAccounts } from '../testing/in-memory-cloud-accounts.js';
import { InMemoryDeletedCloudAccounts } from '../testing/in-memory-deleted-cloud-accounts.js';
import { InMemoryUnitOfWork } from '../testing/in-memory-unit-of-work.js';
import { ListedEvents } from '../testing/listed-events.js';
import { blockersFrom, ListedBlockers } from '../testing/listed-blockers.js';

const requester = new Viewer(7, 1, 'Requester', 'OWNER', false);
const approver = new Viewer(7, 2, 'Approver', 'OWNER', false);
const relative = new Viewer(7, 3, 'Made by the requester', 'OWNER', false);
const stranger = new Viewer(8, 4, 'Stranger', 'OWNER', false);

class InMemoryForceDetachRequests extends ForceDetachRequests {
  private rows = new Map<number, ForceDetachRequest>();

  async ofAccounts(tenantId: number, ids: readonly number[]): Promise<ForceDetachRequest[]> {
    return [...this.rows.values()].filter((row) => row.tenantId === tenantId && ids.includes(row.cloudAccountId));
  }

  async all(): Promise<ForceDetachRequest[]> {
    return [...this.rows.values()];
  }

  async find(cloudAccountId: number): Promise<ForceDetachRequest | null> {
    return this.rows.get(cloudAccountId) ?? null;
  }

  async put({ id }: Held<AccountReference>, request: ForceDetachRequest): Promise<void> {
    this.rows.set(id, request);
  }

  async remove({ id }: Held<AccountReference>): Promise<void> {
    this.rows.delete(id);
  }

  snapshot(): () => void {
    const rows = new Map(this.rows);
    return () => (this.rows = rows);
  }
}

describe('A force detach', () => {
  let accounts: InMemoryCloudAccounts;
  let deleted: InMemoryDeletedCloudAccounts;
  let requests: InMemoryForceDetachRequests;
  let subscriptions: ListedBlockers;
  let events: ListedEvents;
  let rotations: ListedBlockers;
  let exports: ListedBlockers;
  let endedKeys: Set<number>;
  let service: ForceDetachService;
  let id: number;

  beforeEach(async () => {
    [accounts, deleted, requests] = [
      new InMemoryCloudAccounts(),
      new InMemoryDeletedCloudAccounts(),
      new InMemoryForceDetachRequests(),
    ];
    [subscriptions, rotations, exports, events, endedKeys] = [
      new ListedBlockers(),
      new ListedBlockers(),
      new ListedBlockers(),
      new ListedEvents(),
      new Set(),
    ];
    const unitOfWork = new InMemoryUnitOfWork([accounts, deleted, requests, subscriptions, rotations, exports]);
    const keys = { removeAll: async () => undefined } as unknown as AwsAccessService;
    const apiKeys = {
      findIndependentKeys: async ({ apiKeyId }: Viewer, ids: number[]) =>
        new Set(ids.filter((id) => id !== apiKeyId && ![id, apiKeyId].includes(relative.apiKeyId))),
      findUsableKeys: async (_: number, ids: number[]) => new Set(ids.filter((id) => !endedKeys.has(id))),
      refuseEnded: async () => undefined,
    } as unknown as ApiKeyService;
    const trials = { remove: async () => undefined } as unknown as CredentialTrialService;
    const blockers = blockersFrom({ ROTATION: rotations, SUBSCRIPTION: subscriptions, EXPORT: exports });
    const removal = new CloudAccountRemoval(
      accounts,
      blockers,
      trials,
      keys,
      new NoRemainingResources(),
      deleted,
      events,
    );
    service = new ForceDetachService(accounts, requests, blockers, removal, apiKeys, events, unitOfWork);
    ({ id } = await accounts.add(anAccount({ tenantId: requester.tenantId, name: 'Production' })));
    subscriptions.begin(id);
    subscriptions.begin(id);
  });

  const request = (change: object = {}, by = requester) =>
    service.request(by, { id, name: 'Production', reason: 'The AWS account was closed.', ...change });
  const isThere = async () => (await accounts.find(requester.tenantId, id)) !== null;
  const ageBy = async (hours: number) => {
    const { requestedAt, expiresAt, ...row } = (await requests.find(id))!;
    const earlier = (moment: Date) => new Date(moment.getTime() - hours * 60 * 60 * 1000);
    const aged = { ...row, requestedAt: earlier(requestedAt), expiresAt: earlier(expiresAt) };
    await requests.put(
      (await accounts.hold(requester.tenantId, id))!,
      Object.assign(Object.create(Object.getPrototypeOf((await requests.find(id))!)), aged),
    );
  };

  it('needs two principals: one requests and another approves; then everything is deleted at once', async () => {
    rotations.begin(id);
    exports.begin(id);
    await request();
    expect(await isThere()).toBe(true);

    expect(await service.approve(approver, id)).toEqual({ cloudAccountId: id, abandonedSubscriptionCount: 2 });

    expect(await isThere()).toBe(false);
    expect(await subscriptions.existOn({ id, tenantId: requester.tenantId })).toBe(false);
    expect((await deleted.list(requester.tenantId)).items).toMatchObject([
      {
        id,
        kind: 'FORCE_DETACH',
        reason: 'The AWS account was closed.',
        requestedByName: 'Requester',
        approvedByName: 'Approver',
        abandonedSubscriptionCount: 2,
      },
    ]);
    expect(events.types).toEqual(['FORCE_DETACH_REQUESTED', 'CLOUD_ACCOUNT_DELETED']);
  });

  it('can be approved by the operator', async () => {
    await expect(service.approveAsOperator(operator, id)).rejects.toThrow(ForceDetachNotRequested);
    await request();

    await service.approveAsOperator(operator, id);
    expect((await deleted.list(requester.tenantId)).items).toMatchObject([{ approvedByKind: 'OPERATOR' }]);
  });

  it.each([requester, relative])(
    'cannot be approved by the requester, or by an API key with a common origin: %p',
    async (by) => {
      await request();

      await expect(service.approve(by, id)).rejects.toThrow(ForceDetachRequiresAnotherApiKey);
      expect(await isThere()).toBe(true);
    },
  );

  it('cannot bypass the rule: a blocker that was not abandoned keeps everything unchanged', async () => {
    await request();
    subscriptions.abandon = async () => {
      subscriptions.end(1);
      return 1;
    };

    await expect(service.approve(approver, id)).rejects.toThrow(CloudAccountInUse);

    expect(await isThere()).toBe(true);
    expect(await subscriptions.countByAccount([{ id, tenantId: requester.tenantId }])).toEqual([2]);
    expect(await deleted.count(requester.tenantId)).toBe(0);
  });

  it.each<[string, () => unknown]>([
    ['a subscription more', () => subscriptions.begin(id)],
    ['a subscription less', () => subscriptions.end(1)],
    ['another in the place of one', () => [subscriptions.end(1), subscriptions.begin(id)]],
    ['a rotation', () => rotations.begin(id)],
    ['a blocker of a kind that only its own class knows', () => exports.begin(id)],
    ['the end of its requester’s key', () => endedKeys.add(requester.apiKeyId)],
    ['a day', () => ageBy(24)],
  ])('is void after %s, and can be requested again', async (_, happen) => {
    await request();
    await happen();

    await expect(service.approve(approver, id)).rejects.toThrow(ForceDetachVoid);
    expect(await isThere()).toBe(true);
    endedKeys.clear();
    if (await requests.find(id).then((row) => row && row.expiresAt > new Date())) await service.cancel(requester, id);
    await request();
    await service.approve(approver, id);
    expect(await isThere()).toBe(false);
  });

  it('checks the blockers with the account locked', async () => {
    await request();
    const hold = accounts.hold.bind(accounts);
    accounts.hold = async (...which) => {
      subscriptions.begin(id);
      return hold(...which);
    };

    await expect(service.approve(approver, id)).rejects.toThrow(ForceDetachVoid);
  });

  it('is possible within the day', async () => {
    await request();
    await ageBy(23.9);

    await service.approve(approver, id);
    expect(await isThere()).toBe(false);
  });

  it('can be cancelled by any OWNER', async () => {
    await expect(service.cancel(approver, id)).rejects.toThrow(ForceDetachNotRequested);
    await request();
    await service.cancel(approver, id);

    await expect(service.approve(approver, id)).rejects.toThrow(ForceDetachNotRequested);
  });

  it('is requested once, with the name and a reason, for an account with blockers', async () => {
    await expect(request({ name: 'production' })).rejects.toThrow(InvalidInput);
    await expect(request({ reason: ' ' })).rejects.toThrow(InvalidInput);
    await expect(request({}, stranger)).rejects.toThrow(CloudAccountNotFound);
    await expect(request({ id: 1, name: 'Hosted' })).rejects.toThrow(CloudAccountIsHosted);
    await request();
    await expect(request({}, approver)).rejects.toThrow(ForceDetachAlreadyRequested);
    subscriptions.clear();
    await expect(request()).rejects.toThrow(ForceDetachNotNeeded);
  });
});
