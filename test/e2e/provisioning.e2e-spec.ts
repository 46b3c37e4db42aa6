import { Gateway } from '../support/gateway.js';
import {
  createSubscription as createMutation,
  deleteSubscription as deleteMutation,
  globalId,
  hostedAccount,
  numberOf,
  stepsWith,
} from '../support/steps.js';

const work = 'subscriptionId claimId leaseUntil kind isStopRequested attempt status name region plan deploymentCidr vpcId tags { key value } cloudAccountId provider awsAccountId'; // prettier-ignore
const errors = 'userErrors { code path }';
const claimMutation = `mutation ($input: ClaimProvisioningWorkInput!) { claimProvisioningWork(input: $input) { work { ${work} } ${errors} } }`;
const reportMutation = `mutation ($input: ReportProvisioningInput!) { reportProvisioning(input: $input) { work { ${work} } ${errors} } }`;
const completeMutation = `mutation ($input: CompleteProvisioningInput!) { completeProvisioning(input: $input) { status ${errors} } }`;
const failMutation = `mutation ($input: FailProvisioningInput!) { failProvisioning(input: $input) { status ${errors} } }`;
const state = `id name status version plan tags { key value } endReason failure { kind message }
  provisioning { kind isClaimed isStopRequested progress message } overlappingSubscriptions { nodes { id } }`;
const updateMutation = `mutation ($input: UpdateSubscriptionInput!) { updateSubscription(input: $input) { subscription { ${state} } ${errors} } }`;
const retryMutation = `mutation ($input: RetrySubscriptionInput!) { retrySubscription(input: $input) { subscription { ${state} } ${errors} } }`;

describe('a provisioner', () => {
  let gateway: Gateway;
  let key: string;
  const { createAccount, createSubscription, deleteAccount, refusals } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    key = await gateway.newKey({ role: 'PROVISIONER' }, 1);
  });
  afterAll(() => gateway.stop());
  /** Only work of the test is waiting. */
  beforeEach(() => gateway.sql('DELETE FROM provisioning_work'));

  const one = async (mutation: string, input: object, as?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, as))[0];
  const claim = async (limit = 1, leaseSeconds = 300) => {
    const { work: works, userErrors } = await one(claimMutation, { limit, leaseSeconds }, key);
    expect(userErrors).toEqual([]);
    return works;
  };
  const complete = ({ subscriptionId, claimId }: any) => one(completeMutation, { subscriptionId, claimId }, key);
  const fail = ({ subscriptionId, claimId }: any, message = 'No capacity.') =>
    one(failMutation, { subscriptionId, claimId, message }, key);
  const report = ({ subscriptionId, claimId }: any, said: object = {}) =>
    one(reportMutation, { subscriptionId, claimId, ...said }, key);
  const read = async (id: string) =>
    (await gateway.ask(`query ($id: ID!) { cloudSubscription(id: $id) { ${state} } }`, { id })).cloudSubscription;
  const update = async (id: string, change: object) => {
    const { version: expectedVersion } = await read(id);
    return one(updateMutation, { id, expectedVersion, ...change });
  };
  const end = (id: string) => one(deleteMutation, { id });
  const lost = { userErrors: [{ code: 'PROVISIONING_LEASE_LOST', path: ['input', 'claimId'] }] };
  /** Lets the lease expire. */
  const leaseEnds = (id: string) =>
    gateway.sql("UPDATE provisioning_work SET lease_until = '2026-01-01 00:00:00.000' WHERE subscription_id = ?", [
      numberOf(id),
    ]);
  const events = async (id: string) =>
    (
      await gateway.sql('SELECT type FROM event WHERE subject_type = ? AND subject_id = ? ORDER BY sequence', [
        'CloudSubscription',
        numberOf(id),
      ])
    ).map(({ type }: any) => type);
  const running = async (cloudAccountId: string) => {
    const { id } = await createSubscription(cloudAccountId);
    const [claimed] = await claim();
    expect(claimed.subscriptionId).toBe(id);
    await complete(claimed);
    return id;
  };

  it('builds, changes and removes a subscription, and then its account can be deleted', async () => {
    const account = await createAccount();
    const { subscription } = await one(createMutation, {
      cloudAccountId: account.id,
      name: 'Orders',
      region: 'eu-west-1',
      plan: 'small',
      deploymentCidr: '10.1.0.0/24',
      tags: [{ key: 'team', value: 'orders' }],
    });
    const { id } = subscription;

    const [toBuild, ...others] = await claim(5);
    expect(others).toEqual([]);
    expect(toBuild).toMatchObject({
      subscriptionId: id,
      kind: 'BUILD',
      isStopRequested: false,
      attempt: 1,
      status: 'PENDING',
      name: 'Orders',
      region: 'eu-west-1',
      plan: 'small',
      deploymentCidr: '10.1.0.0/24',
      vpcId: null,
      tags: [{ key: 'team', value: 'orders' }],
      cloudAccountId: account.id,
      provider: 'AWS',
      awsAccountId: account.awsAccountId,
    });
    expect((await report(toBuild, { progress: 40, message: 'Starting instances' })).work.isStopRequested).toBe(false);
    expect(await read(id)).toMatchObject({
      status: 'PENDING',
      provisioning: {
        kind: 'BUILD',
        isClaimed: true,
        isStopRequested: false,
        progress: 40,
        message: 'Starting instances',
      },
    });
    expect(await complete(toBuild)).toEqual({ status: 'ACTIVE', userErrors: [] });
    expect(await complete(toBuild)).toMatchObject(lost);
    expect(await read(id)).toMatchObject({ status: 'ACTIVE', provisioning: null, version: 1 });

    expect((await update(id, { name: 'Bills' })).subscription).toMatchObject({ status: 'ACTIVE', name: 'Bills' });
    expect((await update(id, { plan: 'large' })).subscription).toMatchObject({ status: 'CHANGE_PENDING', version: 3 });
    const [toChange] = await claim();
    expect(toChange).toMatchObject({ kind: 'CHANGE', plan: 'large', name: 'Bills' });
    expect(await complete(toChange)).toEqual({ status: 'ACTIVE', userErrors: [] });

    expect((await end(id)).subscription).toMatchObject({ status: 'DELETING', isActive: true });
    const [toTakeDown] = await claim();
    expect(toTakeDown).toMatchObject({ kind: 'TEAR_DOWN' });
    expect(await complete(toTakeDown)).toEqual({ status: 'DELETED', userErrors: [] });
    expect(await read(id)).toMatchObject({ status: 'DELETED', endReason: 'DELETED', provisioning: null });
    await deleteAccount(account.id);
    expect(await events(id)).toEqual([
      'SUBSCRIPTION_CREATED',
      'SUBSCRIPTION_CLAIMED',
      'SUBSCRIPTION_BUILT',
      'SUBSCRIPTION_UPDATED',
      'SUBSCRIPTION_UPDATED',
      'SUBSCRIPTION_CLAIMED',
      'SUBSCRIPTION_CHANGED',
      'SUBSCRIPTION_DELETION_REQUESTED',
      'SUBSCRIPTION_CLAIMED',
      'SUBSCRIPTION_ENDED',
    ]);
  });

  it('gets work that a concurrent one does not get', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, async () => (await createSubscription(hostedAccount)).id));

    const claimed = await Promise.all(Array.from({ length: 4 }, () => claim(2)));

    expect(
      claimed
        .flat()
        .map(({ subscriptionId }: any) => subscriptionId)
        .toSorted(),
    ).toEqual(ids.toSorted());
  });

  it('that sends no report loses the work to another, and is told so', async () => {
    const { id } = await createSubscription(hostedAccount);
    const [first] = await claim();
    expect(await claim()).toEqual([]);
    await leaseEnds(id);

    expect(await report(first)).toMatchObject(lost);
    const [second] = await claim();

    expect(second).toMatchObject({ subscriptionId: id, attempt: 2 });
    for (const late of [report, complete, fail]) expect(await late(first)).toMatchObject(lost);
    expect(await complete({ ...second, claimId: 'guessed' })).toMatchObject(lost);
    expect(await complete(second)).toMatchObject({ status: 'ACTIVE' });
  });

  it('keeps a long lease until it ends, unless it sends a duration', async () => {
    await createSubscription(hostedAccount);
    const [claimed] = await claim(1, 3600);
    const secondsLeft = async (said: object) =>
      (Date.parse((await report(claimed, said)).work.leaseUntil) - Date.now()) / 1000;

    expect(await secondsLeft({ progress: 1 })).toBeGreaterThan(3500);
    expect(await secondsLeft({ leaseSeconds: 60 })).toBeLessThanOrEqual(60);
    const usual = await secondsLeft({ leaseSeconds: null });
    expect(usual).toBeGreaterThan(290);
    expect(usual).toBeLessThanOrEqual(300);
  });

  it('fails, and the customer sees the reason and retries', async () => {
    const { id } = await createSubscription(hostedAccount);
    const [claimed] = await claim();
    expect(await fail(claimed, 'The region has no capacity left.')).toEqual({ status: 'ERROR', userErrors: [] });
    expect(await read(id)).toMatchObject({
      status: 'ERROR',
      failure: { kind: 'BUILD', message: 'The region has no capacity left.' },
      provisioning: null,
    });
    expect((await update(id, { plan: 'large' })).userErrors).toMatchObject([{ code: 'SUBSCRIPTION_IN_ERROR' }]);
    expect((await update(id, { name: 'Renamed' })).subscription).toMatchObject({ status: 'ERROR', name: 'Renamed' });

    expect((await one(retryMutation, { id })).subscription).toMatchObject({
      status: 'PENDING',
      failure: null,
      provisioning: { kind: 'BUILD', isClaimed: false },
    });
    expect(await refusals(retryMutation, { id })).toEqual(['SUBSCRIPTION_NOT_IN_ERROR input.id']);
    // Resources can remain after a failure: it does not end immediately.
    expect((await end(id)).subscription).toMatchObject({ status: 'DELETING' });
    expect(await complete((await claim())[0])).toMatchObject({ status: 'DELETED' });
  });

  it('fails to remove resources, which block until they are removed', async () => {
    const { id: account } = await createAccount();
    const id = await running(account);
    await end(id);
    await fail((await claim())[0], 'A volume is in use.');

    expect(await read(id)).toMatchObject({ status: 'ERROR', failure: { kind: 'TEAR_DOWN' } });
    expect((await one(retryMutation, { id })).subscription).toMatchObject({ status: 'DELETING' });
    expect(await complete((await claim())[0])).toMatchObject({ status: 'DELETED' });
    await deleteAccount(account);
  });

  it.each([
    ['says it is done', complete],
    ['says it cannot be done', fail],
  ])('is asked to stop when the subscription is to end; when it %s, the rest is removed', async (_, letGo) => {
    const { id } = await createSubscription(hostedAccount);
    const [claimed] = await claim();
    expect((await end(id)).subscription.status).toBe('DELETING');
    expect(await refusals(deleteMutation, { id })).toEqual(['SUBSCRIPTION_BEING_DELETED input.id']);
    expect((await update(id, { name: 'x' })).userErrors).toMatchObject([{ code: 'SUBSCRIPTION_BEING_DELETED' }]);

    expect((await report(claimed)).work).toMatchObject({ isStopRequested: true, status: 'DELETING' });
    expect(await letGo(claimed)).toEqual({ status: 'DELETING', userErrors: [] });

    const [next] = await claim();
    expect(next).toMatchObject({ subscriptionId: id, kind: 'TEAR_DOWN', isStopRequested: false });
    expect(await complete(next)).toMatchObject({ status: 'DELETED' });
  });

  it('that was to stop and sends no report is followed by one that removes the resources', async () => {
    const { id } = await createSubscription(hostedAccount);
    await claim();
    await end(id);
    await leaseEnds(id);

    expect((await claim())[0]).toMatchObject({
      subscriptionId: id,
      kind: 'TEAR_DOWN',
      isStopRequested: false,
      attempt: 2,
    });
  });

  it('is not disturbed by a change of the name', async () => {
    const id = await running(hostedAccount);
    await update(id, { plan: 'large' });
    expect((await update(id, { plan: 'larger' })).subscription.status).toBe('CHANGE_PENDING');
    const [claimed] = await claim();

    expect(claimed.plan).toBe('larger');
    expect((await update(id, { plan: 'largest' })).userErrors).toMatchObject([{ code: 'SUBSCRIPTION_BUSY' }]);
    expect((await update(id, { name: 'Other' })).subscription).toMatchObject({ name: 'Other', plan: 'larger' });
    await complete(claimed);
    expect((await update(id, { plan: 'larger' })).subscription).toMatchObject({ status: 'ACTIVE' });
  });

  it('never claims what was ended concurrently', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await createSubscription(hostedAccount);
      const [[claimed], { subscription }] = await Promise.all([claim(), end(id)]);

      // Either it was not claimed and has ended, or it was claimed and the provisioner is asked to stop.
      expect(subscription.status).toBe(claimed ? 'DELETING' : 'DELETED');
      if (claimed) expect((await report(claimed)).work).toMatchObject({ isStopRequested: claimed.kind === 'BUILD' });
      await gateway.sql('DELETE FROM provisioning_work');
    }
  });

  it('is told when the account was force-detached in the meantime', async () => {
    const { id } = await createSubscription((await createAccount()).id);
    const [claimed] = await claim();
    await gateway.sql('DELETE FROM provisioning_work WHERE subscription_id = ?', [numberOf(id)]);

    expect(await complete(claimed)).toMatchObject(lost);
  });

  it('sends valid reports, or gets the problems', async () => {
    const of = (mutation: string, input: object) => refusals(mutation, input, key);

    expect(await of(claimMutation, { limit: 0, leaseSeconds: 9 })).toEqual([
      'INVALID_INPUT input.limit',
      'INVALID_INPUT input.leaseSeconds',
    ]);
    expect(
      await of(reportMutation, { subscriptionId: 'x', claimId: 'x', progress: 101, message: '', leaseSeconds: 1 }),
    ).toHaveLength(3);
    for (const id of ['x', globalId('CloudAccount', 1), globalId('CloudSubscription', 2_000_000)])
      expect(await of(completeMutation, { subscriptionId: id, claimId: 'x' })).toEqual([
        'PROVISIONING_LEASE_LOST input.claimId',
      ]);
  });

  it('cannot be created by a tenant', async () => {
    const create = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret ${errors} } }`;

    expect(await refusals(create, { name: 'Builder', role: 'PROVISIONER' })).toEqual(['INVALID_INPUT input.role']);
  });

  describe('builds with addresses', () => {
    const withCidr = (cloudAccountId: string, deploymentCidr: string, vpcId: string | null = null) => ({
      ...{ cloudAccountId, name: 'Orders', region: 'us-east-1', deploymentCidr, vpcId },
    });
    const vpc = 'vpc-0a1b2c3d4e5f60718';

    it('that no other has in one VPC, even with concurrent requests', async () => {
      const { id } = await createAccount();
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, i) => one(createMutation, withCidr(id, `10.2.0.${16 * i}/28`, vpc))),
      );
      expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
      const crowd = await Promise.all(
        Array.from({ length: 4 }, () => one(createMutation, withCidr(id, '10.3.0.0/24', vpc))),
      );

      expect(crowd.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
      expect(await refusals(createMutation, withCidr(id, '10.2.0.0/20', vpc))).toEqual([
        'DEPLOYMENT_CIDR_TAKEN input.deploymentCidr',
      ]);
      await end(crowd.find(({ userErrors }) => userErrors.length === 0)!.subscription.id);
      expect((await one(createMutation, withCidr(id, '10.3.0.0/24', vpc))).userErrors).toEqual([]);
    });

    it('and shows which others of the tenant overlap, where that is allowed', async () => {
      const { id } = await createAccount();
      const { subscription: first } = await one(createMutation, withCidr(id, '10.4.0.0/24'));
      const { subscription: second } = await one(createMutation, withCidr(hostedAccount, '10.4.0.128/25'));
      const theirs = await gateway.anotherTenant();
      await one(createMutation, withCidr(hostedAccount, '10.4.0.0/24'), theirs);

      expect((await read(first.id)).overlappingSubscriptions.nodes).toEqual([{ id: second.id }]);
      expect((await read(second.id)).overlappingSubscriptions.nodes).toEqual([{ id: first.id }]);
      await end(second.id);
      expect((await read(first.id)).overlappingSubscriptions.nodes).toEqual([]);
    });

    it('in a VPC only where VPCs exist', async () => {
      await gateway.sql("UPDATE cloud_account SET provider = 'AZURE', region = 'westeurope' WHERE id = 1");
      try {
        const input = { ...withCidr(hostedAccount, '10.5.0.0/24', vpc), region: 'westeurope' };
        expect(await refusals(createMutation, input)).toEqual(['VPC_NOT_SUPPORTED input.vpcId']);
      } finally {
        await gateway.sql("UPDATE cloud_account SET provider = 'AWS', region = 'us-east-1' WHERE id = 1");
      }
    });

    it.each<[object, string[]]>([
      [{ deploymentCidr: '10.0.0.0/8' }, ['INVALID_INPUT input.deploymentCidr']],
      [{ deploymentCidr: '10.0.0.1/24' }, ['INVALID_INPUT input.deploymentCidr']],
      [{ vpcId: 'vpc-1' }, ['INVALID_INPUT input.vpcId']],
      [{ plan: ' ' }, ['INVALID_INPUT input.plan']],
      [{ tags: [{ key: 'aws:x', value: '' }] }, ['INVALID_INPUT input.tags']],
      [{ tags: [{ key: 'a', value: '' }, { key: 'a', value: '' }] }, ['INVALID_INPUT input.tags']], // prettier-ignore
    ])('and not with %j', async (wrong, expected) => {
      const input = { cloudAccountId: hostedAccount, name: 'Orders', region: 'us-east-1', ...wrong };
      expect(await refusals(createMutation, input)).toEqual(expected);
    });
  });
});
