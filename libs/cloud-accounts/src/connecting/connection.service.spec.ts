import { Viewer, type TenantService } from '#libs/access';
import {
  AwsAccessKey,
  CredentialsRejected,
  MissingPermissions,
  type AwsAccessService,
  type AwsVerification,
  type Verification,
} from '#libs/aws-credentials';
import { Secret, VersionConflict } from '#libs/kernel';
import { AccountsPerAwsAccount, AwsAccountRule } from '../aws-account-rule.js';
import { AccountContents } from './account-contents.js';
import { CloudAccountDeletionService } from '../deletion/cloud-account-deletion.service.js';
import { CloudAccountRemoval } from '../deletion/cloud-account-removal.js';
import {
  AwsAccountChangeInUse,
  AwsUserAlreadyConnected,
  CloudAccountIsHosted,
  CloudAccountNameTaken,
  CloudAccountNotFound,
  CloudAccountWithoutCredentials,
  CustomerAccountMustBeAws,
  NoPendingCredentials,
  RegionChangeInUse,
} from '../cloud-account.errors.js';
import type { CloudAccountHealthService } from '../health/cloud-account-health.service.js';
import { CloudAccountService } from './cloud-account.service.js';
import { ConnectionService } from './connection.service.js';
import { CredentialsChange } from './credentials-change.js';
import type { CredentialTrial } from '../credential-trials/credential-trial.entity.js';
import { CredentialTrialService } from '../credential-trials/credential-trial.service.js';
import { CredentialsProver } from '../credential-trials/credentials-prover.js';
import { InMemoryCloudAccounts } from '../testing/in-memory-cloud-accounts.js';
import { InMemoryCredentialTrials } from '../testing/in-memory-credential-trials.js';
import { InMemoryDeletedCloudAccounts } from '../testing/in-memory-deleted-cloud-accounts.js';
import { InMemoryUnitOfWork } from '../testing/in-memory-unit-of-work.js';
import { ListedEvents } from '../testing/listed-events.js';
import { blockersFrom, ListedBlockers } from '../testing/listed-blockers.js';
import { NoRemainingResources } from '../testing/no-remaining-resources.js';
import type { RemainingResource } from '../deletion/remaining-resources.js';
import { TrialPace } from '../credential-trials/trial-pace.js';

const viewer = new Viewer(7, 1, 'Key', 'OWNER', false);
const stranger = new Viewer(8, 2, 'Key', 'OWNER', false);
const hostedId = 1;

const keyOf = (userId: string) => new AwsAccessKey(userId, new Secret('x'));

/** Recognizes every access key: its name is `account/user`, unless another answer was set. */
class TrustingVerification {
  asked = 0;
  /** Other answers of AWS by access key. */
  readonly refusals = new Map<string, CredentialsRejected>();
  readonly lacking = new Set<string>();

  verify: AwsVerification['verify'] = async (key, _, { consoleRoleName }) => {
    this.asked++;
    const id = (key as AwsAccessKey).accessKeyId;
    const [accountId = ''] = id.split('/');
    return {
      report: { checks: [], verdict: 'PASSED' } as unknown as Verification['report'],
      refusal: this.refusals.get(id) ?? null,
      identity: { accountId, userId: id, arn: 'arn' },
      consoleRole: { name: consoleRoleName, arn: 'arn', trustPolicy: '{}' },
      permissions: this.lacking.has(id) ? 'MISSING' : 'COMPLETE',
    };
  };
}

/** Stores access keys without encryption: current ones and candidates. */
class OpenCredentials {
  readonly kept = new Map<number, AwsAccessKey>();
  readonly candidates = new Map<number, AwsAccessKey>();
  private version = 0;

  resolve: AwsAccessService['resolve'] = async (_, given) => given as AwsAccessKey;
  setCurrent: AwsAccessService['setCurrent'] = async (_, { id }, key) => void this.kept.set(id, key as AwsAccessKey);
  markVerified: AwsAccessService['markVerified'] = async () => undefined;
  reveal: AwsAccessService['reveal'] = async (_, id) => this.kept.get(id) ?? null;
  isCurrent: AwsAccessService['isCurrent'] = async (_, id, key) =>
    this.kept.get(id)?.accessKeyId === (key as AwsAccessKey).accessKeyId;
  removeAll: AwsAccessService['removeAll'] = async ({ id }) => void this.kept.delete(id);
  setCandidate: AwsAccessService['setCandidate'] = async (_, { id }, key) => {
    this.candidates.set(id, key as AwsAccessKey);
    return ++this.version;
  };
  revealCandidate: AwsAccessService['revealCandidate'] = async (_, id) => this.candidates.get(id) ?? null;
  removeCandidate: AwsAccessService['removeCandidate'] = async ({ id }) => void this.candidates.delete(id);
  promoteCandidate: AwsAccessService['promoteCandidate'] = async ({ id }) => {
    this.kept.set(id, this.candidates.get(id)!);
    this.candidates.delete(id);
  };

  snapshot(): () => void {
    const maps = [this.kept, this.candidates].map((map) => [map, new Map(map)] as const);
    return () => {
      for (const [map, before] of maps) {
        map.clear();
        for (const [id, key] of before) map.set(id, key);
      }
    };
  }
}

/** Resources in every account. */
class ListedResources extends NoRemainingResources {
  ids: number[] = [];

  override async page(): Promise<RemainingResource[]> {
    return this.ids.map((id) => ({ id, arn: 'arn', kind: 'VPC', region: 'us-east-1', subscriptionId: 1 }));
  }
}

describe('ConnectionService', () => {
  let resources: ListedResources;
  let accounts: InMemoryCloudAccounts;
  let credentials: OpenCredentials;
  let aws: TrustingVerification;
  let trials: InMemoryCredentialTrials;
  let trialService: CredentialTrialService;
  let subscriptions: ListedBlockers;
  let service: ConnectionService;
  let read: CloudAccountService;
  let deletion: CloudAccountDeletionService;
  let events: ListedEvents;

  beforeEach(() => {
    accounts = new InMemoryCloudAccounts();
    credentials = new OpenCredentials();
    aws = new TrustingVerification();
    trials = new InMemoryCredentialTrials();
    subscriptions = new ListedBlockers();
    resources = new ListedResources();
    events = new ListedEvents();
    const unitOfWork = new InMemoryUnitOfWork([accounts, credentials, trials]);
    const pace = Object.assign(new TrialPace(), { patience: 0 });
    const verification = aws as unknown as AwsVerification;
    const prover = new CredentialsProver(verification, pace);
    const keys = credentials as unknown as AwsAccessService;
    const health = { observed: async () => undefined } as unknown as CloudAccountHealthService;
    const awsAccounts = new AwsAccountRule(new AccountsPerAwsAccount(), accounts, {} as TenantService);
    trialService = new CredentialTrialService(
      accounts,
      trials,
      subscriptions,
      keys,
      prover,
      health,
      events,
      unitOfWork,
      pace,
      awsAccounts,
    );
    const blockers = blockersFrom({ SUBSCRIPTION: subscriptions });
    const deleted = new InMemoryDeletedCloudAccounts();
    const removal = new CloudAccountRemoval(
      accounts,
      blockers,
      trialService,
      keys,
      new NoRemainingResources(),
      deleted,
      events,
    );
    deletion = new CloudAccountDeletionService(accounts, blockers, removal, deleted, events, unitOfWork);
    read = new CloudAccountService(accounts, deletion, health);
    service = new ConnectionService(
      accounts,
      new AccountContents(subscriptions, resources),
      new CredentialsChange(keys, prover, trialService, health),
      awsAccounts,
      events,
      unitOfWork,
    );
    aws.refusals.set('refused', new CredentialsRejected('AWS_SECRET_ACCESS_KEY_WRONG', 'No.', 'secretAccessKey'));
  });

  const create = (change: object = {}, remember = async (_: unknown) => {}) =>
    service.create(
      viewer,
      {
        name: 'Production',
        provider: 'AWS',
        region: 'us-east-1',
        access: keyOf('111/A'),
        consoleRoleName: 'console',
        ...change,
      },
      remember,
    );

  describe('create', () => {
    it('stores the account with its access key', async () => {
      const account = await create();

      expect(await read.find(viewer, account.id)).toEqual(account);
      expect(credentials.kept.get(account.id)).toEqual(keyOf('111/A'));
    });

    it('stores nothing if the answer cannot be remembered', async () => {
      const forgetting = create({}, async () => {
        throw new Error('no');
      });

      await expect(forgetting).rejects.toThrow('no');
      expect(await read.count(viewer, { ownership: 'CUSTOMER' })).toBe(0);
      expect(credentials.kept.size).toBe(0);
    });

    it('does not call AWS when the name is taken or the provider is not AWS', async () => {
      await create();
      aws.asked = 0;

      await expect(create({ name: 'PRODUCTION', access: keyOf('111/B') })).rejects.toThrow(CloudAccountNameTaken);
      await expect(create({ name: 'Other', provider: 'GCP' })).rejects.toThrow(CustomerAccountMustBeAws);
      expect(aws.asked).toBe(0);
    });

    it('stores nothing that AWS refuses, and no access key of an account that cannot be added', async () => {
      await expect(create({ access: keyOf('refused') })).rejects.toThrow(CredentialsRejected);
      await create();
      await expect(create({ name: 'Other' })).rejects.toThrow(AwsUserAlreadyConnected);

      expect(await read.count(viewer, { ownership: 'CUSTOMER' })).toBe(1);
      expect(credentials.kept.size).toBe(1);
    });
  });

  describe('update', () => {
    it('verifies a new role with the stored access key', async () => {
      const { id } = await create();

      const updated = await service.update(viewer, { id, expectedVersion: 1, consoleRoleName: 'second' });

      expect(updated).toMatchObject({ consoleRoleName: 'second', awsUserId: '111/A', version: 2 });
    });

    it('does not call AWS to rename', async () => {
      const { id } = await create();
      aws.asked = 0;

      await service.update(viewer, { id, expectedVersion: 1, name: 'Renamed' });

      expect(aws.asked).toBe(0);
    });

    it('changes nothing for the access key that is stored, and does not call AWS', async () => {
      const account = await create();
      aws.asked = 0;

      const same = { id: account.id, expectedVersion: 1, access: keyOf('111/A') };
      expect(await service.update(viewer, same)).toEqual(account);
      expect(await service.update(viewer, { ...same, name: 'Production', consoleRoleName: 'console' })).toEqual(
        account,
      );
      expect(events.all).toHaveLength(1);

      expect(await service.update(viewer, { ...same, name: 'Renamed' })).toMatchObject({ name: 'Renamed', version: 2 });
      expect(events.all.at(-1)?.data).toMatchObject({ changed: ['name'] });
      expect(aws.asked).toBe(0);
    });

    it('verifies a new role with the access key that is sent, even if it is the stored one', async () => {
      const { id } = await create();
      credentials.reveal = () => Promise.reject(new Error('The stored one was opened.'));

      await service.update(viewer, { id, expectedVersion: 1, access: keyOf('111/A'), consoleRoleName: 'second' });

      expect(events.all.at(-1)?.data).toMatchObject({ changed: ['consoleRoleName'] });
    });

    it('refuses another AWS account while the account is in use', async () => {
      const { id } = await create();
      subscriptions.begin(id);

      await expect(service.update(viewer, { id, expectedVersion: 1, access: keyOf('222/A') })).rejects.toThrow(
        AwsAccountChangeInUse,
      );
      expect(await service.update(viewer, { id, expectedVersion: 1, access: keyOf('111/B') })).toMatchObject({
        awsUserId: '111/B',
      });
      subscriptions.clear();
      expect((await service.update(viewer, { id, expectedVersion: 2, access: keyOf('222/A') })).awsAccountId).toBe(
        '222',
      );
    });

    it('notices a change by another caller during the call to AWS', async () => {
      const { id } = await create();
      const verify = aws.verify;
      aws.verify = async (...asked) => {
        await service.update(viewer, { id, expectedVersion: 1, name: 'Changed' });
        return verify(...asked);
      };

      await expect(service.update(viewer, { id, expectedVersion: 1, access: keyOf('111/B') })).rejects.toThrow(
        VersionConflict,
      );
      expect(credentials.kept.get(id)).toEqual(keyOf('111/A'));
      expect(await read.find(viewer, id)).toMatchObject({ name: 'Changed', version: 2, awsUserId: '111/A' });
    });

    it('notices a deletion during the call to AWS, and stores no access key', async () => {
      const { id } = await create();
      const verify = aws.verify;
      aws.verify = async (...asked) => {
        await deletion.delete(viewer, { id });
        return verify(...asked);
      };

      await expect(service.update(viewer, { id, expectedVersion: 1, access: keyOf('111/B') })).rejects.toThrow(
        CloudAccountNotFound,
      );
      expect(credentials.kept.size).toBe(0);
    });
  });

  describe('credentials that AWS does not recognize yet', () => {
    const unknown = new CredentialsRejected('AWS_ACCESS_KEY_UNKNOWN', 'No.', 'accessKeyId', 'InvalidClientTokenId');
    const busy = new CredentialsRejected('AWS_THROTTLED', 'Later.', null, 'Throttling');
    const never = new AbortController().signal;
    const keyThat = (refusal: CredentialsRejected, userId: string) => {
      aws.refusals.set(userId, refusal);
      return keyOf(userId);
    };
    /** Trial, as a process claims it when it is due. */
    const claimed = async (at = Date.now() + 20_000): Promise<CredentialTrial> => {
      const [trial] = await trials.claimDue({ now: new Date(at), until: new Date(at + 30_000), limit: 1 });
      return trial!;
    };
    const attempt = async () => trialService.attempt(await claimed(), never);
    const typesOf = () => events.all.map(({ type }) => type);
    const trialOf = async (id: number) => (await trials.ofAccounts(viewer.tenantId, [id]))[0];
    /** Makes the trial expire. */
    const timeIsUpFor = async (id: number) =>
      trials.put(
        (await accounts.hold(viewer.tenantId, id))!,
        Object.assign((await trialOf(id))!, { expiresAt: new Date(Date.now() - 1) }),
      );

    it('are stored separately, and the account has no AWS account ID yet', async () => {
      const account = await create({ access: keyThat(unknown, '111/A'), nodeRoleName: 'nodes' });

      expect(account).toMatchObject({
        status: 'PROPAGATING',
        awsAccountId: null,
        awsUserId: null,
        consoleRoleName: 'console',
        consoleRoleArn: null,
        nodeRoleName: 'nodes',
        version: 1,
      });
      expect(credentials.kept.size).toBe(0);
      expect(credentials.candidates.get(account.id)).toEqual(keyOf('111/A'));
      expect(typesOf()).toEqual(['CLOUD_ACCOUNT_CREATED', 'CREDENTIALS_PROPAGATING']);
    });

    it('become the current ones when AWS recognizes them, with the name of the API key that set them', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });
      await attempt();
      expect(await trialOf(id)).toMatchObject({
        attempt: 2,
        leaseOwner: null,
        lastErrorCode: 'AWS_ACCESS_KEY_UNKNOWN',
      });
      aws.refusals.delete('111/A');
      await attempt();

      expect(await read.find(viewer, id)).toMatchObject({ status: 'ACTIVE', awsUserId: '111/A', version: 1 });
      expect(credentials.kept.get(id)).toEqual(keyOf('111/A'));
      expect(credentials.candidates.size).toBe(0);
      expect(await trialOf(id)).toBeUndefined();
      expect(events.all.at(-1)).toMatchObject({ type: 'CREDENTIALS_PROVEN', actor: viewer.actor });
    });

    it('are tried while AWS is unavailable, until they expire; then the last error is the reason', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });
      aws.refusals.set('111/A', busy);
      await attempt();
      expect(await trialOf(id)).toMatchObject({ endedAt: null, lastErrorCode: 'AWS_THROTTLED' });
      await timeIsUpFor(id);
      await attempt();

      expect(await read.find(viewer, id)).toMatchObject({ status: 'ERROR', awsUserId: null });
      expect(await trialOf(id)).toMatchObject({ isOpen: false, nextAttemptAt: null, lastErrorCode: 'AWS_THROTTLED' });
      expect(credentials.candidates.size).toBe(0);
      expect(events.all.at(-1)).toMatchObject({ type: 'CREDENTIALS_REJECTED', data: { code: 'AWS_THROTTLED' } });
      expect(await claimed()).toBeUndefined();
    });

    it.each([
      [
        'another secret',
        new CredentialsRejected('AWS_SECRET_ACCESS_KEY_WRONG', 'No.', 'secretAccessKey', 'SignatureDoesNotMatch'),
      ],
      ['no role', new CredentialsRejected('AWS_ROLE_NOT_FOUND', 'No.', 'consoleRoleName', 'NoSuchEntity')],
    ])('are rejected immediately when they have %s', async (_, refusal) => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });
      aws.refusals.set('111/A', refusal);
      await attempt();

      expect((await read.find(viewer, id))?.status).toBe('ERROR');
      expect(await trialOf(id)).toMatchObject({ lastErrorCode: refusal.code, isOpen: false });
    });

    it('are rejected when their user is connected by then, and the account shows that', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });
      aws.refusals.delete('111/A');
      await create({ name: 'Faster' });
      await attempt();

      expect(await read.find(viewer, id)).toMatchObject({ status: 'ERROR', awsUserId: null });
      expect(await trialOf(id)).toMatchObject({ lastErrorCode: 'AWS_USER_ALREADY_CONNECTED' });
      expect(credentials.candidates.size).toBe(0);
    });

    it('keep the current ones in use, and replace them after verification', async () => {
      const { id } = await create();
      const updated = await service.update(viewer, {
        id,
        expectedVersion: 1,
        access: keyThat(unknown, '111/B'),
        name: 'New',
      });

      expect(updated).toMatchObject({ status: 'ACTIVE', awsUserId: '111/A', name: 'New', version: 2 });
      expect(credentials.kept.get(id)).toEqual(keyOf('111/A'));

      aws.refusals.delete('111/B');
      await attempt();
      expect(await read.find(viewer, id)).toMatchObject({ status: 'ACTIVE', awsUserId: '111/B', version: 2 });
      expect(credentials.kept.get(id)).toEqual(keyOf('111/B'));
    });

    it('keep the current ones in use when they are rejected', async () => {
      const { id } = await create();
      await service.update(viewer, { id, expectedVersion: 1, access: keyThat(unknown, '111/B') });
      await timeIsUpFor(id);
      await attempt();

      expect(await read.find(viewer, id)).toMatchObject({ status: 'ACTIVE', awsUserId: '111/A', version: 2 });
      expect(credentials.kept.get(id)).toEqual(keyOf('111/A'));
      expect(credentials.candidates.size).toBe(0);
    });

    it('are rejected when a subscription was created in the meantime and they belong to another AWS account', async () => {
      const { id } = await create();
      await service.update(viewer, { id, expectedVersion: 1, access: keyThat(unknown, '222/A') });
      subscriptions.begin(id);
      aws.refusals.delete('222/A');
      await attempt();

      expect(await read.find(viewer, id)).toMatchObject({ status: 'ACTIVE', awsAccountId: '111' });
      expect(await trialOf(id)).toMatchObject({ lastErrorCode: 'AWS_ACCOUNT_CHANGE_IN_USE' });
    });

    it.each<[string, (id: number) => Promise<unknown>]>([
      [
        'others were set',
        (id) => service.update(viewer, { id, expectedVersion: 2, access: keyThat(unknown, '111/C') }),
      ],
      ['they were cancelled', (id) => trialService.cancel(viewer, id, 2)],
      ['another key was proven', (id) => service.update(viewer, { id, expectedVersion: 2, access: keyOf('111/D') })],
      ['the lease was lost', () => claimed(Date.now() + 120_000)],
      ['another role was set', (id) => service.update(viewer, { id, expectedVersion: 2, consoleRoleName: 'second' })],
      ['the account was deleted', (id) => deletion.delete(viewer, { id })],
    ])('change nothing when %s during the call to AWS', async (_, interfere) => {
      const { id } = await create();
      await service.update(viewer, { id, expectedVersion: 1, access: keyThat(unknown, '111/B') });
      const mine = await claimed();
      const verify = aws.verify;
      let after: unknown;
      const everything = async () => [
        await read.find(viewer, id),
        await trialOf(id),
        credentials.kept.get(id),
        credentials.candidates.get(id),
        events.all.length,
      ];
      aws.verify = async (...asked) => {
        aws.verify = verify;
        aws.refusals.delete('111/B');
        await interfere(id);
        after = await everything();
        return verify(...asked);
      };
      await trialService.attempt(mine, never);

      expect(await everything()).toEqual(after);
      expect((await read.find(viewer, id))?.awsUserId).not.toBe('111/B');
    });

    it('are tried with the role that was set last', async () => {
      const { id } = await create();
      await service.update(viewer, { id, expectedVersion: 1, access: keyThat(unknown, '111/B') });
      await service.update(viewer, { id, expectedVersion: 2, consoleRoleName: 'second' });
      aws.refusals.delete('111/B');
      await attempt();

      expect(await read.find(viewer, id)).toMatchObject({ awsUserId: '111/B', consoleRoleName: 'second' });
    });

    it('are released when the gateway stops, and due immediately', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });
      const stopping = new AbortController();
      aws.verify = () => new Promise(() => stopping.abort());

      await trialService.attempt(await claimed(), stopping.signal);

      expect(await trialOf(id)).toMatchObject({ attempt: 1, leaseOwner: null, isOpen: true });
      expect((await trialOf(id))!.nextAttemptAt!.getTime()).toBeLessThanOrEqual(Date.now());
    });

    it('can be replaced after they were rejected, which makes the account ACTIVE', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });
      await timeIsUpFor(id);
      await attempt();
      await expect(service.update(viewer, { id, expectedVersion: 1, consoleRoleName: 'x' })).rejects.toThrow(
        CloudAccountWithoutCredentials,
      );

      const again = await service.update(viewer, { id, expectedVersion: 1, access: keyThat(unknown, '111/B') });
      expect(again).toMatchObject({ status: 'PROPAGATING', version: 2 });
      const mended = await service.update(viewer, { id, expectedVersion: 2, access: keyOf('111/C') });

      expect(mended).toMatchObject({ status: 'ACTIVE', awsUserId: '111/C', consoleRoleName: 'console' });
      expect(await trialOf(id)).toBeUndefined();
    });

    it('make the account ERROR when they are cancelled before any have worked', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });

      expect(await trialService.cancel(viewer, id, 1)).toMatchObject({ status: 'ERROR', version: 2 });
      expect(credentials.candidates.size).toBe(0);
      expect(await trialOf(id)).toBeUndefined();
      expect(events.all.at(-1)).toMatchObject({ type: 'CREDENTIALS_CANCELLED', actor: viewer.actor });
      await expect(trialService.cancel(viewer, id, 2)).rejects.toThrow(NoPendingCredentials);
    });

    it('are deleted with the account', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A') });
      await deletion.delete(viewer, { id });

      expect(credentials.candidates.size).toBe(0);
      expect(await trialOf(id)).toBeUndefined();
    });

    it('are saved without all permissions when that was allowed', async () => {
      const { id } = await create({ access: keyThat(unknown, '111/A'), allowMissingPermissions: true });
      aws.lacking.add('111/A');
      aws.refusals.delete('111/A');
      await attempt();

      expect(await read.find(viewer, id)).toMatchObject({ status: 'MISSING_PERMISSIONS', awsUserId: '111/A' });
    });
  });

  describe('a change of the region', () => {
    const move = (id: number, change: object = {}) =>
      service.update(viewer, { id, expectedVersion: 1, region: 'eu-west-1', ...change });

    it('is refused when AWS refuses the credentials there', async () => {
      const { id } = await create();
      aws.refusals.set('111/A', new CredentialsRejected('AWS_ACCESS_KEY_UNKNOWN', 'No.', 'accessKeyId'));

      await expect(move(id)).rejects.toThrow(CredentialsRejected);
      expect(await read.find(viewer, id)).toMatchObject({ region: 'us-east-1', version: 1 });
    });

    it('is refused with credentials that AWS does not recognize yet, because the current ones are in use until then', async () => {
      const { id } = await create();
      aws.refusals.set('111/B', new CredentialsRejected('AWS_ACCESS_KEY_UNKNOWN', 'No.', 'accessKeyId'));

      await expect(move(id, { access: keyOf('111/B') })).rejects.toThrow(CredentialsRejected);
      expect(await read.find(viewer, id)).toMatchObject({ region: 'us-east-1', version: 1 });
      expect(credentials.candidates.size).toBe(0);
    });

    it('is made immediately when no credentials have worked yet', async () => {
      aws.refusals.set('111/A', new CredentialsRejected('AWS_ACCESS_KEY_UNKNOWN', 'No.', 'accessKeyId'));
      const { id } = await create();

      await move(id, { access: keyOf('111/A') });
      expect(await read.find(viewer, id)).toMatchObject({ region: 'eu-west-1', status: 'PROPAGATING' });
      await expect(service.update(viewer, { id, expectedVersion: 2, region: 'us-west-2' })).rejects.toThrow(
        CloudAccountWithoutCredentials,
      );
    });

    it('is refused while resources remain, or when a subscription is created during the call to AWS', async () => {
      const { id } = await create();
      resources.ids = [1];
      await expect(move(id)).rejects.toThrow(RegionChangeInUse);

      resources.ids = [];
      const verify = aws.verify;
      aws.verify = (...asked) => {
        subscriptions.begin(id);
        return verify(...asked);
      };
      await expect(move(id)).rejects.toThrow(RegionChangeInUse);
      expect(await read.find(viewer, id)).toMatchObject({ region: 'us-east-1', version: 1 });
    });
  });

  it('accepts credentials that lack permissions only if allowed, and others then complete them', async () => {
    aws.lacking.add('111/A');

    await expect(create()).rejects.toThrow(MissingPermissions);
    const { id, status } = await create({ allowMissingPermissions: true });
    expect(status).toBe('MISSING_PERMISSIONS');
    expect(await service.update(viewer, { id, expectedVersion: 1, access: keyOf('111/B') })).toMatchObject({
      status: 'ACTIVE',
    });
  });

  it.each<[string, (id: number, as: Viewer) => Promise<unknown>]>([
    ['update', (id, as) => service.update(as, { id, expectedVersion: 1, name: 'x' })],
    ['delete', (id, as) => deletion.delete(as, { id })],
    ['hold', (id, as) => read.hold(as, id)],
  ])('%s does not find accounts of another tenant', async (_, act) => {
    const { id } = await create();

    await expect(act(id, stranger)).rejects.toThrow(CloudAccountNotFound);
    await expect(act(999_999, viewer)).rejects.toThrow(CloudAccountNotFound);
  });

  it('is refused for the hosted account', async () => {
    await expect(service.update(viewer, { id: hostedId, expectedVersion: 1, name: 'x' })).rejects.toThrow(
      CloudAccountIsHosted,
    );
    await expect(deletion.delete(viewer, { id: hostedId })).rejects.toThrow(CloudAccountIsHosted);
  });
});
