import { TrialPace } from '#libs/cloud-accounts';
import { isObjectType } from 'graphql';
import { Gateway } from '../support/gateway.js';
import { schema } from '../support/operations.js';
import {
  globalId,
  hostedAccount,
  numberOf,
  quickAccount,
  sandboxKey,
  sandboxRole,
  stepsWith,
} from '../support/steps.js';

/** All fields of the schema with permissions of the viewer: `CloudAccount.viewerCanDelete`. */
const permissions = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
  .filter((name) => /\.viewerCan/.test(name));

interface Subject {
  readonly id: string;
  /** API key of the request; by default, the one of the first OWNER. */
  readonly key?: string;
}

describe('the permissions of a viewer', () => {
  let gateway: Gateway;
  let otherOwner: string;
  const { createQuickAccount, createSubscription, createKey, issueExternalId, nextUser, revokeKey } = stepsWith(
    () => gateway,
  );

  beforeAll(async () => {
    gateway = await Gateway.start({ ACCESS_KEY_ROTATION_GRACE_SECONDS: '86400' });
    Object.assign(gateway.get(TrialPace), { patience: 200, firstRetry: 30_000 });
    otherOwner = await gateway.newKey({ name: 'Other owner' });
  });
  afterAll(() => gateway.stop());

  const mutate = async (name: string, input: object, key?: string): Promise<any> => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const { body } = await gateway.send(
      `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`,
      { input },
      key,
    );
    const codes =
      body.errors?.map(({ extensions }: any) => extensions.code) ??
      body.data[name].userErrors.map(({ code }: any) => code);
    return codes[0] ?? null;
  };
  const done = async (name: string, input: object, key?: string) =>
    expect([name, await mutate(name, input, key)]).toEqual([name, null]);
  const account = async (family: string, more: object = {}) => {
    const input = quickAccount(nextUser(), { credentials: sandboxKey(family, nextUser()), ...more });
    const mutation =
      'mutation ($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { cloudAccount { id version } userErrors { code } } }';
    const { cloudAccount, userErrors } = (await gateway.ask(mutation, { input })).createCloudAccount;
    expect(userErrors).toEqual([]);
    return cloudAccount as { id: string; version: number };
  };
  const versionOf = async (table: 'cloud_account' | 'subscription', id: string) =>
    (await gateway.sql(`SELECT version FROM ${table} WHERE id = ?`, [numberOf(id)]))[0].version;

  const withSubscription = async () => {
    const made = await createQuickAccount();
    await createSubscription(made.id);
    return made;
  };

  /** Accounts in every state that a rule checks. */
  const accounts: Record<string, () => Promise<Subject>> = {
    'a hosted account': async () => ({ id: hostedAccount }),
    'an account with an access key': () => createQuickAccount(),
    'an account with an access role': async () => {
      const { handle, externalId } = await issueExternalId();
      return account('WORKS', { credentials: sandboxRole(nextUser(), `access-role-${externalId}`, handle) });
    },
    'an account whose key AWS does not know yet': () => account('OTHER'),
    'an account that never worked': async () => {
      const { id } = await account('OTHER');
      await done('cancelPendingCredentials', { id, expectedVersion: await versionOf('cloud_account', id) });
      return { id };
    },
    'an account that lacks permissions': () => account('NPERM', { allowMissingPermissions: true }),
    'an account with a new key that AWS does not know yet': async () => {
      const { id, version } = await createQuickAccount();
      await done('updateCloudAccount', { id, expectedVersion: version, credentials: sandboxKey('OTHER', nextUser()) });
      return { id };
    },
    'an account with an active subscription': withSubscription,
    'an account that waits to be unused': async () => {
      const { id } = await withSubscription();
      await done('deleteCloudAccount', { id, mode: 'WHEN_UNUSED' });
      return { id };
    },
    'an account whose key is being rotated': async () => {
      const { id, version } = await account('SLOWP');
      await done('rotateAwsCredentials', { id, expectedVersion: version });
      return { id };
    },
    'a broken account': async () => {
      const { id } = await createQuickAccount();
      await gateway.sql("UPDATE cloud_account_health SET state = 'BROKEN' WHERE cloud_account_id = ?", [numberOf(id)]);
      return { id };
    },
  };

  const subscriptionIn =
    (status: string, more = '') =>
    async () => {
      const { id } = await createSubscription((await createQuickAccount()).id);
      await gateway.sql(`UPDATE subscription SET status = '${status}'${more} WHERE id = ?`, [numberOf(id)]);
      return { id };
    };
  const subscriptions = {
    'a subscription that is PENDING': subscriptionIn('PENDING'),
    'a subscription that is ACTIVE': subscriptionIn('ACTIVE'),
    'a subscription that is CHANGE_PENDING': subscriptionIn('CHANGE_PENDING'),
    'a subscription that is DELETING': subscriptionIn('DELETING'),
    'a subscription that is in ERROR': subscriptionIn('ERROR', ", failed_kind = 'BUILD', failure_message = 'No.'"),
    'a subscription that is DELETED': subscriptionIn(
      'DELETED',
      ", end_reason = 'DELETED', ended_at = '2026-01-01 00:00:00.000'",
    ),
  };

  const findingThat = (resolvedAt: string | null) => async () => {
    await gateway.sql('DELETE FROM provisioning_work');
    const subscription = await createSubscription((await createQuickAccount()).id);
    const provisioner = await gateway.newKey({ role: 'PROVISIONER' }, 1);
    const claimed = await gateway.ask(
      'mutation { claimProvisioningWork(input: {limit: 20}) { work { subscriptionId claimId cloudAccountId awsAccountId } } }',
      {},
      provisioner,
    );
    const { subscriptionId, claimId, cloudAccountId, awsAccountId } = claimed.claimProvisioningWork.work.find(
      (work: any) => work.subscriptionId === subscription.id,
    );
    const arn = `arn:aws:ec2:us-east-1:${awsAccountId}:instance/i-0123456789abcdef0`;
    await done('reportProvisioning', { subscriptionId, claimId, resources: [{ arn, state: 'RUNNING' }] }, provisioner);
    const [resource] = await gateway.sql('SELECT id, tenant_id FROM provisioned_resource WHERE arn = ?', [arn]);
    await gateway.sql(
      `INSERT INTO drift_finding (tenant_id, cloud_account_id, subscription_id, resource_id, kind, expected, found, since, changed_at, resolved_at, resolution)
       VALUES (?, ?, ?, ?, 'MISSING', '[]', '[]', '2026-01-01 00:00:00.000', '2026-01-01 00:00:00.000', ?, ?)`,
      [
        resource.tenant_id,
        numberOf(cloudAccountId),
        numberOf(subscriptionId),
        resource.id,
        resolvedAt,
        resolvedAt && 'MANUAL',
      ],
    );
    const [finding] = await gateway.sql('SELECT id FROM drift_finding WHERE resource_id = ?', [resource.id]);
    return { id: globalId('DriftFinding', finding.id) };
  };
  const findings = {
    'an open finding': findingThat(null),
    'a resolved finding': findingThat('2026-01-02 00:00:00.000'),
  };

  const requested = async () => {
    const { id, name } = await withSubscription();
    await done('forceDetachCloudAccount', { id, name, reason: 'The AWS account was closed.' });
    return id as string;
  };
  const requests = {
    'a request of another OWNER': async () => ({ id: await requested(), key: otherOwner }),
    'a request of one’s own': async () => ({ id: await requested() }),
    'a request that is void': async () => {
      const id = await requested();
      await createSubscription(id);
      return { id, key: otherOwner };
    },
  };

  const apiKeys = {
    'an API key': () => createKey(),
    'a revoked API key': async () => {
      const { id } = await createKey();
      await revokeKey(id);
      return { id };
    },
    'the last API key of an OWNER': async () => {
      const key = await gateway.anotherTenant();
      const { viewer } = await gateway.ask('{ viewer { apiKey { id } } }', {}, key);
      return { id: viewer.apiKey.id, key };
    },
  };

  const callers = {
    'an OWNER': async () => ({ id: '' }),
    'a MANAGER': async () => ({ id: '', key: await gateway.newKey({ role: 'MANAGER' }) }),
    'a VIEWER': async () => ({ id: '', key: await gateway.newKey({ role: 'VIEWER' }) }),
    'an OWNER of the operator': async () => ({ id: '', key: await gateway.newKey({ role: 'OWNER' }, 1) }),
  };

  const onAccount = (
    mutation: string,
    input: (subject: Subject) => Promise<object> | object = ({ id }) => ({ id }),
  ) => ({
    read: 'cloudAccount(id: $id)',
    states: accounts,
    attempt: async (subject: Subject) => mutate(mutation, await input(subject), subject.key),
  });
  const onSubscription = (
    mutation: string,
    input: (subject: Subject) => Promise<object> | object = ({ id }) => ({ id }),
  ) => ({
    read: 'cloudSubscription(id: $id)',
    states: subscriptions,
    attempt: async (subject: Subject) => mutate(mutation, await input(subject), subject.key),
  });
  const inVersion = async ({ id }: Subject) => ({ id, expectedVersion: await versionOf('cloud_account', id) });
  const onFinding = (mutation: string) => ({
    read: 'node(id: $id)',
    states: findings,
    attempt: ({ id, key }: Subject) => mutate(mutation, { id }, key),
  });
  const onRequest = (mutation: string) => ({
    read: 'cloudAccount(id: $id)',
    within: 'forceDetachRequest',
    states: requests,
    attempt: ({ id, key }: Subject) => mutate(mutation, { id }, key),
  });
  const ofViewer = (mutation: string, input: () => object | Promise<object>) => ({
    read: 'viewer',
    states: callers,
    attempt: async ({ key }: Subject) => mutate(mutation, await input(), key),
  });

  /** Operation of each field. */
  const operations: Record<
    string,
    {
      read: string;
      within?: string;
      states: Record<string, () => Promise<Subject>>;
      attempt(subject: Subject): Promise<string | null>;
    }
  > = {
    'CloudAccount.viewerCanCancelDeletion': onAccount('cancelCloudAccountDeletion', inVersion),
    'CloudAccount.viewerCanCancelPendingCredentials': onAccount('cancelPendingCredentials', inVersion),
    'CloudAccount.viewerCanCancelRotation': onAccount('cancelRotation'),
    'CloudAccount.viewerCanCreateSubscription': onAccount('createSubscription', ({ id }) => ({
      cloudAccountId: id,
      name: 'Orders',
      region: 'us-east-1',
    })),
    'CloudAccount.viewerCanDelete': onAccount('deleteCloudAccount'),
    'CloudAccount.viewerCanRotate': onAccount('rotateAwsCredentials', inVersion),
    'CloudAccount.viewerCanSeeCredentialUses': {
      read: 'cloudAccount(id: $id)',
      states: accounts,
      attempt: async ({ id, key }) => {
        const query = 'query ($id: ID!) { cloudAccount(id: $id) { credentialUses { totalCount } } }';
        const { body } = await gateway.send(query, { id }, key);
        return body.errors?.[0].extensions.code ?? null;
      },
    },
    'CloudAccount.viewerCanUpdate': onAccount('updateCloudAccount', async (subject) => ({
      ...(await inVersion(subject)),
      name: `Renamed ${nextUser()}`,
    })),
    'CloudAccount.viewerCanVerify': onAccount('verifyCloudAccount'),
    'CloudSubscription.viewerCanDelete': onSubscription('deleteSubscription'),
    'CloudSubscription.viewerCanRetry': onSubscription('retrySubscription'),
    'CloudSubscription.viewerCanUpdate': onSubscription('updateSubscription', async ({ id }) => ({
      id,
      expectedVersion: await versionOf('subscription', id),
      name: 'Renamed',
    })),
    'DriftFinding.viewerCanAcknowledge': onFinding('acknowledgeDriftFinding'),
    'DriftFinding.viewerCanResolve': onFinding('resolveDriftFinding'),
    'ForceDetachRequest.viewerCanApprove': onRequest('approveForceDetach'),
    'ForceDetachRequest.viewerCanCancel': onRequest('cancelForceDetach'),
    'ApiKey.viewerCanRevoke': {
      read: 'node(id: $id)',
      states: apiKeys,
      attempt: ({ id, key }) => mutate('revokeApiKey', { id }, key),
    },
    'Viewer.viewerCanCreateApiKey': ofViewer('createApiKey', () => ({ name: 'Spare', role: 'VIEWER' })),
    'Viewer.viewerCanCreateCloudAccount': ofViewer('createCloudAccount', () => quickAccount(nextUser())),
    'Viewer.viewerCanIssueExternalId': ofViewer('issueExternalId', () => ({})),
  };

  it('have a case here for each field of the schema', () => {
    expect(Object.keys(operations).sort()).toEqual([...permissions].sort());
  });

  const told = async (name: string, { id, key }: Subject) => {
    const [type, field] = name.split('.') as [string, string];
    const { read, within } = operations[name]!;
    const permission = `${field} { isAllowed code reason remediation }`;
    const selection = within ? `${within} { ${permission} }` : `... on ${type} { ${permission} }`;
    const query = read.includes('$id')
      ? `query ($id: ID!) { it: ${read} { ${selection} } }`
      : `{ it: ${read} { ${selection} } }`;
    const { it: found } = await gateway.ask(query, { id }, key);
    return (within ? found[within] : found)[field];
  };

  const cases = Object.entries(operations).flatMap(([name, { states }]) =>
    Object.keys(states).map((state) => [name, state] as const),
  );
  it.each(cases)('%s of %s match the operation', async (name, state) => {
    const { states, attempt } = operations[name]!;
    const subject = await states[state]!();

    const { isAllowed, code, reason, remediation } = await told(name, subject);
    const refusal = await attempt(subject);

    expect({ isAllowed, code }).toEqual({ isAllowed: refusal === null, code: refusal });
    expect([reason, remediation].map((text) => text === null)).toEqual([isAllowed, isAllowed]);
  });

  it.each(Object.keys(operations).filter((name) => operations[name]!.states === accounts))(
    '%s is refused to a VIEWER like the operation itself',
    async (name) => {
      const subject = { ...(await createQuickAccount()), key: await gateway.newKey({ role: 'VIEWER' }) };

      expect(await told(name, subject)).toMatchObject({ isAllowed: false, code: 'FORBIDDEN' });
      expect(await operations[name]!.attempt(subject)).toBe('FORBIDDEN');
    },
  );
});
