import { ApiKeyService, Viewer } from '#libs/access';
import { ActiveSubscriptions, ForceDetachService } from '#libs/cloud-accounts';
import { operator } from '#libs/events';
import { Gateway } from '../support/gateway.js';
import { statementsOf } from '../support/statements.js';
import { numberOf, stepsWith } from '../support/steps.js';

const request = `mutation ($input: ForceDetachCloudAccountInput!) { forceDetachCloudAccount(input: $input) {
  cloudAccount { id forceDetachRequest { reason requestedBy { name } requestedAt expiresAt blockerCount voidReason
    viewerCanApprove { code } viewerCanCancel { code } } } userErrors { code path } } }`;
const approve = `mutation ($input: ApproveForceDetachInput!) { approveForceDetach(input: $input) {
  detachedCloudAccountId abandonedSubscriptionCount userErrors { code path message } } }`;
const cancel = `mutation ($input: CancelForceDetachInput!) { cancelForceDetach(input: $input) {
  cloudAccount { forceDetachRequest { reason } } userErrors { code path } } }`;
const readRequest = `query ($id: ID!) { cloudAccount(id: $id) { forceDetachRequest { voidReason viewerCanApprove { code } } } }`;
const graves = `{ deletedCloudAccounts(first: 1) { nodes { cloudAccountId kind reason requestedBy { kind name } approvedBy { kind name } abandonedSubscriptionCount } } }`;

describe('forceDetachCloudAccount', () => {
  let gateway: Gateway;
  let another: string;
  const { createAccount, createKey, createSubscription, endSubscription, nextUser, readAccount, refusals, revokeKey } =
    stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    another = await gateway.newKey({ name: 'Another owner' });
  });
  afterAll(() => gateway.stop());

  const inUse = async (which = nextUser()) => {
    const account = await createAccount({ which });
    return {
      ...account,
      which,
      subscriptions: [await createSubscription(account.id), await createSubscription(account.id)],
    };
  };
  const requestFor = async ({ id, name }: any, key?: string) =>
    (await gateway.ask(request, { input: { id, name, reason: 'The AWS account was closed.' } }, key))
      .forceDetachCloudAccount;
  const approval = async (id: string, key: string) =>
    (await gateway.ask(approve, { input: { id } }, key)).approveForceDetach;
  const statusOf = async (id: string) =>
    (
      await gateway.ask('query ($id: ID!) { cloudSubscription(id: $id) { status isActive cloudAccount { id } } }', {
        id,
      })
    ).cloudSubscription;

  it('does nothing until another OWNER approves; then subscriptions and account end together', async () => {
    const account = await inUse();

    const { cloudAccount, userErrors } = await requestFor(account);
    expect(userErrors).toEqual([]);
    expect(cloudAccount.forceDetachRequest).toMatchObject({
      reason: 'The AWS account was closed.',
      requestedBy: { name: 'First key' },
      blockerCount: 2,
      voidReason: null,
      viewerCanApprove: { code: 'FORCE_DETACH_REQUIRES_ANOTHER_API_KEY' },
      viewerCanCancel: { code: null },
    });
    const { requestedAt, expiresAt } = cloudAccount.forceDetachRequest;
    expect(Date.parse(expiresAt) - Date.parse(requestedAt)).toBe(24 * 60 * 60 * 1000);
    expect(await readAccount(account.id)).toMatchObject({ status: 'ACTIVE' });
    const seen = await gateway.ask(readRequest, { id: account.id }, another);
    expect(seen.cloudAccount.forceDetachRequest.viewerCanApprove.code).toBeNull();

    expect(await approval(account.id, another)).toEqual({
      detachedCloudAccountId: account.id,
      abandonedSubscriptionCount: 2,
      userErrors: [],
    });

    expect(await readAccount(account.id)).toBeNull();
    for (const { id } of account.subscriptions)
      expect(await statusOf(id)).toEqual({ status: 'DELETED', isActive: false, cloudAccount: null });
    const rows = await gateway.sql('SELECT end_reason FROM subscription WHERE cloud_account_id = ?', [
      numberOf(account.id),
    ]);
    expect(rows.map((row: any) => row.end_reason)).toEqual(['ABANDONED', 'ABANDONED']);
    expect((await gateway.ask(graves)).deletedCloudAccounts.nodes).toEqual([
      {
        cloudAccountId: account.id,
        kind: 'FORCE_DETACH',
        reason: 'The AWS account was closed.',
        requestedBy: { kind: 'API_KEY', name: 'First key' },
        approvedBy: { kind: 'API_KEY', name: 'Another owner' },
        abandonedSubscriptionCount: 2,
      },
    ]);
    expect((await createAccount({ which: account.which, name: account.name })).id).not.toBe(account.id);
  });

  it('is not agreed to by the key that asked, nor by one it made, nor by one that made it', async () => {
    const account = await inUse();
    const child = await createKey({ role: 'OWNER' });
    const grandchild = await createKey({ role: 'OWNER' }, child.secret);

    await requestFor(account);
    for (const key of [gateway.key, child.secret, grandchild.secret])
      expect((await approval(account.id, key)).userErrors).toMatchObject([
        { code: 'FORCE_DETACH_REQUIRES_ANOTHER_API_KEY' },
      ]);
    await gateway.ask(cancel, { input: { id: account.id } });
    await requestFor(account, grandchild.secret);
    for (const key of [gateway.key, child.secret])
      expect((await approval(account.id, key)).userErrors).toMatchObject([
        { code: 'FORCE_DETACH_REQUIRES_ANOTHER_API_KEY' },
      ]);
    expect(await readAccount(account.id)).not.toBeNull();

    const sibling = await createKey({ role: 'OWNER' });
    expect((await approval(account.id, sibling.secret)).userErrors).toEqual([]);
  });

  it('is possible for OWNERs only', async () => {
    const account = await inUse();
    const manager = await gateway.newKey({ role: 'MANAGER' });
    for (const mutation of [request, approve, cancel]) {
      const input = { id: account.id, ...(mutation === request && { name: account.name, reason: 'x' }) };
      const { body } = await gateway.send(mutation, { input }, manager);
      expect(body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  it("is void after another blocker is added, or the requester's API key is revoked", async () => {
    const account = await inUse();
    await requestFor(account);
    await createSubscription(account.id);

    const { userErrors } = await approval(account.id, another);
    expect(userErrors).toMatchObject([{ code: 'FORCE_DETACH_VOID', path: ['input', 'id'] }]);
    const seen = await gateway.ask(readRequest, { id: account.id }, another);
    expect(seen.cloudAccount.forceDetachRequest).toEqual({
      voidReason: 'the blockers of the cloud account have changed since it was requested',
      viewerCanApprove: { code: 'FORCE_DETACH_VOID' },
    });
    const temporary = await createKey({ role: 'OWNER' });
    expect((await requestFor(account, temporary.secret)).userErrors).toEqual([]);
    await revokeKey(temporary.id);
    expect((await approval(account.id, another)).userErrors).toMatchObject([{ code: 'FORCE_DETACH_VOID' }]);
  });

  it('is void after one subscription ended and another began, for any number of them', async () => {
    const account = await inUse();
    const subscriptions = gateway.get(ActiveSubscriptions);
    const fingerprint = async () => (await subscriptions.fingerprints([{ id: numberOf(account.id), tenantId: 2 }]))[0]!;
    const before = await fingerprint();
    await requestFor(account);
    await endSubscription(account.subscriptions[0]!.id);
    await createSubscription(account.id);
    for (let i = 0; i < 20; i++) await createSubscription(account.id);
    for (const { id } of account.subscriptions.slice(1)) await endSubscription(id);

    const seen = await gateway.ask(readRequest, { id: account.id }, another);
    expect(seen.cloudAccount.forceDetachRequest.voidReason).not.toBeNull();
    expect(before.count).toBe(2);
    expect((await fingerprint()).count).toBe(21);
    expect((await fingerprint()).text.length).toBeLessThan(40);
  });

  it('needs as many statements for many accounts as for one', async () => {
    const one = await createAccount();
    const accounts = [await inUse(), await inUse(), await inUse()];
    for (const account of accounts) await requestFor(account);
    const asked = (ids: string[]) =>
      statementsOf(gateway, () =>
        gateway.ask(
          `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CloudAccount { forceDetachRequest { voidReason viewerCanApprove { code } } } } }`,
          { ids },
        ),
      );

    const ids = accounts.map(({ id }) => id);
    expect(await asked([...ids, one.id])).toHaveLength((await asked(ids.slice(0, 1))).length);
  });

  it('can be approved by the operator, for accounts of every tenant', async () => {
    const account = await inUse();
    await requestFor(account);

    const detached = await gateway.get(ForceDetachService).approveAsOperator(operator, numberOf(account.id));

    expect(detached.abandonedSubscriptionCount).toBe(2);
    expect(await readAccount(account.id)).toBeNull();
  });

  it('is refused if it is not needed, not confirmed, or already requested', async () => {
    const account = await inUse();
    const input = { id: account.id, name: account.name, reason: 'x' };

    expect(await refusals(request, { ...input, name: 'Another' })).toEqual(['INVALID_INPUT input.name']);
    expect(await refusals(request, { ...input, reason: ' ' })).toEqual(['INVALID_INPUT input.reason']);
    await requestFor(account);
    expect(await refusals(request, input)).toEqual(['FORCE_DETACH_ALREADY_REQUESTED input.id']);
    for (const { id } of account.subscriptions) await endSubscription(id);
    expect(await refusals(request, input)).toEqual(['FORCE_DETACH_NOT_NEEDED input.id']);
    expect(await refusals(cancel, { id: account.id })).toEqual([]);
    expect(await refusals(cancel, { id: account.id })).toEqual(['FORCE_DETACH_NOT_REQUESTED input.id']);
    expect(await refusals(approve, { id: account.id }, another)).toEqual(['FORCE_DETACH_NOT_REQUESTED input.id']);
  });

  it('knows the creators of existing API keys', async () => {
    const made = await createKey({ role: 'OWNER' });
    const keys = gateway.get(ApiKeyService);
    const [{ created_by_key_id: maker }] = await gateway.sql('SELECT created_by_key_id FROM api_key WHERE id = ?', [
      numberOf(made.id),
    ]);

    const viewer = new Viewer(2, maker, 'Maker', 'OWNER', false);
    expect(await keys.findIndependentKeys(viewer, [numberOf(made.id)])).toEqual(new Set());
    const [{ actor_id }] = await gateway.sql(
      "SELECT actor_id FROM event WHERE subject_type = 'ApiKey' AND subject_id = ? AND type = 'API_KEY_CREATED' AND actor_kind = 'API_KEY'",
      [numberOf(made.id)],
    );
    expect(actor_id).toBe(maker);
  });
});
