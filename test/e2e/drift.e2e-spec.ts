import { DriftReconciler, DriftPace } from '#libs/drift';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  RevokeSecurityGroupIngressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { build, ec2Of, port, reportsOf, type Built } from '../support/built.js';
import { Gateway } from '../support/gateway.js';
import { until } from '../support/until.js';
import { globalId, hostedAccount, momentOf, numberOf, sandboxRole, stepsWith } from '../support/steps.js';

const errors = 'userErrors { code path message }';
const drift = 'verdict openFindingCount lastCheckedAt lastCompleteAt codes isBeingChecked';
const finding =
  'id kind expected actual detectedAt acknowledgedAt acknowledgedBy note resolvedAt resolution resource { arn kind } repair { advice commands } subscription { id } viewerCanAcknowledge { isAllowed code } viewerCanResolve { isAllowed }';
const mutation = (name: string, input: string, selection: string) =>
  `mutation ($input: ${input}!) { ${name}(input: $input) { ${selection} ${errors} } }`;
const claimWork = mutation('claimProvisioningWork', 'ClaimProvisioningWorkInput', 'work { subscriptionId claimId }');
const report = mutation('reportProvisioning', 'ReportProvisioningInput', 'work { isStopRequested }');
const complete = mutation('completeProvisioning', 'CompleteProvisioningInput', 'status');
const updateSubscription = mutation('updateSubscription', 'UpdateSubscriptionInput', 'subscription { version }');
const checkDrift = mutation('checkDrift', 'CheckDriftInput', `drift { ${drift} }`);
const acknowledge = mutation('acknowledgeDriftFinding', 'AcknowledgeDriftFindingInput', `finding { ${finding} }`);
const resolve = mutation('resolveDriftFinding', 'ResolveDriftFindingInput', `finding { ${finding} }`);
const findingsQuery = `query ($filter: DriftFindingFilter, $first: Int, $after: String) {
  driftFindings(filter: $filter, first: $first, after: $after) { totalCount nodes { ${finding} } pageInfo { hasNextPage endCursor } } }`;

describe('the drift check', () => {
  let gateway: Gateway;
  let provisioner: string;
  const { createAccount, createSubscription, issueExternalId, nextUser, refusals } = stepsWith(() => gateway);

  const start = async () => {
    const started = await Gateway.start({}, { pace: 0 });
    Object.assign(started.get(DriftPace), { settling: 0 });
    provisioner = await started.newKey({ role: 'PROVISIONER' }, 1);
    return started;
  };
  beforeAll(async () => (gateway = await start()));
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.sql('DELETE FROM provisioning_work'));

  const one = async (document: string, input: object, as?: string) =>
    Object.values<any>(await gateway.ask(document, { input }, as))[0];
  const claim = async () => (await one(claimWork, {}, provisioner)).work[0];
  const check = async (cloudAccountId: string) => (await one(checkDrift, { cloudAccountId })).drift;
  const findings = async (filter: object, page: object = {}, as?: string) =>
    (await gateway.ask(findingsQuery, { filter, ...page }, as)).driftFindings;
  const open = async (cloudAccountId: string) => (await findings({ cloudAccountId, isOpen: true })).nodes;
  const versionOf = async (id: string) => {
    const { cloudSubscription } = await gateway.ask('query ($id: ID!) { cloudSubscription(id: $id) { version } }', {
      id,
    });
    return { expectedVersion: cloudSubscription.version };
  };
  const events = async (type: string, accountId: string) => {
    const rows = await gateway.sql('SELECT data FROM event WHERE type = ?', [type]);
    return rows.filter(({ data }: any) => {
      const { cloudAccountId } = typeof data === 'string' ? JSON.parse(data) : data;
      return cloudAccountId === numberOf(accountId);
    }).length;
  };

  interface Standing {
    readonly account: any;
    readonly which: string;
    readonly subscriptionId: string;
    readonly ec2: EC2Client;
    readonly built: Built;
    readonly arn: (type: string, id: string) => string;
  }

  const accessRole = async (which: string) => {
    const { handle, externalId } = await issueExternalId();
    return sandboxRole(which, `access-role-${externalId}`, handle);
  };

  /** Subscription that was built, in its own account. */
  async function standing(instances = 1, inRole = false, region = 'us-east-1'): Promise<Standing> {
    const which = nextUser();
    const account = await createAccount({ which, ...(inRole && { credentials: await accessRole(which) }) });
    const subscription = await createSubscription(account.id, undefined, region);
    const ec2 = ec2Of(gateway.sandboxUrl, which, region);
    const built = await build(ec2, instances);
    const { subscriptionId, claimId } = await claim();
    const resources = reportsOf(built, account.awsAccountId, region);
    expect((await one(report, { subscriptionId, claimId, resources }, provisioner)).userErrors).toEqual([]);
    expect((await one(complete, { subscriptionId, claimId }, provisioner)).status).toBe('ACTIVE');
    const arn = (type: string, id: string) => `arn:aws:ec2:${region}:${account.awsAccountId}:${type}/${id}`;
    return { account, which, subscriptionId: subscription.id, ec2, built, arn };
  }

  /** All changes of resources, their repairs if possible, and the findings. */
  const meddling: [
    string,
    (ec2: EC2Client, built: Built) => Promise<unknown>,
    ((ec2: EC2Client, built: Built) => Promise<unknown>) | null,
    (standing: Standing) => object,
  ][] = [
    [
      'an instance was stopped',
      (ec2, { instances }) => ec2.send(new StopInstancesCommand({ InstanceIds: [...instances] })),
      (ec2, { instances }) => ec2.send(new StartInstancesCommand({ InstanceIds: [...instances] })),
      ({ built, arn }) => ({
        ...{ kind: 'STATE_CHANGED', expected: ['RUNNING'], actual: ['STOPPED'] },
        resource: { kind: 'INSTANCE', arn: arn('instance', built.instances[0]!) },
        repair: {
          commands: [`aws ec2 start-instances --instance-ids ${built.instances[0]} --region us-east-1`],
          advice: expect.any(String),
        },
      }),
    ],
    [
      'an instance was terminated',
      (ec2, { instances }) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [...instances] })),
      null,
      () => ({ kind: 'RESOURCE_DELETED', expected: [], actual: [], repair: { commands: [] } }),
    ],
    [
      'a rule was added',
      (ec2, { group }) =>
        ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [port(22, '0.0.0.0/0')] })),
      (ec2, { group }) =>
        ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [port(22, '0.0.0.0/0')] })),
      ({ built }) => ({
        ...{ kind: 'RULES_CHANGED', expected: [], actual: ['ingress tcp 22-22 0.0.0.0/0'] },
        repair: {
          commands: [
            `aws ec2 revoke-security-group-ingress --group-id ${built.group} --ip-permissions '[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]' --region us-east-1`,
          ],
        },
      }),
    ],
    [
      'a rule was removed',
      (ec2, { group }) =>
        ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [port(6379)] })),
      (ec2, { group }) =>
        ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group, IpPermissions: [port(6379)] })),
      () => ({ kind: 'RULES_CHANGED', expected: ['ingress tcp 6379-6379 10.0.0.0/16'], actual: [] }),
    ],
    [
      'a rule was changed',
      async (ec2, { group: GroupId }) => {
        await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [port(6379)] }));
        await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [port(6379, '0.0.0.0/0')] }));
      },
      async (ec2, { group: GroupId }) => {
        await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [port(6379, '0.0.0.0/0')] }));
        await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [port(6379)] }));
      },
      () => ({
        kind: 'RULES_CHANGED',
        expected: ['ingress tcp 6379-6379 10.0.0.0/16'],
        actual: ['ingress tcp 6379-6379 0.0.0.0/0'],
      }),
    ],
    [
      'a volume is gone',
      (ec2, { volume }) => ec2.send(new DeleteVolumeCommand({ VolumeId: volume })),
      null,
      ({ built, arn }) => ({
        kind: 'RESOURCE_DELETED',
        resource: { kind: 'VOLUME', arn: arn('volume', built.volume) },
      }),
    ],
    [
      'a tag was removed',
      (ec2, { subnet }) => ec2.send(new DeleteTagsCommand({ Resources: [subnet], Tags: [{ Key: 'managed-by' }] })),
      (ec2, { subnet }) =>
        ec2.send(
          new CreateTagsCommand({
            Resources: [subnet],
            Tags: [{ Key: 'managed-by', Value: 'cloud-account-gateway' }],
          }),
        ),
      ({ built }) => ({
        ...{ kind: 'TAG_REMOVED', expected: [], actual: [] },
        repair: {
          commands: [
            `aws ec2 create-tags --resources ${built.subnet} --tags 'Key=managed-by,Value=cloud-account-gateway' --region us-east-1`,
          ],
        },
      }),
    ],
  ];

  it.each(meddling)('finds once that %s, and that it was repaired', async (_, meddle, repair, expected) => {
    const there = await standing();
    const { account, ec2, built, subscriptionId } = there;
    expect(await check(account.id)).toMatchObject({ verdict: 'IN_SYNC', openFindingCount: 0, codes: [] });

    await meddle(ec2, built);
    expect(await check(account.id)).toMatchObject({ verdict: 'DRIFTED', openFindingCount: 1, isBeingChecked: false });
    await check(account.id);
    const found = await open(account.id);
    expect(found).toMatchObject([{ ...expected(there), subscription: { id: subscriptionId }, resolvedAt: null }]);
    expect(found).toHaveLength(1);
    expect(await events('DRIFT_FOUND', account.id)).toBe(1);

    if (!repair) return;
    await repair(ec2, built);
    expect(await check(account.id)).toMatchObject({ verdict: 'IN_SYNC', openFindingCount: 0 });
    expect((await findings({ cloudAccountId: account.id })).nodes).toMatchObject([
      { id: found[0].id, resolution: 'REPAIRED', resolvedAt: expect.any(String) },
    ]);
    expect(await events('DRIFT_RESOLVED', account.id)).toBe(1);
  });

  it('reports another difference of the same kind again, and no longer as acknowledged', async () => {
    const { account, ec2, built } = await standing();
    const allow = (number: number) =>
      ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: built.group, IpPermissions: [port(number)] }));
    await allow(22);
    await check(account.id);
    const [{ id }] = await open(account.id);
    const known = await one(acknowledge, { id, note: 'We know.' });
    expect(known.userErrors).toEqual([]);
    expect(known.finding).toMatchObject({ acknowledgedBy: 'First key', note: 'We know.', resolvedAt: null });
    await check(account.id);
    expect((await open(account.id))[0].acknowledgedAt).not.toBeNull();

    await allow(23);
    await check(account.id);
    expect(await open(account.id)).toMatchObject([
      { id, acknowledgedAt: null, actual: ['ingress tcp 22-22 10.0.0.0/16', 'ingress tcp 23-23 10.0.0.0/16'] },
    ]);
    expect(await events('DRIFT_CHANGED', account.id)).toBe(1);
  });

  it('lets users resolve a finding, and finds the difference again if it remains', async () => {
    const { account, ec2, built } = await standing();
    await ec2.send(new StopInstancesCommand({ InstanceIds: [...built.instances] }));
    await check(account.id);
    const [{ id }] = await open(account.id);

    const closed = (await one(resolve, { id, note: 'Never mind.' })).finding;
    expect(closed).toMatchObject({
      ...{ resolution: 'MANUAL', note: 'Never mind.' },
      viewerCanAcknowledge: { isAllowed: false, code: 'DRIFT_FINDING_RESOLVED' },
    });
    for (const again of [acknowledge, resolve])
      expect((await one(again, { id })).userErrors).toMatchObject([{ code: 'DRIFT_FINDING_RESOLVED' }]);
    await check(account.id);
    const [next] = await open(account.id);
    expect(next.id).not.toBe(id);
    expect((await findings({ cloudAccountId: account.id }, { first: 1 })).nodes).toMatchObject([{ id: next.id }]);
  });

  it('skips resources that are being changed, and trusts the report of the provisioner', async () => {
    const { account, ec2, built, subscriptionId, arn } = await standing();
    expect(
      (await one(updateSubscription, { id: subscriptionId, plan: 'large', ...(await versionOf(subscriptionId)) }))
        .userErrors,
    ).toEqual([]);
    const InstanceIds = [...built.instances];

    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    await check(account.id);
    expect(await open(account.id)).toHaveLength(1); // no work was claimed yet
    const work = await claim();
    expect(work.subscriptionId).toBe(subscriptionId);
    await ec2.send(new StartInstancesCommand({ InstanceIds }));
    await ec2.send(new DeleteVolumeCommand({ VolumeId: built.volume }));
    expect(await check(account.id)).toMatchObject({ openFindingCount: 1 }); // unchanged in the meantime

    const resources = [{ arn: arn('volume', built.volume), isRemoved: true }];
    await one(report, { ...work, resources }, provisioner);
    expect((await one(complete, work, provisioner)).status).toBe('ACTIVE');
    expect(await check(account.id)).toMatchObject({ verdict: 'IN_SYNC' });
    expect(await events('DRIFT_FOUND', account.id)).toBe(1);
  });

  it('skips resources of interrupted work', async () => {
    const { account, ec2, built, subscriptionId } = await standing();
    await one(updateSubscription, { id: subscriptionId, plan: 'large', ...(await versionOf(subscriptionId)) });
    const work = await claim();
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...built.instances] }));
    const fail = mutation('failProvisioning', 'FailProvisioningInput', 'status');
    expect((await one(fail, { ...work, message: 'No capacity.' }, provisioner)).status).toBe('ERROR');
    expect(await check(account.id)).toMatchObject({ verdict: 'IN_SYNC', openFindingCount: 0 });
  });

  it('resolves findings of a resource that is no longer expected', async () => {
    const { account, ec2, built, subscriptionId, arn } = await standing();
    await ec2.send(new DeleteVolumeCommand({ VolumeId: built.volume }));
    await check(account.id);
    await one(updateSubscription, { id: subscriptionId, plan: 'small', ...(await versionOf(subscriptionId)) });
    const work = await claim();
    await one(report, { ...work, resources: [{ arn: arn('volume', built.volume), isRemoved: true }] }, provisioner);
    await one(complete, work, provisioner);

    // This needs no request.
    await until('the finding is closed', async () => {
      const [{ resolution }] = (await findings({ cloudAccountId: account.id })).nodes;
      return resolution === 'RESOURCE_REMOVED';
    });
    expect(await check(account.id)).toMatchObject({ verdict: 'IN_SYNC' });
  });

  it('reports no deletion for resources that could not be read, and continues with others', async () => {
    const { account, ec2, built } = await standing();
    await ec2.send(new StopInstancesCommand({ InstanceIds: [...built.instances] }));
    await ec2.send(new DeleteVolumeCommand({ VolumeId: built.volume }));
    gateway.aws.inject({ action: 'DescribeVolumes', fault: 'html-200', times: 9 });

    const first = await check(account.id);
    gateway.aws.forgetFaults();
    expect(first).toMatchObject({ verdict: 'DRIFTED', openFindingCount: 1, lastCompleteAt: null });
    expect(first.codes).toEqual(['AWS_RESPONSE_INVALID']);
    expect(await open(account.id)).toMatchObject([{ kind: 'STATE_CHANGED' }]);
    expect(await check(account.id)).toMatchObject({ openFindingCount: 2, codes: [] });
  });

  it.each([
    ['throttles', { fault: 'throttle', times: 60 } as const, 'AWS_THROTTLED'],
    ['is down', { fault: '503', times: 60 } as const, 'AWS_UNREACHABLE'],
  ])('reports that AWS %s', async (_, fault, code) => {
    const { account } = await standing();
    gateway.aws.inject({ action: 'DescribeInstances', ...fault });
    const seen = await check(account.id);
    gateway.aws.forgetFaults();
    expect(seen).toMatchObject({ verdict: 'INCONCLUSIVE', codes: [code], openFindingCount: 0, lastCompleteAt: null });
  });

  it.each([
    ['a key', false],
    ['an access role', true],
  ])('reports a region that the AWS account has disabled, with %s, and no deletions', async (_, inRole) => {
    const { account, which } = await standing(1, inRole, 'ap-east-1');
    expect(await check(account.id)).toMatchObject({ verdict: 'IN_SYNC', codes: [] });
    const enable = (is: boolean) => gateway.aws.setRegionEnabled(`AKIASANDBOXWORKS${which}`, 'ap-east-1', is);

    enable(false);
    gateway.aws.forgetCalls();
    const seen = await check(account.id);
    expect(seen).toMatchObject({ verdict: 'INCONCLUSIVE', codes: ['AWS_REGION_NOT_ENABLED'], openFindingCount: 0 });
    expect(gateway.aws.calls().map(({ action }) => action)).toContain('GetCallerIdentity');

    enable(true);
    expect(await check(account.id)).toMatchObject({ verdict: 'IN_SYNC', codes: [] });
  });

  it('calls EC2 with tags and filters, page by page, and never with a list of IDs', async () => {
    const { account, ec2, built } = await standing(12);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: built.instances.slice(0, 3) }));
    gateway.aws.forgetCalls();
    expect(await check(account.id)).toMatchObject({ openFindingCount: 3 });

    const calls = gateway.aws.calls().filter(({ action }) => action?.startsWith('Describe'));
    expect(calls.length).toBe(5);
    for (const { requestParameters } of calls) {
      expect(Object.keys(requestParameters).filter((name) => /^\w+Id\.\d/.test(name))).toEqual([]);
      expect(requestParameters).toMatchObject({ 'Filter.1.Name': 'tag:managed-by', MaxResults: '500' });
    }
    expect(await open(account.id)).toHaveLength(3);
  });

  it('runs when it is due, and again within the hour', async () => {
    const { account, ec2, built } = await standing();
    await ec2.send(new StopInstancesCommand({ InstanceIds: [...built.instances] }));
    const watch = async () =>
      (
        await gateway.sql('SELECT next_attempt_at, last_checked_at FROM drift_watch WHERE cloud_account_id = ?', [
          numberOf(account.id),
        ])
      )[0];
    expect((await watch()).last_checked_at).toBeNull();
    await gateway.sql("UPDATE drift_watch SET next_attempt_at = '2026-01-01 00:00:00.000' WHERE cloud_account_id = ?", [
      numberOf(account.id),
    ]);

    await until('it has looked', async () => (await open(account.id)).length === 1);
    await until('it is done', async () => (await watch()).last_checked_at !== null);
    const inMinutes = (momentOf((await watch()).next_attempt_at) - Date.now()) / 60_000;
    expect(inMinutes).toBeGreaterThan(45);
    expect(inMinutes).toBeLessThan(75);
  });

  it('uses a session of an access role that can only read', async () => {
    const { account, ec2, built } = await standing(1, true);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [...built.instances] }));
    gateway.aws.forgetCalls();
    expect(await check(account.id)).toMatchObject({ verdict: 'DRIFTED', openFindingCount: 1, codes: [] });

    const [assumed] = gateway.aws.calls().filter(({ action }) => action === 'AssumeRole');
    const policy = JSON.parse(assumed!.requestParameters['Policy']!);
    expect(policy.Statement[0].Action.every((action: string) => action.startsWith('ec2:Describe'))).toBe(true);
    const query =
      'query ($id: ID!) { cloudAccount(id: $id) { credentialUses(first: 1) { nodes { purpose operationId } } } }';
    const [use] = (await gateway.ask(query, { id: account.id })).cloudAccount.credentialUses.nodes;
    expect(use).toEqual({ purpose: 'DRIFT_CHECK', operationId: assumed!.requestParameters['RoleSessionName'] });
  });

  it('starts after something was built, for accounts of customers', async () => {
    const account = await createAccount();
    const query = `query ($id: ID!) { cloudAccount(id: $id) { drift { ${drift} } } }`;
    expect(await gateway.ask(query, { id: account.id })).toEqual({ cloudAccount: { drift: null } });
    expect(await refusals(checkDrift, { cloudAccountId: account.id })).toEqual([
      'NO_RESOURCES_TO_CHECK input.cloudAccountId',
    ]);
    expect(await refusals(checkDrift, { cloudAccountId: hostedAccount })).toEqual([
      'NO_RESOURCES_TO_CHECK input.cloudAccountId',
    ]);
    expect(await refusals(checkDrift, { cloudAccountId: globalId('CloudAccount', 99_999) })).toEqual([
      'NOT_FOUND input.cloudAccountId',
    ]);

    const there = await standing();
    expect((await gateway.ask(query, { id: there.account.id })).cloudAccount.drift).toEqual({
      ...{ verdict: 'NOT_CHECKED', openFindingCount: 0, codes: [], isBeingChecked: false },
      ...{ lastCheckedAt: null, lastCompleteAt: null },
    });
  });

  it('does not delay a shutdown, and returns its claims', async () => {
    const { account } = await standing();
    gateway.aws.inject({ action: 'DescribeInstances', fault: 'hang' });
    const asked = check(account.id);
    await until('AWS is asked', () => gateway.aws.calls().some(({ fault }) => fault === 'hang'));
    const started = performance.now();
    await Promise.all([gateway.get(DriftReconciler).stop(), asked]);
    expect(performance.now() - started).toBeLessThan(4_000); // AWS does not answer for 5 s

    const [{ lease_owner }] = await gateway.sql('SELECT lease_owner FROM drift_watch WHERE cloud_account_id = ?', [
      numberOf(account.id),
    ]);
    expect(lease_owner).toBeNull();
    await gateway.stop();
    gateway = await start();
  });

  it('is deleted with its account', async () => {
    const { account, ec2, built, subscriptionId } = await standing();
    await ec2.send(new StopInstancesCommand({ InstanceIds: [...built.instances] }));
    await check(account.id);
    const [{ id }] = await open(account.id);
    await gateway.sql("UPDATE subscription SET status = 'DELETED' WHERE id = ?", [numberOf(subscriptionId)]);
    const gone = mutation('deleteCloudAccount', 'DeleteCloudAccountInput', 'deletedCloudAccountId');
    expect((await one(gone, { id: account.id })).userErrors).toEqual([]);

    expect((await findings({ cloudAccountId: account.id })).totalCount).toBe(0);
    expect((await gateway.ask('query ($id: ID!) { node(id: $id) { id } }', { id })).node).toBeNull();
    const [{ n }] = await gateway.sql('SELECT COUNT(*) AS n FROM drift_watch WHERE cloud_account_id = ?', [
      numberOf(account.id),
    ]);
    expect(Number(n)).toBe(0);
  });
});
