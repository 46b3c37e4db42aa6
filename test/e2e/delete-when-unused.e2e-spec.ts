import { Gateway } from '../support/gateway.js';
import {
  createSubscription as createSubscriptionMutation,
  deleteCloudAccount,
  numberOf,
  stepsWith,
} from '../support/steps.js';

const whenUnused = `mutation ($input: DeleteCloudAccountInput!) { deleteCloudAccount(input: $input) {
  deletedCloudAccountId cloudAccount { id status version scheduledDeletion { requestedBy { kind name } requestedAt } viewerCanCancelDeletion { code } } userErrors { code path } } }`;
const cancelDeletion = `mutation ($input: CancelCloudAccountDeletionInput!) { cancelCloudAccountDeletion(input: $input) {
  cloudAccount { id status version scheduledDeletion { requestedAt } } userErrors { code path } } }`;
const deletedAccounts = `query ($first: Int, $after: String) { deletedCloudAccounts(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
  nodes { cloudAccountId name kind reason requestedBy { kind name } approvedBy { name } requestedAt deletedAt awsAccountId abandonedSubscriptionCount } } }`;

describe('deleteCloudAccount with the mode WHEN_UNUSED', () => {
  let gateway: Gateway;
  const {
    createAccount,
    createSubscription,
    endSubscription,
    deleteAccount,
    nextUser,
    readAccount,
    refusals,
    updateAccount,
  } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const letGo = async (id: string) =>
    (await gateway.ask(whenUnused, { input: { id, mode: 'WHEN_UNUSED' } })).deleteCloudAccount;
  const graveOf = async (id: string) =>
    (await gateway.ask(deletedAccounts)).deletedCloudAccounts.nodes.find(
      ({ cloudAccountId }: any) => cloudAccountId === id,
    );

  it('deletes an unused account immediately', async () => {
    const { id } = await createAccount();

    expect(await letGo(id)).toMatchObject({ deletedCloudAccountId: id, cloudAccount: null, userErrors: [] });
    expect(await graveOf(id)).toMatchObject({ kind: 'WHEN_UNUSED', reason: null, abandonedSubscriptionCount: 0 });
  });

  it('schedules the deletion of an account, which is deleted with its last subscription', async () => {
    const which = nextUser();
    const { id, name } = await createAccount({ which });
    const [one, other] = [await createSubscription(id), await createSubscription(id)];

    expect(await letGo(id)).toMatchObject({
      deletedCloudAccountId: null,
      cloudAccount: {
        id,
        status: 'DELETING_WHEN_UNUSED',
        version: 2,
        scheduledDeletion: { requestedBy: { kind: 'API_KEY', name: 'First key' } },
        viewerCanCancelDeletion: { code: null },
      },
    });
    const more = { cloudAccountId: id, name: 'More', region: 'us-east-1' };
    expect(await refusals(createSubscriptionMutation, more)).toEqual([
      'CLOUD_ACCOUNT_DELETION_SCHEDULED input.cloudAccountId',
    ]);

    await endSubscription(one.id);
    expect(await readAccount(id)).toMatchObject({ status: 'DELETING_WHEN_UNUSED' });
    await endSubscription(other.id);

    expect(await readAccount(id)).toBeNull();
    const keys = await gateway.sql('SELECT id FROM aws_access_key WHERE cloud_account_id = ?', [numberOf(id)]);
    expect(keys).toEqual([]);
    expect(await graveOf(id)).toMatchObject({ name, kind: 'WHEN_UNUSED', requestedBy: { name: 'First key' } });
    expect((await createAccount({ which, name })).id).not.toBe(id);
  });

  it('can be cancelled, and the account has its previous status', async () => {
    const { id } = await createAccount();
    const subscription = await createSubscription(id);
    await letGo(id);
    await updateAccount({ id, expectedVersion: 2, name: 'Renamed while it waits' });

    expect(await refusals(cancelDeletion, { id, expectedVersion: 2 })).toEqual([
      'VERSION_CONFLICT input.expectedVersion',
    ]);
    const { cancelCloudAccountDeletion: kept } = await gateway.ask(cancelDeletion, {
      input: { id, expectedVersion: 3 },
    });
    expect(kept.cloudAccount).toEqual({ id, status: 'ACTIVE', version: 4, scheduledDeletion: null });
    expect(await refusals(cancelDeletion, { id, expectedVersion: 4 })).toEqual([
      'CLOUD_ACCOUNT_DELETION_NOT_SCHEDULED input.id',
    ]);
    await createSubscription(id);
    await endSubscription(subscription.id);
    expect(await readAccount(id)).not.toBeNull();
  });

  it('remains scheduled when it is requested again, and is still refused with other modes', async () => {
    const { id } = await createAccount();
    await createSubscription(id);
    await letGo(id);

    expect((await letGo(id)).cloudAccount).toMatchObject({ version: 2 });
    expect(await refusals(deleteCloudAccount, { id })).toEqual(['CLOUD_ACCOUNT_IN_USE input.id']);
  });

  it('is listed for OWNERs afterwards, newest first, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await createAccount()).id);
    for (const id of ids) await deleteAccount(id);

    const { deletedCloudAccounts: first } = await gateway.ask(deletedAccounts, { first: 2 });
    const { deletedCloudAccounts: next } = await gateway.ask(deletedAccounts, {
      first: 1,
      after: first.pageInfo.endCursor,
    });

    expect([...first.nodes, ...next.nodes].map(({ cloudAccountId }: any) => cloudAccountId)).toEqual(ids.toReversed());
    expect(first.nodes[0]).toMatchObject({
      kind: 'FAIL_IF_IN_USE',
      approvedBy: null,
      requestedBy: { name: 'First key' },
    });
    const manager = await gateway.newKey({ role: 'MANAGER' });
    expect((await gateway.error(deletedAccounts, {}, manager)).extensions.code).toBe('FORBIDDEN');
    const stranger = await gateway.anotherTenant();
    expect((await gateway.ask(deletedAccounts, {}, stranger)).deletedCloudAccounts.totalCount).toBe(0);
  });
});
