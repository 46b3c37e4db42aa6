import { Gateway } from '../support/gateway.js';
import { statementsOf } from '../support/statements.js';
import { hostedAccount, numberOf, stepsWith } from '../support/steps.js';

const errors = 'userErrors { code path message }';
const claimMutation = `mutation ($input: ClaimProvisioningWorkInput!) { claimProvisioningWork(input: $input) { work { subscriptionId claimId kind } ${errors} } }`;
const reportMutation = `mutation ($input: ReportProvisioningInput!) { reportProvisioning(input: $input) { work { isStopRequested } ${errors} } }`;
const completeMutation = `mutation ($input: CompleteProvisioningInput!) { completeProvisioning(input: $input) { status ${errors} } }`;
const deleteMutation = `mutation ($input: DeleteSubscriptionInput!) { deleteSubscription(input: $input) { ${errors} } }`;
const resource = `arn kind region removedAt orphanedAt state instanceType sizeGiB rules history { kind state instanceType sizeGiB rules }`;
const resourcesQuery = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  cloudSubscription(id: $id) { resources(first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { ${resource} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
}`;
const previewQuery = `query ($id: ID!, $first: Int, $after: String) { cloudAccountDeletionPreview(id: $id) { remainingInAws { resources(first: $first, after: $after) {
  totalCount nodes { arn kind region command subscription { id } } pageInfo { hasNextPage endCursor } } } } }`;
const deletedQuery = `{ deletedCloudAccounts(first: 2) { nodes { cloudAccountId orphanedResourceCount orphanedResources(first: 2) { totalCount nodes { ${resource} } } } } }`;

const forceMutation = `mutation ($input: ForceDetachCloudAccountInput!) { forceDetachCloudAccount(input: $input) { ${errors} } }`;
const approveMutation = `mutation ($input: ApproveForceDetachInput!) { approveForceDetach(input: $input) { detachedCloudAccountId ${errors} } }`;

describe('the ledger', () => {
  let gateway: Gateway;
  let key: string;
  let anotherOwner: string;
  const { createAccount, createSubscription } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    key = await gateway.newKey({ role: 'PROVISIONER' }, 1);
    anotherOwner = await gateway.newKey({ name: 'Another owner' });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.sql('DELETE FROM provisioning_work'));

  const one = async (mutation: string, input: object, as?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, as))[0];
  const claim = async () => (await one(claimMutation, { leaseSeconds: 300 }, key)).work[0];
  const report = ({ subscriptionId, claimId }: any, resources: unknown) =>
    one(reportMutation, { subscriptionId, claimId, resources }, key);
  const complete = ({ subscriptionId, claimId }: any) => one(completeMutation, { subscriptionId, claimId }, key);
  /** Rules and histories are long: a response can contain only few resources with all of them. */
  const resourcesOf = async (id: string, page: object = { first: 5 }, as?: string) =>
    (await gateway.ask(resourcesQuery, { id, ...page }, as)).cloudSubscription.resources;
  const standingIn = async (id: string, page: object = {}) =>
    (await gateway.ask(previewQuery, { id, ...page })).cloudAccountDeletionPreview.remainingInAws.resources;

  const building = async () => {
    const account = await createAccount();
    const { id, region } = await createSubscription(account.id);
    const work = await claim();
    expect(work.subscriptionId).toBe(id);
    const arn = (type: string, name: string, at = region) =>
      `arn:aws:ec2:${at}:${account.awsAccountId}:${type}/${name}`;
    return { account, id, work, arn };
  };
  const rule = { direction: 'INGRESS', protocol: 'TCP', fromPort: 6379, toPort: 6379, peer: '10.0.0.0/16' };

  it('stores a report of a provisioner once, with the history', async () => {
    const { account, id, work, arn } = await building();
    const instance = arn('instance', 'i-0a');
    const group = arn('security-group', 'sg-0a');

    const first = [
      { arn: instance, state: 'RUNNING', instanceType: 'm7g.large' },
      { arn: group, rules: [rule, { ...rule, protocol: '6' }, { ...rule, direction: 'EGRESS', protocol: '-1' }] },
    ];
    for (let again = 0; again < 2; again++) expect((await report(work, first)).userErrors).toEqual([]);
    await report(work, [{ arn: instance, state: 'STOPPED' }]);
    await report(work, [
      { arn: group, isRemoved: true },
      { arn: arn('volume', 'vol-never'), isRemoved: true },
    ]);

    const { totalCount, nodes } = await resourcesOf(id);
    const none = { state: null, instanceType: null, sizeGiB: null, rules: null };
    const running = { ...none, state: 'RUNNING', instanceType: 'm7g.large' };
    const stopped = { ...running, state: 'STOPPED' };
    const open = { ...none, rules: ['egress -1 all 10.0.0.0/16', 'ingress tcp 6379-6379 10.0.0.0/16'] };
    expect(totalCount).toBe(2);
    expect(nodes).toEqual([
      {
        ...{
          arn: instance,
          kind: 'INSTANCE',
          region: 'us-east-1',
          removedAt: null,
          orphanedAt: null,
          ...stopped,
        },
        history: [
          { kind: 'CHANGED', ...stopped },
          { kind: 'PROVISIONED', ...running },
        ],
      },
      {
        ...{ arn: group, kind: 'SECURITY_GROUP', region: 'us-east-1', orphanedAt: null, ...open },
        removedAt: expect.any(String),
        history: [
          { kind: 'REMOVED', ...open },
          { kind: 'PROVISIONED', ...open },
        ],
      },
    ]);
    expect(await standingIn(account.id)).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          arn: instance,
          command: 'aws ec2 terminate-instances --instance-ids i-0a --region us-east-1',
          subscription: { id },
        },
      ],
    });
  });

  it('assigns a resource to one of two concurrent reports', async () => {
    const { account, work, arn } = await building();
    const other = await createSubscription(account.id);
    const othersWork = await claim();
    expect(othersWork.subscriptionId).toBe(other.id);
    for (let i = 0; i < 10; i++) {
      const resources = [{ arn: arn('volume', `vol-${i}`) }, { arn: arn('instance', `i-${i}`) }];
      const both = await Promise.all([report(work, resources), report(othersWork, [...resources].reverse())]);
      const refused = both.flatMap(({ userErrors }) => userErrors);
      expect(refused.length).toBeGreaterThan(0);
      for (const { code, message } of refused) {
        expect(code).toBe('INVALID_INPUT');
        expect(message).toBe('The ARN belongs to another subscription.');
      }
    }
  });

  it('refuses resources that cannot belong to the subscription, and then stores nothing of the report', async () => {
    const { id, work, arn, account } = await building();
    const refused = await report(work, [
      { arn: arn('instance', 'i-good') },
      { arn: 'i-0a' },
      { arn: 'arn:aws:ec2:us-east-1:999999999999:instance/i-0a' },
      { arn: arn('instance', 'i-0a', 'eu-west-1') },
      { arn: arn('instance', 'i-0a').replace('arn:aws:', 'arn:aws-cn:') },
      { arn: arn('vpc', 'vpc-0a'), cidr: '10.0.0.1/16', sizeGiB: 5 },
      { arn: arn('volume', 'vol-0a'), sizeGiB: 0, volumeType: 'GP 3' },
      { arn: arn('security-group', 'sg-0a'), rules: [{ ...rule, peer: 'anywhere' }] },
    ]);
    expect(refused.work).toBeNull();
    expect(refused.userErrors.map(({ code, path }: any) => [code, path.slice(2).join('.')])).toEqual([
      ['INVALID_INPUT', '1.arn'],
      ['INVALID_INPUT', '2.arn'],
      ['INVALID_INPUT', '3.arn'],
      ['INVALID_INPUT', '4.arn'],
      ['INVALID_INPUT', '5.sizeGiB'],
      ['INVALID_INPUT', '5.cidr'],
      ['INVALID_INPUT', '6.volumeType'],
      ['INVALID_INPUT', '6.sizeGiB'],
      ['INVALID_INPUT', '7.rules'],
    ]);
    expect((await resourcesOf(id)).totalCount).toBe(0);

    await report(work, [{ arn: arn('instance', 'i-0a') }]);
    const other = await createSubscription(account.id);
    const othersWork = await claim();
    expect(othersWork.subscriptionId).toBe(other.id);
    const taken = await report(othersWork, [{ arn: arn('instance', 'i-0a') }]);
    expect(taken.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'resources', '0', 'arn'] }]);

    const twice = await report(work, [
      { arn: arn('instance', 'i-0a'), isRemoved: true },
      { arn: arn('instance', 'i-0a') },
    ]);
    expect(twice.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'resources', '1', 'arn'] }]);
    const many = Array.from({ length: 101 }, (_, i) => ({ arn: arn('instance', `i-${i}`) }));
    expect((await report(work, many)).userErrors).toMatchObject([{ path: ['input', 'resources'] }]);
  });

  it('stores at most a thousand rules of one group', async () => {
    const { id, work, arn } = await building();
    const rules = Array.from({ length: 1000 }, (_, i) => ({
      ...{ direction: 'INGRESS', protocol: 'tcp', fromPort: 10_000 + i, toPort: 10_000 + i },
      peer: `2001:db8:aaaa:bbbb:cccc:dddd:eeee:${(0x1000 + i).toString(16)}/128`,
    }));
    const group = arn('security-group', 'sg-0a');

    const oneMore = [...rules, { ...rules[0], fromPort: 1 }];
    expect((await report(work, [{ arn: group, rules: oneMore }])).userErrors).toMatchObject([
      { path: ['input', 'resources', '0', 'rules'] },
    ]);
    expect((await report(work, [{ arn: group, rules }])).userErrors).toEqual([]);
    const { nodes } = await resourcesOf(id);
    expect(nodes[0].rules).toHaveLength(1000);
  });

  it('pages through resources, forwards and backwards', async () => {
    const { account, id, work, arn } = await building();
    const arns = Array.from({ length: 25 }, (_, i) => arn('volume', `vol-${i}`));
    await report(
      work,
      arns.map((one) => ({ arn: one, volumeType: 'gp3', sizeGiB: 8 })),
    );

    const pages: string[][] = [];
    let after: string | null = null;
    do {
      const { nodes, pageInfo }: any = await resourcesOf(id, { first: 5, after });
      pages.push(nodes.map((node: any) => node.arn));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(pages.map(({ length }) => length)).toEqual([5, 5, 5, 5, 5]);
    expect(pages.flat()).toEqual(arns);
    const { nodes } = await resourcesOf(id, { last: 2 });
    expect(nodes.map((node: any) => node.arn)).toEqual(arns.slice(-2));
    const first = await standingIn(account.id, { first: 20 });
    const rest = await standingIn(account.id, { first: 20, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes].map((node: any) => node.arn)).toEqual(arns);
  });

  it('marks resources of a removed subscription as removed', async () => {
    const { account, id, work, arn } = await building();
    await report(work, [{ arn: arn('instance', 'i-0a') }, { arn: arn('vpc', 'vpc-0a'), cidr: '10.0.0.0/16' }]);
    await complete(work);
    await one(deleteMutation, { id });
    const toTakeDown = await claim();
    expect(toTakeDown).toMatchObject({ subscriptionId: id, kind: 'TEAR_DOWN' });
    await report(toTakeDown, [{ arn: arn('instance', 'i-0a'), isRemoved: true }]);
    expect((await standingIn(account.id)).totalCount).toBe(1);
    expect(await complete(toTakeDown)).toMatchObject({ status: 'DELETED' });

    expect((await standingIn(account.id)).totalCount).toBe(0);
    const { nodes } = await resourcesOf(id);
    expect(nodes.map(({ history }: any) => history.map(({ kind }: any) => kind))).toEqual([
      ['REMOVED', 'PROVISIONED'],
      ['REMOVED', 'PROVISIONED'],
    ]);
  });

  it('lists resources that remained in AWS after a force detach', async () => {
    const { account, id, work, arn } = await building();
    await report(work, [{ arn: arn('instance', 'i-0a') }, { arn: arn('volume', 'vol-0a') }]);
    await report(work, [{ arn: arn('volume', 'vol-0a'), isRemoved: true }]);
    await one(forceMutation, { id: account.id, name: account.name, reason: 'The AWS account was closed.' });
    const { detachedCloudAccountId } = await one(approveMutation, { id: account.id }, anotherOwner);
    expect(detachedCloudAccountId).toBe(account.id);

    const { nodes } = (await gateway.ask(deletedQuery)).deletedCloudAccounts;
    const deleted = nodes.find(({ cloudAccountId }: any) => cloudAccountId === account.id);
    expect(deleted).toMatchObject({ orphanedResourceCount: 1, orphanedResources: { totalCount: 1 } });
    expect(deleted.orphanedResources.nodes).toEqual([
      expect.objectContaining({ arn: arn('instance', 'i-0a'), removedAt: null, orphanedAt: expect.any(String) }),
    ]);
    expect(deleted.orphanedResources.nodes[0].history.map(({ kind }: any) => kind)).toEqual([
      'ORPHANED',
      'PROVISIONED',
    ]);
    expect((await resourcesOf(id)).totalCount).toBe(2);
    expect((await report(work, [{ arn: arn('instance', 'i-0b') }])).userErrors).toMatchObject([
      { code: 'PROVISIONING_LEASE_LOST' },
    ]);
  });

  it.each([
    ['tags', '`?tags`?', (fields: string) => `cloudSubscription(id: $id) { id ${fields} }`, 'tags { key }'],
    [
      'attributes',
      '`?attributes`?',
      (fields: string) => `cloudSubscription(id: $id) { resources { nodes { arn ${fields} } } }`,
      'rules',
    ],
    [
      'attributes of a change',
      '`?attributes`?',
      (fields: string) => `cloudSubscription(id: $id) { resources(first: 1) { nodes { history { kind ${fields} } } } }`,
      'rules',
    ],
    [
      'lines of a finding',
      '`?(expected|found)`?',
      (fields: string) => `cloudSubscription(id: $id) { id } driftFindings { nodes { kind ${fields} } }`,
      'expected actual',
    ],
  ])('reads %s, which can be long, only when a field selects them', async (_, column, document, fields) => {
    const { account, id, work, arn } = await building();
    await report(work, [{ arn: arn('security-group', 'sg-0a'), rules: [rule] }]);
    await gateway.sql(
      `INSERT INTO drift_finding (tenant_id, cloud_account_id, subscription_id, resource_id, kind, expected, found, since, changed_at)
       SELECT 2, cloud_account_id, subscription_id, id, 'RULES_CHANGED', '["a"]', '["b"]', created_at, created_at FROM provisioned_resource
       WHERE cloud_account_id = ?`,
      [numberOf(account.id)],
    );
    const texts = async (asked: string) => {
      const statements = await statementsOf(gateway, () =>
        gateway.ask(`query ($id: ID!) { ${document(asked)} }`, { id }),
      );
      return statements.filter((sql) => new RegExp(`\\b${column}\\b`).test(sql.replace(/FROM[^]*/, ''))).length;
    };

    expect(await texts('')).toBe(0);
    expect(await texts(fields)).toBe(1);
  });

  it('accepts any AWS account for a hosted one, and shows nothing to another tenant', async () => {
    const stranger = await gateway.anotherTenant();
    const { id } = await createSubscription(hostedAccount, stranger);
    const work = await claim();
    await report(work, [{ arn: 'arn:aws:ec2:us-east-1:210987654321:instance/i-0a' }]);

    expect((await resourcesOf(id, { first: 5 }, stranger)).totalCount).toBe(1);
    expect((await gateway.ask(resourcesQuery, { id, first: 5 })).cloudSubscription).toBeNull();
  });
});
