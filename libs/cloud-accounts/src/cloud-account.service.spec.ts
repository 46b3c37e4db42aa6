import { Viewer } from '#libs/access';
import { AwsAccessKey, CredentialsRejected, type AwsCredentialsService } from '#libs/aws-credentials';
import { Events, type NewEvent } from '#libs/events';
import { Secret, VersionConflict } from '#libs/kernel';
import { ActiveSubscriptions, type ActiveSubscription, type SubscriptionsInTheWay } from './active-subscriptions.js';
import {
  AwsAccountChangeInUse,
  AwsUserAlreadyConnected,
  CloudAccountInUse,
  CloudAccountIsHosted,
  CloudAccountNameTaken,
  CloudAccountNotFound,
  CustomerAccountMustBeAws,
} from './cloud-account.errors.js';
import { CloudAccountService } from './cloud-account.service.js';
import { InMemoryCloudAccounts } from './testing/in-memory-cloud-accounts.js';
import { InMemoryUnitOfWork } from './testing/in-memory-unit-of-work.js';

const viewer = new Viewer(7, 1, 'Key', 'OWNER', false);
const stranger = new Viewer(8, 2, 'Key', 'OWNER', false);
const hostedId = 1;

const keyOf = (userId: string) => new AwsAccessKey(userId, new Secret('x'));

/** Proves every key: it belongs to the user it is named after, of the account before the slash. */
class TrustingCredentials {
  readonly kept = new Map<number, AwsAccessKey>();
  asked = 0;

  prove: AwsCredentialsService['prove'] = async (key, _, name) => {
    this.asked++;
    if (key.accessKeyId === 'refused') throw new CredentialsRejected('AWS_SECRET_WRONG', 'No.', 'secretAccessKey');
    const [accountId = ''] = key.accessKeyId.split('/');
    return { key, identity: { accountId, userId: key.accessKeyId, arn: 'arn' }, consoleRole: { name, arn: 'arn' } };
  };
  keep: AwsCredentialsService['keep'] = async (_, id, key) => void this.kept.set(id, key);
  verified: AwsCredentialsService['verified'] = async () => undefined;
  reveal: AwsCredentialsService['reveal'] = async (_, id) => this.kept.get(id) ?? null;
  has: AwsCredentialsService['has'] = async (_, id, key) => this.kept.get(id)?.accessKeyId === key.accessKeyId;
  shred: AwsCredentialsService['shred'] = async (_, id) => void this.kept.delete(id);

  snapshot(): () => void {
    const before = new Map(this.kept);
    return () => {
      this.kept.clear();
      for (const [id, key] of before) this.kept.set(id, key);
    };
  }
}

class ListedSubscriptions extends ActiveSubscriptions {
  readonly all: (ActiveSubscription & { cloudAccountId: number })[] = [];

  async on(cloudAccountId: number, limit: number): Promise<SubscriptionsInTheWay> {
    const active = this.all.filter((subscription) => subscription.cloudAccountId === cloudAccountId);
    return { listed: active.slice(0, limit), total: active.length };
  }

  async countOn(cloudAccountIds: readonly number[]): Promise<number[]> {
    return Promise.all(cloudAccountIds.map(async (id) => (await this.on(id, 0)).total));
  }

  begin(cloudAccountId: number): void {
    this.all.push({ id: this.all.length + 1, tenantId: 7, name: 'Orders', status: 'ACTIVE', cloudAccountId });
  }
}

class ListedEvents extends Events {
  readonly all: NewEvent[] = [];

  async record(event: NewEvent): Promise<void> {
    this.all.push(event);
  }
}

describe('CloudAccountService', () => {
  let accounts: InMemoryCloudAccounts;
  let credentials: TrustingCredentials;
  let subscriptions: ListedSubscriptions;
  let service: CloudAccountService;
  let events: ListedEvents;

  beforeEach(() => {
    accounts = new InMemoryCloudAccounts();
    credentials = new TrustingCredentials();
    subscriptions = new ListedSubscriptions();
    events = new ListedEvents();
    const unitOfWork = new InMemoryUnitOfWork([accounts, credentials]);
    service = new CloudAccountService(
      accounts,
      subscriptions,
      credentials as unknown as AwsCredentialsService,
      undefined as never,
      events,
      unitOfWork,
    );
  });

  const create = (change: object = {}, remember = async (_: unknown) => {}) =>
    service.create(
      viewer,
      {
        name: 'Production',
        provider: 'AWS',
        region: 'us-east-1',
        key: keyOf('111/A'),
        consoleRoleName: 'console',
        ...change,
      },
      remember,
    );

  describe('create', () => {
    it('keeps the account with its key', async () => {
      const account = await create();

      expect(await service.find(viewer, account.id)).toEqual(account);
      expect(credentials.kept.get(account.id)).toEqual(keyOf('111/A'));
    });

    it('keeps nothing that cannot be remembered', async () => {
      const forgetting = create({}, async () => {
        throw new Error('no');
      });

      await expect(forgetting).rejects.toThrow('no');
      expect(await service.count(viewer, { ownership: 'CUSTOMER' })).toBe(0);
      expect(credentials.kept.size).toBe(0);
    });

    it('asks AWS for nothing when the name is taken or the provider is not AWS', async () => {
      await create();
      credentials.asked = 0;

      await expect(create({ name: 'PRODUCTION', key: keyOf('111/B') })).rejects.toThrow(CloudAccountNameTaken);
      await expect(create({ name: 'Other', provider: 'GCP' })).rejects.toThrow(CustomerAccountMustBeAws);
      expect(credentials.asked).toBe(0);
    });

    it('keeps nothing that AWS refuses, and no key of an account that cannot be added', async () => {
      await expect(create({ key: keyOf('refused') })).rejects.toThrow(CredentialsRejected);
      await create();
      await expect(create({ name: 'Other' })).rejects.toThrow(AwsUserAlreadyConnected);

      expect(await service.count(viewer, { ownership: 'CUSTOMER' })).toBe(1);
      expect(credentials.kept.size).toBe(1);
    });
  });

  describe('update', () => {
    it('proves a new role with the stored key', async () => {
      const { id } = await create();

      const updated = await service.update(viewer, { id, expectedVersion: 1, consoleRoleName: 'second' });

      expect(updated).toMatchObject({ consoleRoleName: 'second', awsUserId: '111/A', version: 2 });
    });

    it('asks AWS for nothing to rename', async () => {
      const { id } = await create();
      credentials.asked = 0;

      await service.update(viewer, { id, expectedVersion: 1, name: 'Renamed' });

      expect(credentials.asked).toBe(0);
    });

    it('changes nothing for the key it has, and asks AWS for nothing', async () => {
      const account = await create();
      credentials.asked = 0;

      const same = { id: account.id, expectedVersion: 1, key: keyOf('111/A') };
      expect(await service.update(viewer, same)).toEqual(account);
      expect(await service.update(viewer, { ...same, name: 'Production', consoleRoleName: 'console' })).toEqual(
        account,
      );
      expect(events.all).toHaveLength(1);

      expect(await service.update(viewer, { ...same, name: 'Renamed' })).toMatchObject({ name: 'Renamed', version: 2 });
      expect(events.all.at(-1)?.data).toMatchObject({ changed: ['name'] });
      expect(credentials.asked).toBe(0);
    });

    it('proves a new role with the key that is sent along, though it is the stored one', async () => {
      const { id } = await create();
      credentials.reveal = () => Promise.reject(new Error('The stored one was opened.'));

      await service.update(viewer, { id, expectedVersion: 1, key: keyOf('111/A'), consoleRoleName: 'second' });

      expect(events.all.at(-1)?.data).toMatchObject({ changed: ['consoleRoleName'] });
    });

    it('leaves an account in use in its AWS account', async () => {
      const { id } = await create();
      subscriptions.begin(id);

      await expect(service.update(viewer, { id, expectedVersion: 1, key: keyOf('222/A') })).rejects.toThrow(
        AwsAccountChangeInUse,
      );
      expect(await service.update(viewer, { id, expectedVersion: 1, key: keyOf('111/B') })).toMatchObject({
        awsUserId: '111/B',
      });
      subscriptions.all.length = 0;
      expect((await service.update(viewer, { id, expectedVersion: 2, key: keyOf('222/A') })).awsAccountId).toBe('222');
    });

    it('notices that somebody changed the account while AWS was asked', async () => {
      const { id } = await create();
      const prove = credentials.prove;
      credentials.prove = async (...asked) => {
        await service.update(viewer, { id, expectedVersion: 1, name: 'Meanwhile' });
        return prove(...asked);
      };

      await expect(service.update(viewer, { id, expectedVersion: 1, key: keyOf('111/B') })).rejects.toThrow(
        VersionConflict,
      );
      expect(credentials.kept.get(id)).toEqual(keyOf('111/A'));
      expect(await service.find(viewer, id)).toMatchObject({ name: 'Meanwhile', version: 2, awsUserId: '111/A' });
    });

    it('notices that somebody deleted it while AWS was asked, and keeps no key', async () => {
      const { id } = await create();
      const prove = credentials.prove;
      credentials.prove = async (...asked) => {
        await service.delete(viewer, id);
        return prove(...asked);
      };

      await expect(service.update(viewer, { id, expectedVersion: 1, key: keyOf('111/B') })).rejects.toThrow(
        CloudAccountNotFound,
      );
      expect(credentials.kept.size).toBe(0);
    });
  });

  describe('delete', () => {
    it('removes the account and its key', async () => {
      const { id } = await create();

      await service.delete(viewer, id, 1);

      expect(await service.find(viewer, id)).toBeNull();
      expect(credentials.kept.size).toBe(0);
    });

    it('names what stands on the account, the first hundred and their number', async () => {
      const { id } = await create();
      for (let i = 0; i < 101; i++) subscriptions.begin(id);

      const refused: unknown = await service.delete(viewer, id).catch((error: unknown) => error);

      expect(refused).toBeInstanceOf(CloudAccountInUse);
      expect(refused).toMatchObject({ blockerCount: 101, blockers: { length: 100 } });
      expect(await service.find(viewer, id)).not.toBeNull();
    });
  });

  it.each<[string, (id: number, as: Viewer) => Promise<unknown>]>([
    ['update', (id, as) => service.update(as, { id, expectedVersion: 1, name: 'x' })],
    ['delete', (id, as) => service.delete(as, id)],
    ['hold', (id, as) => service.hold(as, id)],
  ])("%s finds nothing of another tenant's", async (_, act) => {
    const { id } = await create();

    await expect(act(id, stranger)).rejects.toThrow(CloudAccountNotFound);
    await expect(act(999_999, viewer)).rejects.toThrow(CloudAccountNotFound);
  });

  it('leaves the hosted account to its operator', async () => {
    await expect(service.update(viewer, { id: hostedId, expectedVersion: 1, name: 'x' })).rejects.toThrow(
      CloudAccountIsHosted,
    );
    await expect(service.delete(viewer, hostedId)).rejects.toThrow(CloudAccountIsHosted);
  });
});
