import type { Role } from '#libs/access';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { Gateway } from '../support/gateway.js';
import { hostedAccount, newAccount, stepsWith } from '../support/steps.js';

/** Operations by role. An operation that is missing here fails the first test. */
const operations: Record<Role, string[]> = {
  VIEWER: [
    'cloudAccount',
    'cloudAccountDeletionPreview',
    'cloudAccounts',
    'cloudSubscription',
    'cloudSubscriptions',
    'driftFindings',
    'errorCatalog',
    'externalIds',
    'iamSetup',
    'node',
    'nodes',
    'usageAudit',
    'viewer',
  ],
  MANAGER: [
    'acknowledgeDriftFinding',
    'cancelCloudAccountDeletion',
    'cancelPendingCredentials',
    'cancelRotation',
    'checkDrift',
    'createCloudAccount',
    'createSubscription',
    'deleteCloudAccount',
    'deleteSubscription',
    'issueExternalId',
    'resolveDriftFinding',
    'retrySubscription',
    'rotateAwsCredentials',
    'setAccessKeyRotationPolicy',
    'testAwsCredentials',
    'updateCloudAccount',
    'updateSubscription',
    'verifyCloudAccount',
  ],
  OWNER: [
    'apiKeys',
    'approveForceDetach',
    'cancelForceDetach',
    'createApiKey',
    'deletedCloudAccounts',
    'forceDetachCloudAccount',
    'revokeApiKey',
  ],
  PROVISIONER: [
    'claimProvisioningWork',
    'completeProvisioning',
    'failProvisioning',
    'issueProvisioningCredentials',
    'performIamStep',
    'reportProvisioning',
  ],
};
const roles = Object.keys(operations) as Role[];
/** Each role includes the previous ones. */
const tenantsRoles: readonly Role[] = roles.filter((role) => role !== 'PROVISIONER');
const may = (role: Role, needed: Role) =>
  role === needed || (tenantsRoles.indexOf(role) > tenantsRoles.indexOf(needed) && needed !== 'PROVISIONER');

/** Each with valid arguments that have no effect. */
const documents: Record<string, string> = {
  apiKeys: '{ apiKeys { totalCount } }',
  cloudAccount: '{ cloudAccount(id: "x") { id } }',
  cloudAccountDeletionPreview: '{ cloudAccountDeletionPreview(id: "x") { isDeletable } }',
  cloudAccounts: '{ cloudAccounts { totalCount } }',
  cloudSubscription: '{ cloudSubscription(id: "x") { id } }',
  cloudSubscriptions: '{ cloudSubscriptions { totalCount } }',
  deletedCloudAccounts: '{ deletedCloudAccounts { totalCount } }',
  driftFindings: '{ driftFindings { totalCount } }',
  errorCatalog: '{ errorCatalog { code } }',
  externalIds: '{ externalIds { totalCount } }',
  iamSetup: '{ iamSetup(input: { vendorAccountId: "111122223333" }) { manifestVersion } }',
  node: '{ node(id: "x") { id } }',
  nodes: '{ nodes(ids: ["x"]) { id } }',
  usageAudit: '{ usageAudit(id: "x") { isDeletable } }',
  viewer: '{ viewer { role } }',
  acknowledgeDriftFinding: 'mutation { acknowledgeDriftFinding(input: { id: "x" }) { userErrors { code } } }',
  checkDrift: 'mutation { checkDrift(input: { cloudAccountId: "x" }) { userErrors { code } } }',
  resolveDriftFinding: 'mutation { resolveDriftFinding(input: { id: "x" }) { userErrors { code } } }',
  approveForceDetach: 'mutation { approveForceDetach(input: { id: "x" }) { userErrors { code } } }',
  cancelForceDetach: 'mutation { cancelForceDetach(input: { id: "x" }) { userErrors { code } } }',
  forceDetachCloudAccount:
    'mutation { forceDetachCloudAccount(input: { id: "x", name: "x", reason: "x" }) { userErrors { code } } }',
  cancelCloudAccountDeletion:
    'mutation { cancelCloudAccountDeletion(input: { id: "x", expectedVersion: 1 }) { userErrors { code } } }',
  cancelPendingCredentials:
    'mutation { cancelPendingCredentials(input: { id: "x", expectedVersion: 1 }) { userErrors { code } } }',
  cancelRotation: 'mutation { cancelRotation(input: { id: "x" }) { userErrors { code } } }',
  rotateAwsCredentials:
    'mutation { rotateAwsCredentials(input: { id: "x", expectedVersion: 1 }) { userErrors { code } } }',
  setAccessKeyRotationPolicy:
    'mutation { setAccessKeyRotationPolicy(input: { id: "x", expectedVersion: 1 }) { userErrors { code } } }',
  createApiKey: 'mutation { createApiKey(input: { name: " ", role: VIEWER }) { userErrors { code } } }',
  createCloudAccount: `mutation { createCloudAccount(input: { name: " ", consoleRoleName: "x",
    credentials: { awsAccessKey: { accessKeyId: "x", secretAccessKey: "x" } } }) { userErrors { code } } }`,
  createSubscription:
    'mutation { createSubscription(input: { cloudAccountId: "x", name: " ", region: "x" }) { userErrors { code } } }',
  deleteCloudAccount: 'mutation { deleteCloudAccount(input: { id: "x" }) { userErrors { code } } }',
  deleteSubscription: 'mutation { deleteSubscription(input: { id: "x" }) { userErrors { code } } }',
  claimProvisioningWork: 'mutation { claimProvisioningWork(input: { limit: 1 }) { userErrors { code } } }',
  completeProvisioning:
    'mutation { completeProvisioning(input: { subscriptionId: "x", claimId: "x" }) { userErrors { code } } }',
  failProvisioning:
    'mutation { failProvisioning(input: { subscriptionId: "x", claimId: "x", message: "x" }) { userErrors { code } } }',
  issueProvisioningCredentials:
    'mutation { issueProvisioningCredentials(input: { subscriptionId: "x", claimId: "x" }) { userErrors { code } } }',
  performIamStep:
    'mutation { performIamStep(input: { subscriptionId: "x", claimId: "x", step: LOOK_UP_NODE_ROLE }) { userErrors { code } } }',
  reportProvisioning:
    'mutation { reportProvisioning(input: { subscriptionId: "x", claimId: "x" }) { userErrors { code } } }',
  retrySubscription: 'mutation { retrySubscription(input: { id: "x" }) { userErrors { code } } }',
  updateSubscription: 'mutation { updateSubscription(input: { id: "x", expectedVersion: 1 }) { userErrors { code } } }',
  issueExternalId: 'mutation { issueExternalId(input: {}) { userErrors { code } } }',
  revokeApiKey: 'mutation { revokeApiKey(input: { id: "x" }) { userErrors { code } } }',
  testAwsCredentials: `mutation { testAwsCredentials(input: { consoleRoleName: "x",
    credentials: { awsAccessKey: { accessKeyId: "x", secretAccessKey: "x" } } }) { userErrors { code } } }`,
  updateCloudAccount: 'mutation { updateCloudAccount(input: { id: "x", expectedVersion: 1 }) { userErrors { code } } }',
  verifyCloudAccount: 'mutation { verifyCloudAccount(input: { id: "x" }) { userErrors { code } } }',
};

describe('what an API key can do', () => {
  let gateway: Gateway;
  const keys = {} as Record<Role, string>;
  const { createAccount, createSubscription, endSubscription, nextUser } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    for (const role of roles) keys[role] = await gateway.newKey({ role }, role === 'PROVISIONER' ? 1 : 2);
  });
  afterAll(() => gateway.stop());

  it('is tested for every operation', () => {
    const { schema } = gateway.get(GraphQLSchemaHost);
    const all = [schema.getQueryType()!, schema.getMutationType()!].flatMap((root) => Object.keys(root.getFields()));

    expect(Object.values(operations).flat().sort()).toEqual(all.sort());
    expect(Object.keys(documents).sort()).toEqual(all.sort());
  });

  const cells = Object.entries(operations).flatMap(([needed, names]) =>
    names.flatMap((name) => roles.map((role) => [role, name, may(role, needed as Role), needed] as const)),
  );
  it.each(cells)('a %s uses %s: %s', async (role, name, isAllowed, needed) => {
    const { status, body } = await gateway.send(documents[name]!, {}, keys[role]);

    expect(status).toBe(200);
    if (isAllowed) return void expect(body).not.toHaveProperty('errors');
    expect(body.errors).toMatchObject([
      { message: `Your API key is not allowed to do this. It needs ${needed}.`, extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(body.data?.[name] ?? null).toBeNull();
  });

  it('is checked before any part of the input', async () => {
    const { createCloudAccount } = await gateway.ask(documents['createCloudAccount']!, {}, keys.MANAGER);
    expect(createCloudAccount.userErrors).not.toHaveLength(0);

    expect((await gateway.error(documents['createCloudAccount']!, {}, keys.VIEWER)).extensions.code).toBe('FORBIDDEN');
  });

  it('is refused field by field, so that completed mutations are reported', async () => {
    const input = newAccount(nextUser());
    const { body } = await gateway.send(
      `mutation ($input: CreateCloudAccountInput!) {
        createCloudAccount(input: $input) { cloudAccount { name } }
        createApiKey(input: { name: "x", role: OWNER }) { secret }
      }`,
      { input },
      keys.MANAGER,
    );

    expect(body.data).toEqual({ createCloudAccount: { cloudAccount: { name: input.name } }, createApiKey: null });
    expect(body.errors).toMatchObject([{ path: ['createApiKey'], extensions: { code: 'FORBIDDEN' } }]);
  });

  describe('is known beforehand', () => {
    const asked = `query ($account: ID!, $subscription: ID!) {
      viewer { viewerCanCreateCloudAccount { ...P } viewerCanCreateApiKey { ...P } apiKey { viewerCanRevoke { ...P } } }
      cloudAccount(id: $account) { viewerCanUpdate { ...P } viewerCanRotate { ...P } viewerCanCancelRotation { ...P } viewerCanDelete { ...P } viewerCanCancelDeletion { ...P } viewerCanCreateSubscription { ...P } }
      cloudSubscription(id: $subscription) { version viewerCanUpdate { ...P } viewerCanDelete { ...P } viewerCanRetry { ...P } }
    } fragment P on ViewerPermission { isAllowed code reason remediation }`;
    const code = ({ isAllowed, code, reason, remediation }: any) => {
      expect([code, reason, remediation].every((text) => (text === null) === isAllowed)).toBe(true);
      return code ?? 'ok';
    };

    /** Error code of each operation. `ok` when it succeeds, or would succeed with other input. */
    const outcome = async (document: string, input: object, key: string) => {
      const { body } = await gateway.send(document, { input }, key);
      if (body.errors) return body.errors[0].extensions.code;
      return Object.values<any>(body.data)[0].userErrors[0]?.code ?? 'ok';
    };
    const mutation = (name: string, type: string) =>
      `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`;

    it.each(
      tenantsRoles.flatMap((role) => ['unused', 'in use', 'hosted', 'ended'].map((state) => [role, state] as const)),
    )('with a %s of an account that is %s', async (role, state) => {
      const account = state === 'hosted' ? { id: hostedAccount, version: 1 } : await createAccount();
      const subscription = await createSubscription(account.id);
      if (state === 'unused' || state === 'ended') await endSubscription(subscription.id);
      const { viewer, cloudAccount, cloudSubscription } = await gateway.ask(
        asked,
        { account: account.id, subscription: subscription.id },
        keys[role],
      );

      const key = keys[role];
      expect(code(cloudAccount.viewerCanUpdate)).toBe(
        await outcome(
          mutation('updateCloudAccount', 'UpdateCloudAccountInput'),
          { id: account.id, expectedVersion: account.version },
          key,
        ),
      );
      expect(code(cloudAccount.viewerCanCancelRotation)).toBe(
        await outcome(mutation('cancelRotation', 'CancelRotationInput'), { id: account.id }, key),
      );
      expect(code(cloudAccount.viewerCanRotate)).toBe(
        role !== 'VIEWER' && state !== 'hosted'
          ? 'ok' // It would start a rotation.
          : await outcome(
              mutation('rotateAwsCredentials', 'RotateAwsCredentialsInput'),
              { id: account.id, expectedVersion: account.version },
              key,
            ),
      );
      expect(code(cloudAccount.viewerCanCancelDeletion)).toBe(
        await outcome(
          mutation('cancelCloudAccountDeletion', 'CancelCloudAccountDeletionInput'),
          { id: account.id, expectedVersion: account.version },
          key,
        ),
      );
      expect(code(cloudSubscription.viewerCanUpdate)).toBe(
        await outcome(
          mutation('updateSubscription', 'UpdateSubscriptionInput'),
          { id: subscription.id, expectedVersion: cloudSubscription.version },
          key,
        ),
      );
      expect(code(cloudSubscription.viewerCanRetry)).toBe(
        await outcome(mutation('retrySubscription', 'RetrySubscriptionInput'), { id: subscription.id }, key),
      );
      expect(code(cloudSubscription.viewerCanDelete)).toBe(
        state === 'in use' && role !== 'VIEWER'
          ? 'ok'
          : await outcome(mutation('deleteSubscription', 'DeleteSubscriptionInput'), { id: subscription.id }, key),
      );
      expect(code(cloudAccount.viewerCanDelete)).toBe(
        await outcome(mutation('deleteCloudAccount', 'DeleteCloudAccountInput'), { id: account.id }, key),
      );
      const more = { cloudAccountId: hostedAccount, name: 'More', region: 'us-east-1' };
      expect(code(cloudAccount.viewerCanCreateSubscription)).toBe(
        await outcome(mutation('createSubscription', 'CreateSubscriptionInput'), more, key),
      );
      const another = newAccount(nextUser());
      expect(code(viewer.viewerCanCreateCloudAccount)).toBe(
        await outcome(mutation('createCloudAccount', 'CreateCloudAccountInput'), another, key),
      );
      expect(code(viewer.viewerCanCreateApiKey)).toBe(
        await outcome(mutation('createApiKey', 'CreateApiKeyInput'), { name: 'x', role: 'VIEWER' }, key),
      );
    });

    it('with many accounts needs one query', async () => {
      const { cloudAccounts } = await gateway.ask('{ cloudAccounts { nodes { ownership viewerCanDelete { code } } } }');
      const codes = new Set(cloudAccounts.nodes.map(({ viewerCanDelete }: any) => viewerCanDelete.code));

      expect([...codes].sort()).toEqual(['CLOUD_ACCOUNT_IN_USE', 'CLOUD_ACCOUNT_IS_HOSTED', null].sort());
    });
  });

  describe('with the schema', () => {
    const hidden = [
      '{ __schema { queryType { name } } }',
      '{ __type(name: "Query") { name } }',
      'query { ...F } fragment F on Query { a: __schema { types { name } } }',
      '{ viewer { role } ... @include(if: true) { __type(name: "Query") { name } } }',
    ];

    it.each(hidden)('is nothing without the permission: %s', async (document) => {
      const { status, body } = await gateway.send(document, {}, keys.OWNER);

      expect(status).toBe(403);
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      expect(body).not.toHaveProperty('data');
    });

    it.each(hidden)('is everything with the permission: %s', async (document) => {
      const key = await gateway.newKey({ role: 'VIEWER', canIntrospect: true });
      expect((await gateway.send(document, {}, key)).body).not.toHaveProperty('errors');
      expect((await gateway.send(document)).body).not.toHaveProperty('errors');
    });

    it('always includes the name of a type', async () => {
      expect(await gateway.ask('{ __typename viewer { __typename } }', {}, keys.VIEWER)).toEqual({
        __typename: 'Query',
        viewer: { __typename: 'Viewer' },
      });
    });
  });
});
