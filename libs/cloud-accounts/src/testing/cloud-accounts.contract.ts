import { AwsAccessKey, type Verification } from '#libs/aws-credentials';
import { Secret, VersionConflict, type Held, type PageRequest, type UnitOfWork } from '#libs/kernel';
import { CloudAccount } from '../cloud-account.entity.js';
import {
  AwsUserAlreadyConnected,
  CloudAccountIsHosted,
  CloudAccountNameTaken,
  CloudAccountNotFound,
} from '../cloud-account.errors.js';
import type { CloudAccountOrderField, CloudAccounts } from '../cloud-accounts.js';

const hostedId = 1;

let users = 0;

/** Creates an account that can be added. */
export function anAccount(change: {
  tenantId: number;
  name?: string;
  userId?: string;
  createdAt?: string;
  /** Whether AWS has accepted its access key. */
  isKnown?: boolean;
}): CloudAccount {
  const { tenantId, name = `Account ${++users}`, userId = `AIDA${++users}`, createdAt, isKnown = true } = change;
  const accountId = '123456789012';
  const access = new AwsAccessKey('AKIAIOSFODNN7EXAMPLE', new Secret('x'));
  const roles = { consoleRoleName: 'console', nodeRoleName: null };
  const proof = {
    access,
    identity: { accountId, userId, arn: `arn:aws:iam::${accountId}:user/gateway` },
    consoleRole: { name: 'console', arn: `arn:aws:iam::${accountId}:role/console` },
    nodeRoleName: null,
    lacksPermissions: false,
    verification: {} as Verification,
  };
  return CloudAccount.create(
    { tenantId, name, provider: 'AWS', region: 'eu-west-1', access, ...roles, proof: isKnown ? proof : null },
    new Date(createdAt ?? '2026-02-28T12:34:56.789Z'),
  );
}

/**
 * Contract of every implementation of CloudAccounts.
 *
 * @param make creates a collection with only the hosted account, and its units of work, for each test
 * @param tenantIds two tenants that exist, if the collection requires it
 */
export function itBehavesLikeCloudAccounts(
  make: () => Promise<{ accounts: CloudAccounts; unitOfWork: UnitOfWork; tenantIds: readonly [number, number] }>,
): void {
  let accounts: CloudAccounts;
  let unitOfWork: UnitOfWork;
  let mine: number;
  let theirs: number;
  beforeEach(async () => {
    ({
      accounts,
      unitOfWork,
      tenantIds: [mine, theirs],
    } = await make());
  });

  const added = async (change: Partial<Parameters<typeof anAccount>[0]> = {}) => {
    return accounts.add(anAccount({ tenantId: mine, ...change }));
  };
  const idsOf = (found: readonly CloudAccount[]) => found.map(({ id }) => id);

  it('assigns an ID to an account, and returns it as it was added', async () => {
    const [one, other] = [await added(), await added()];

    expect(one.id).toBeGreaterThan(1000);
    expect(other.id).toBeGreaterThan(one.id);
    expect(await accounts.find(mine, one.id)).toEqual(one);
    expect(await accounts.find(mine, one.id)).toBeInstanceOf(CloudAccount);
  });

  it('shows a tenant its own accounts and the hosted one', async () => {
    const [own, foreign] = [await added(), await added({ tenantId: theirs })];

    expect(await accounts.find(mine, foreign.id)).toBeNull();
    expect(idsOf(await accounts.findMany(mine, [foreign.id, own.id, hostedId, 999_999])).sort()).toEqual([
      hostedId,
      own.id,
    ]);
    expect(await accounts.findMany(mine, [])).toEqual([]);
    expect((await accounts.find(theirs, hostedId))?.ownership).toBe('HOSTED');
    expect(await accounts.count(mine, {})).toBe(2);
  });

  it('lists only the hosted accounts', async () => {
    await added();
    const moment = new Date('2026-03-03T00:00:00.000Z');
    const details = { name: 'In Europe', provider: 'AZURE', region: 'westeurope' } as const;
    const hosted = await accounts.add(CloudAccount.createHosted(details, moment));

    expect(idsOf(await accounts.listHosted())).toEqual([hostedId, hosted.id]);
    expect(await accounts.find(theirs, hosted.id)).toEqual(hosted);
    await accounts.remove(hosted);
  });

  it('finds the names of a tenant', async () => {
    await added({ name: 'Production' });

    expect(await accounts.hasName(mine, 'production')).toBe(true);
    expect(await accounts.hasName(mine, 'Production')).toBe(false);
    expect(await accounts.hasName(theirs, 'production')).toBe(false);
    expect(await accounts.hasName(mine, 'hosted')).toBe(false);
  });

  it('refuses the same name twice in a tenant, but not in different tenants', async () => {
    await added({ name: 'Taken' });

    await expect(added({ name: 'TAKEN' })).rejects.toThrow(CloudAccountNameTaken);
    await expect(added({ name: 'Taken', tenantId: theirs })).resolves.toBeInstanceOf(CloudAccount);
    expect(await accounts.count(mine, {})).toBe(2);
  });

  it('refuses the same IAM user twice, also in different tenants, and names the other account only to its own tenant', async () => {
    const { id } = await added({ userId: 'AIDATWICE' });

    await expect(added({ userId: 'AIDATWICE' })).rejects.toEqual(new AwsUserAlreadyConnected(id));
    const foreign = added({ userId: 'AIDATWICE', tenantId: theirs });
    await expect(foreign).rejects.toEqual(new AwsUserAlreadyConnected(null));
    await expect(foreign).rejects.toMatchObject({ ownAccountId: null });
  });

  it('accepts one of twenty concurrent accounts with the same name', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => unitOfWork.run(() => added({ name: 'Wanted' }))),
    );

    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refused).toHaveLength(19);
    for (const reason of refused) expect(reason).toBeInstanceOf(CloudAccountNameTaken);
  });

  it('stores a change only on update', async () => {
    const account = await added();
    account.change({ name: 'Renamed' }, new Date('2026-03-01T00:00:00.001Z'));
    expect((await accounts.find(mine, account.id))?.name).not.toBe('Renamed');

    await unitOfWork.run(() => accounts.update(account));

    expect(await accounts.find(mine, account.id)).toEqual(account);
  });

  it('refuses a change to a value that another account has, and keeps the previous one', async () => {
    await added({ name: 'Taken' });
    const account = await added({ name: 'Before' });
    account.change({ name: 'taken' }, new Date());

    await expect(accounts.update(account)).rejects.toThrow(CloudAccountNameTaken);
    expect((await accounts.find(mine, account.id))?.name).toBe('Before');
  });

  it('accepts any number of accounts whose user is not known yet, and refuses the second one with the same user', async () => {
    const [first, second] = [await added({ isKnown: false }), await added({ isKnown: false })];
    const proof = (account: Held<CloudAccount>) =>
      Object.assign(account, { awsAccountId: '123456789012', awsUserId: 'AIDALATER' });
    await accounts.update(proof(first));

    await expect(accounts.update(proof(second))).rejects.toMatchObject({
      code: 'AWS_USER_ALREADY_CONNECTED',
      ownAccountId: first.id,
    });
    expect(await accounts.find(mine, second.id)).toMatchObject({ status: 'PROPAGATING', awsUserId: null });
  });

  it('removes an account, frees its values, and never reuses its ID', async () => {
    const gone = await added({ name: 'Gone', userId: 'AIDAGONE' });
    await accounts.remove(gone);

    expect(await accounts.find(mine, gone.id)).toBeNull();
    expect((await added({ name: 'Gone', userId: 'AIDAGONE' })).id).toBeGreaterThan(gone.id);
  });

  it('rolls back a failed unit of work', async () => {
    const account = await added();
    const failed = unitOfWork.run(async () => {
      await accounts.remove(account);
      await added({ name: 'Never there' });
      throw new Error('no');
    });

    await expect(failed).rejects.toThrow('no');
    expect(await accounts.find(mine, account.id)).toEqual(account);
    expect(await accounts.hasName(mine, 'never there')).toBe(false);
  });

  it('lets one unit of work at a time lock an account', async () => {
    const { id } = await added();

    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        unitOfWork.run(async (now) => {
          const held = (await accounts.hold(mine, id))!;
          await new Promise((resolve) => setTimeout(resolve, 5));
          held.change({ name: `Writer ${i}` }, now);
          await accounts.update(held);
        }),
      ),
    );

    expect((await accounts.find(mine, id))?.version).toBe(9);
  });

  it('locks no account of another tenant, except the hosted account', async () => {
    const foreign = await added({ tenantId: theirs });

    expect(await unitOfWork.run(() => accounts.hold(mine, foreign.id))).toBeNull();
    expect((await unitOfWork.run(() => accounts.hold(mine, hostedId)))?.id).toBe(hostedId);
  });

  it('locks for a change what the tenant can change, in the version it has read', async () => {
    const { id } = await added();
    const foreign = await added({ tenantId: theirs });
    const hold = (which: number, version: number) => unitOfWork.run(() => accounts.holdForChange(mine, which, version));

    expect((await hold(id, 1)).id).toBe(id);
    expect((await unitOfWork.run(() => accounts.holdOwn(mine, id))).id).toBe(id);
    await expect(hold(foreign.id, 2)).rejects.toThrow(CloudAccountNotFound);
    await expect(hold(hostedId, 2)).rejects.toThrow(CloudAccountIsHosted);
    await expect(hold(id, 2)).rejects.toThrow(VersionConflict);
    await expect(accounts.findForChange(mine, id, 2)).rejects.toThrow(VersionConflict);
  });

  describe('lists', () => {
    const page = (request: Partial<PageRequest<CloudAccountOrderField>> = {}, filter = {}) =>
      accounts.list(mine, filter, {
        orderBy: { field: 'CREATED_AT', direction: 'ASC' },
        count: 100,
        from: 'start',
        ...request,
      });

    it('in either order, by ID where the values are equal', async () => {
      const late = await added({ name: 'a', createdAt: '2026-05-05T00:00:00.000Z' });
      const same = await added({ name: 'C', createdAt: '2026-05-05T00:00:00.000Z' });
      const early = await added({ name: 'B', createdAt: '2026-04-04T00:00:00.000Z' });

      const byMoment = [hostedId, early.id, late.id, same.id];
      expect(idsOf((await page()).items)).toEqual(byMoment);
      expect(idsOf((await page({ orderBy: { field: 'CREATED_AT', direction: 'DESC' } })).items)).toEqual(
        byMoment.toReversed(),
      );
      expect(idsOf((await page({ orderBy: { field: 'NAME', direction: 'ASC' } })).items)).toEqual([
        late.id,
        early.id,
        same.id,
        hostedId,
      ]);
    });

    it('pages of the list from either end', async () => {
      const moment = '2026-05-05T00:00:00.000Z';
      const all = [hostedId];
      for (let i = 0; i < 4; i++) all.push((await added({ createdAt: moment })).id);
      const at = (i: number) => ({ value: new Date(moment).getTime(), id: all[i]! });

      expect(await page({ count: 2, after: at(1) }).then(shape)).toEqual([all.slice(2, 4), true, true]);
      expect(await page({ count: 2, after: at(2) }).then(shape)).toEqual([all.slice(3), false, true]);
      expect(await page({ count: 2, before: at(3), from: 'end' }).then(shape)).toEqual([all.slice(1, 3), true, true]);
      expect(await page({ count: 3, before: at(3), from: 'end' }).then(shape)).toEqual([all.slice(0, 3), true, false]);
      expect(await page({ after: at(1), before: at(4) }).then(shape)).toEqual([all.slice(2, 4), false, true]);
      expect(await page({ after: at(4) }).then(shape)).toEqual([[], false, true]);
    });

    it('accounts that match every field of a filter', async () => {
      const { id } = await added();

      expect(idsOf((await page({}, { ownership: 'HOSTED' })).items)).toEqual([hostedId]);
      expect(idsOf((await page({}, { ownership: 'CUSTOMER', isSandbox: false, provider: ['AWS'] })).items)).toEqual([
        id,
      ]);
      expect(await accounts.count(mine, { status: ['ACTIVE', 'ERROR'] })).toBe(2);
      expect(await accounts.count(mine, { status: [] })).toBe(0);
      expect(await accounts.count(mine, { isSandbox: true })).toBe(0);
    });

    const shape = ({ items, hasNextPage, hasPreviousPage }: Awaited<ReturnType<typeof page>>) => [
      idsOf(items),
      hasNextPage,
      hasPreviousPage,
    ];
  });
}
