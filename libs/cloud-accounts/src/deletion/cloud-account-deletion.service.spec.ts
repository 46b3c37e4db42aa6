import { Viewer } from '#libs/access';
import type { AwsAccessService } from '#libs/aws-credentials';
import { gateway, operator } from '#libs/events';
import { Reconcilers, VersionConflict, type AccountReference, type Held } from '#libs/kernel';
import { CloudAccountDeletionService } from './cloud-account-deletion.service.js';
import { CloudAccountRemoval } from './cloud-account-removal.js';
import {
  CloudAccountInUse,
  CloudAccountIsHosted,
  CloudAccountDeletionScheduled,
  CloudAccountDeletionNotScheduled,
  CloudAccountNotFound,
} from '../cloud-account.errors.js';
import type { CredentialTrialService } from '../credential-trials/credential-trial.service.js';
import { NoRemainingResources } from '../testing/no-remaining-resources.js';
import { anAccount } from '../testing/cloud-accounts.contract.js';
import { InMemoryCloudAccounts } from '../testing/in-memory-cloud-accounts.js';
import { InMemoryDeletedCloudAccounts } from '../testing/in-memory-deleted-cloud-accounts.js';
import { InMemoryUnitOfWork } from '../testing/in-memory-unit-of-work.js';
import { ListedEvents } from '../testing/listed-events.js';
import { blockersFrom, ListedBlockers } from '../testing/listed-blockers.js';
import { ScheduledDeletionReconciler } from './scheduled-deletion.reconciler.js';

const viewer = new Viewer(7, 1, 'Ours', 'OWNER', false);
const stranger = new Viewer(8, 2, 'Theirs', 'OWNER', false);
const hostedId = 1;

/** Records the accounts whose secrets were deleted. */
class NotedCredentials {
  readonly shredded: number[] = [];

  removeAll: AwsAccessService['removeAll'] = async ({ id }) => void this.shredded.push(id);
}

/** Every account has two resources. */
class TwoEverywhere extends NoRemainingResources {
  readonly orphaned: number[] = [];

  override async orphanAll({ id }: Held<AccountReference>): Promise<number> {
    this.orphaned.push(id);
    return 2;
  }
}

describe('The deletion of an account', () => {
  let accounts: InMemoryCloudAccounts;
  let deleted: InMemoryDeletedCloudAccounts;
  let subscriptions: ListedBlockers;
  let rotations: ListedBlockers;
  let exports: ListedBlockers;
  let credentials: NotedCredentials;
  let resources: TwoEverywhere;
  let events: ListedEvents;
  let unitOfWork: InMemoryUnitOfWork;
  let deletion: CloudAccountDeletionService;

  beforeEach(() => {
    [accounts, deleted, subscriptions, rotations] = [
      new InMemoryCloudAccounts(),
      new InMemoryDeletedCloudAccounts(),
      new ListedBlockers(),
      new ListedBlockers('an access key rotation in progress'),
    ];
    [credentials, resources, events] = [new NotedCredentials(), new TwoEverywhere(), new ListedEvents()];
    unitOfWork = new InMemoryUnitOfWork([accounts, deleted, subscriptions, rotations]);
    const keys = credentials as unknown as AwsAccessService;
    exports = new ListedBlockers('an export');
    const blockers = blockersFrom({ ROTATION: rotations, SUBSCRIPTION: subscriptions, EXPORT: exports });
    const trials = { remove: async () => undefined } as unknown as CredentialTrialService;
    const removal = new CloudAccountRemoval(accounts, blockers, trials, keys, resources, deleted, events);
    deletion = new CloudAccountDeletionService(accounts, blockers, removal, deleted, events, unitOfWork);
  });

  const existing = async (name = 'Production') => {
    const account = anAccount({ tenantId: viewer.tenantId, name });
    await accounts.add(account);
    return account.id;
  };
  const find = (id: number) => accounts.find(viewer.tenantId, id);
  const graves = async () => (await deleted.list(viewer.tenantId)).items;
  const removeIfScheduled = (id: number, { tenantId, actor }: Viewer, before = () => {}) =>
    unitOfWork.run(async (now) => {
      before();
      return deletion.removeIfScheduled((await accounts.hold(tenantId, id))!, actor, now);
    });
  const ended = (subscription: number, id: number, by = viewer) =>
    removeIfScheduled(id, by, () => subscriptions.end(subscription));
  const refusalOf = async (id: number) =>
    (await deletion.delete(viewer, { id }).catch((error: unknown) => error)) as CloudAccountInUse;

  it('deletes its secrets, hands over remaining resources, and stores a record', async () => {
    const id = await existing();

    expect(await deletion.delete(viewer, { id, expectedVersion: 1 })).toBeNull();

    expect(await find(id)).toBeNull();
    expect(credentials.shredded).toEqual([id]);
    expect(resources.orphaned).toEqual([id]);
    expect(await graves()).toMatchObject([
      {
        id,
        name: 'Production',
        kind: 'FAIL_IF_IN_USE',
        requestedByName: 'Ours',
        reason: null,
        orphanedResourceCount: 2,
      },
    ]);
    expect(events.all).toMatchObject([{ type: 'CLOUD_ACCOUNT_DELETED', subject: ['CloudAccount', id] }]);
  });

  it('is refused while there are blockers, and changes nothing', async () => {
    const id = await existing();
    subscriptions.begin(id);

    await expect(deletion.delete(viewer, { id })).rejects.toThrow(CloudAccountInUse);

    expect(await find(id)).not.toBeNull();
    expect([credentials.shredded, resources.orphaned, events.all, await graves()]).toEqual([[], [], [], []]);
  });

  it('names at most a hundred blockers, and counts all', async () => {
    const id = await existing();
    for (let i = 0; i < 101; i++) subscriptions.begin(id);
    rotations.begin(id);

    const refusal = await refusalOf(id);

    expect(refusal).toBeInstanceOf(CloudAccountInUse);
    expect(refusal.message).toBe(
      'The cloud account has an access key rotation in progress and 101 active subscriptions.',
    );
    expect(refusal.seen).toMatchObject({ visible: 102, hidden: 0, page: { hasNextPage: true } });
    expect(refusal.seen!.page.items).toHaveLength(100);
    expect(refusal.seen!.page.items[0]).toMatchObject({ kind: 'ROTATION' });
  });

  it('is refused for a kind of blocker that only its own class knows', async () => {
    const id = await existing();
    subscriptions.begin(id);
    const [one] = [exports.begin(id), exports.begin(id)];

    const refusal = await refusalOf(id);
    expect(refusal.message).toBe('The cloud account has an active subscription and 2 exports.');
    expect(refusal.seen).toMatchObject({ visible: 3, hidden: 0 });
    expect(refusal.seen!.page.items.map(({ kind }) => kind)).toEqual(['SUBSCRIPTION', 'EXPORT', 'EXPORT']);

    subscriptions.clear();
    exports.end(one);
    expect((await deletion.delete(viewer, { id, mode: 'WHEN_UNUSED' }))?.status).toBe('DELETING_WHEN_UNUSED');
    expect(await removeIfScheduled(id, viewer)).toBe(false);
    exports.clear();
    expect(await removeIfScheduled(id, viewer)).toBe(true);
  });

  it('does not name blockers of others, but counts them', async () => {
    const id = await existing();
    subscriptions.begin(id);
    for (let i = 0; i < 120; i++) subscriptions.begin(id, stranger.tenantId);

    const { seen } = await refusalOf(id);

    expect(seen).toMatchObject({ visible: 1, hidden: 120, page: { hasNextPage: false } });
    expect(seen!.page.items.map(({ row }) => row)).toEqual([{ tenantId: viewer.tenantId }]);
  });

  it('checks the blockers with the account locked: earlier ones are seen', async () => {
    const id = await existing();
    const hold = accounts.hold.bind(accounts);
    accounts.hold = async (...which) => {
      subscriptions.begin(id);
      return hold(...which);
    };

    await expect(deletion.delete(viewer, { id })).rejects.toThrow(CloudAccountInUse);
    expect((await deletion.delete(viewer, { id, mode: 'WHEN_UNUSED' }))?.status).toBe('DELETING_WHEN_UNUSED');
  });

  it("requires the version, the tenant's own account, and no hosted account", async () => {
    const id = await existing();

    await expect(deletion.delete(viewer, { id, expectedVersion: 2 })).rejects.toThrow(VersionConflict);
    await expect(deletion.delete(stranger, { id })).rejects.toThrow(CloudAccountNotFound);
    for (const mode of ['FAIL_IF_IN_USE', 'WHEN_UNUSED'] as const)
      await expect(deletion.delete(viewer, { id: hostedId, mode })).rejects.toThrow(CloudAccountIsHosted);
  });

  describe('when the account is unused', () => {
    const whenUnused = (id: number) => deletion.delete(viewer, { id, mode: 'WHEN_UNUSED' });

    it('is immediate without blockers', async () => {
      const id = await existing();

      expect(await whenUnused(id)).toBeNull();
      expect(await graves()).toMatchObject([{ id, kind: 'WHEN_UNUSED' }]);
    });

    it('prevents new subscriptions, and completes when the last one ends, with the name of the requester', async () => {
      const id = await existing();
      const [one, other] = [subscriptions.begin(id), subscriptions.begin(id)];

      const waiting = await whenUnused(id);
      expect(waiting).toMatchObject({ id, status: 'DELETING_WHEN_UNUSED', version: 2 });
      expect(() => waiting!.refuseNewSubscription(null)).toThrow(CloudAccountDeletionScheduled);
      expect(waiting!.scheduledDeletion).toMatchObject({ requestedBy: viewer.actor });

      expect(await ended(one, id)).toBe(false);
      expect(await ended(other, id)).toBe(true);
      expect(await find(id)).toBeNull();
      expect(await graves()).toMatchObject([{ id, kind: 'WHEN_UNUSED', requestedByName: 'Ours' }]);
      expect(events.types).toEqual(['CLOUD_ACCOUNT_DELETION_REQUESTED', 'CLOUD_ACCOUNT_DELETED']);
    });

    it('can be requested twice', async () => {
      const id = await existing();
      subscriptions.begin(id);

      await whenUnused(id);
      expect(await whenUnused(id)).toMatchObject({ version: 2 });
      expect(events.types).toEqual(['CLOUD_ACCOUNT_DELETION_REQUESTED']);
    });

    it('also waits for a rotation', async () => {
      const id = await existing();
      rotations.begin(id);

      expect((await whenUnused(id))?.isScheduledForDeletion).toBe(true);
      const over = () => removeIfScheduled(id, viewer);
      expect(await over()).toBe(false);
      rotations.clear();
      expect(await over()).toBe(true);
    });

    it('can be cancelled: the account gets its status, including later changes', async () => {
      const id = await existing();
      const subscription = subscriptions.begin(id);
      await whenUnused(id);

      const kept = await deletion.cancel(viewer, id, 2);
      expect(kept).toMatchObject({ status: 'ACTIVE', version: 3, scheduledDeletion: null, statusBeforeDeletion: null });
      expect(await ended(subscription, id)).toBe(false);
      expect(await find(id)).not.toBeNull();
      expect(events.types).toEqual(['CLOUD_ACCOUNT_DELETION_REQUESTED', 'CLOUD_ACCOUNT_DELETION_CANCELLED']);
    });

    it('can be cancelled after AWS was seen to allow more, or fewer, actions', async () => {
      const id = await existing();
      subscriptions.begin(id);
      const waiting = (await whenUnused(id))!;
      Object.assign(waiting, { statusBeforeDeletion: 'MISSING_PERMISSIONS' });

      expect(waiting.markPermissionsComplete()).toBe(true);
      expect(waiting).toMatchObject({ status: 'DELETING_WHEN_UNUSED', statusBeforeDeletion: 'ACTIVE' });
      expect(waiting.markPermissionsComplete()).toBe(false);
    });

    it('cannot be cancelled when none is scheduled, for an old version, or by others', async () => {
      const id = await existing();
      await expect(deletion.cancel(viewer, id, 1)).rejects.toThrow(CloudAccountDeletionNotScheduled);
      subscriptions.begin(id);
      await whenUnused(id);

      await expect(deletion.cancel(viewer, id, 1)).rejects.toThrow(VersionConflict);
      await expect(deletion.cancel(stranger, id, 2)).rejects.toThrow(CloudAccountNotFound);
      await expect(deletion.cancel(viewer, hostedId, 1)).rejects.toThrow(CloudAccountIsHosted);
    });

    it('has the same rule for a hosted account that is retired', async () => {
      const subscription = subscriptions.begin(hostedId, stranger.tenantId);

      expect(await deletion.retireHosted(operator, hostedId)).toBe(false);
      expect(await ended(subscription, hostedId, stranger)).toBe(true);
      expect((await deleted.list(1)).items).toMatchObject([{ id: hostedId, requestedByKind: 'OPERATOR' }]);
      expect((await deleted.list(stranger.tenantId)).items).toEqual([]);
    });

    it('is completed by the gateway when the last subscription ended in another way', async () => {
      const [id, other] = [await existing(), await existing('Other')];
      const subscription = subscriptions.begin(id);
      subscriptions.begin(other);
      await whenUnused(id);
      await whenUnused(other);
      subscriptions.end(subscription);

      await new ScheduledDeletionReconciler(accounts, deletion, unitOfWork, new Reconcilers()).reconcile();

      expect([await find(id), await find(other)]).toMatchObject([null, { status: 'DELETING_WHEN_UNUSED' }]);
      expect(events.all.at(-1)).toMatchObject({ type: 'CLOUD_ACCOUNT_DELETED', actor: gateway });
    });
  });
});
