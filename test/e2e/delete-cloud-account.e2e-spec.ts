import { Gateway } from '../support/gateway.js';
import { deleteCloudAccount, hostedAccount, numberOf, stepsWith } from '../support/steps.js';

describe('deleteCloudAccount', () => {
  let gateway: Gateway;
  const { createAccount, createSubscription, deleteAccount, endSubscription, readAccount, refusals } = stepsWith(
    () => gateway,
  );

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  it('is refused while the account has an active subscription, which it names', async () => {
    const { id } = await createAccount();
    const subscription = await createSubscription(id);

    const { deleteCloudAccount: payload } = await gateway.ask(deleteCloudAccount, { input: { id } });

    expect(payload).toMatchObject({
      deletedCloudAccountId: null,
      userErrors: [
        {
          __typename: 'CloudAccountInUseError',
          code: 'CLOUD_ACCOUNT_IN_USE',
          path: ['input', 'id'],
          retryable: false,
          hiddenBlockerCount: 0,
          blockers: {
            totalCount: 1,
            pageInfo: { hasNextPage: false },
            nodes: [{ name: 'Orders', subscription: { id: subscription.id, name: 'Orders', cloudAccount: { id } } }],
          },
        },
      ],
    });
    expect(await readAccount(id)).not.toBeNull();
  });

  it('deletes the account and its credentials after its subscription has ended', async () => {
    const { id } = await createAccount();
    await endSubscription((await createSubscription(id)).id);

    await deleteAccount(id);

    expect(await readAccount(id)).toBeNull();
    expect(await refusals(deleteCloudAccount, { id })).toEqual(['NOT_FOUND input.id']);
  });

  it('makes the name and the IAM user available again, but never the ID', async () => {
    const first = await createAccount({ which: 'ZZ01', name: 'Again' });
    await deleteAccount(first.id);

    const second = await createAccount({ which: 'ZZ01', name: 'Again' });

    expect(second.id).not.toBe(first.id);
  });

  it('counts blockers beyond the first page', async () => {
    const { id } = await createAccount();
    for (let i = 0; i < 12; i++) await createSubscription(id);

    const { deleteCloudAccount: payload } = await gateway.ask(deleteCloudAccount, { input: { id } });

    const { blockers } = payload.userErrors[0];
    expect(blockers.nodes).toHaveLength(10);
    expect(blockers).toMatchObject({ totalCount: 12, pageInfo: { hasNextPage: true } });
  });

  it('is refused for an outdated version', async () => {
    const { id } = await createAccount();

    const { deleteCloudAccount: payload } = await gateway.ask(deleteCloudAccount, {
      input: { id, expectedVersion: 7 },
    });

    expect(payload.userErrors).toMatchObject([
      { code: 'VERSION_CONFLICT', __typename: 'VersionConflictError', currentVersion: 1 },
    ]);
  });

  it('is refused for the hosted account', async () => {
    expect(await refusals(deleteCloudAccount, { id: hostedAccount })).toEqual(['CLOUD_ACCOUNT_IS_HOSTED input.id']);
  });

  describe('in SQL, without the gateway', () => {
    const remove = async (id: string, status: string) => {
      const number = numberOf(id);
      await gateway.sql('UPDATE subscription SET status = ? WHERE cloud_account_id = ?', [status, number]);
      await gateway.sql('DELETE FROM aws_access_key WHERE cloud_account_id = ?', [number]);
      await gateway.sql('DELETE FROM cloud_account WHERE id = ?', [number]);
      const [row] = await gateway.sql('SELECT COUNT(*) AS n FROM cloud_account WHERE id = ?', [number]);
      return Number(row.n) === 0;
    };

    it.each(['PENDING', 'ACTIVE', 'CHANGE_PENDING', 'DELETING', 'ERROR'])(
      'is refused with a subscription that is %s',
      async (status) => {
        const { id } = await createAccount();
        await createSubscription(id);

        await expect(remove(id, status)).rejects.toThrow(/foreign key|FOREIGN KEY/);
        expect(await readAccount(id)).not.toBeNull();
      },
    );

    it('is possible with one that has ended', async () => {
      const { id } = await createAccount();
      await createSubscription(id);

      expect(await remove(id, 'DELETED')).toBe(true);
    });
  });
});
