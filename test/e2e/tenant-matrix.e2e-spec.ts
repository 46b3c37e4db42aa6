import { Gateway, type Answer } from '../support/gateway.js';
import {
  argumentsOf,
  documentOf,
  idsOf,
  nodeTypes,
  operations,
  schema,
  type Operation,
} from '../support/operations.js';
import { until } from '../support/until.js';
import { globalId, hostedAccount, newAccount, numberOf, sandboxKey, stepsWith } from '../support/steps.js';

type NodeName = Parameters<typeof globalId>[0];

/** Node type of each ID in an operation. A new ID that is missing here fails the first test. */
const subjects: Record<string, readonly NodeName[]> = {
  'node.id': ['ApiKey', 'CloudAccount', 'CloudSubscription', 'DriftFinding'],
  'nodes.ids': ['ApiKey', 'CloudAccount', 'CloudSubscription', 'DriftFinding'],
  'cloudAccount.id': ['CloudAccount'],
  'cloudSubscription.id': ['CloudSubscription'],
  'driftFindings.filter.cloudAccountId': ['CloudAccount'],
  'driftFindings.filter.subscriptionId': ['CloudSubscription'],
  'acknowledgeDriftFinding.input.id': ['DriftFinding'],
  'resolveDriftFinding.input.id': ['DriftFinding'],
  'checkDrift.input.cloudAccountId': ['CloudAccount'],
  'approveForceDetach.input.id': ['CloudAccount'],
  'cancelCloudAccountDeletion.input.id': ['CloudAccount'],
  'cancelForceDetach.input.id': ['CloudAccount'],
  'forceDetachCloudAccount.input.id': ['CloudAccount'],
  'cancelPendingCredentials.input.id': ['CloudAccount'],
  'cloudAccountDeletionPreview.id': ['CloudAccount'],
  'createSubscription.input.cloudAccountId': ['CloudAccount'],
  'deleteCloudAccount.input.id': ['CloudAccount'],
  'deleteSubscription.input.id': ['CloudSubscription'],
  'cancelRotation.input.id': ['CloudAccount'],
  'rotateAwsCredentials.input.id': ['CloudAccount'],
  'setAccessKeyRotationPolicy.input.id': ['CloudAccount'],
  'revokeApiKey.input.id': ['ApiKey'],
  'updateCloudAccount.input.id': ['CloudAccount'],
  'usageAudit.id': ['CloudAccount'],
  'verifyCloudAccount.input.id': ['CloudAccount'],
  'updateSubscription.input.id': ['CloudSubscription'],
  'retrySubscription.input.id': ['CloudSubscription'],
  'completeProvisioning.input.subscriptionId': ['CloudSubscription'],
  'failProvisioning.input.subscriptionId': ['CloudSubscription'],
  'reportProvisioning.input.subscriptionId': ['CloudSubscription'],
  'issueProvisioningCredentials.input.subscriptionId': ['CloudSubscription'],
  'performIamStep.input.subscriptionId': ['CloudSubscription'],
};

/** Values of arguments that are not IDs. */
const examples = {
  Int: 1,
  Boolean: false,
  'CreateApiKeyInput.name': 'Example',
  'CreateCloudAccountInput.name': 'Example',
  'CreateCloudAccountInput.consoleRoleName': newAccount('ZZZZ').consoleRoleName,
  // Its nodes are large: fifty of them exceed the limit of one request.
  'cloudSubscriptions.first': 5,
  'CreateSubscriptionInput.name': 'Example',
  'CreateSubscriptionInput.region': 'us-east-1',
  'CompleteProvisioningInput.claimId': 'Example',
  'FailProvisioningInput.claimId': 'Example',
  'FailProvisioningInput.message': 'Example',
  'ReportProvisioningInput.claimId': 'Example',
  'IssueProvisioningCredentialsInput.claimId': 'Example',
  'PerformIamStepInput.claimId': 'Example',
  'ForceDetachCloudAccountInput.name': 'Example',
  'ForceDetachCloudAccountInput.reason': 'Example',
  'TestAwsCredentialsInput.consoleRoleName': newAccount('ZZZZ').consoleRoleName,
  'iamSetup.input': { vendorAccountId: '111122223333' },
  AwsCredentialsInput: sandboxKey('WORKS', 'ZZZZ'),
};

/** Operations of provisioners, who work for every tenant: the API key of a tenant is always refused. */
const provisioners = [
  'claimProvisioningWork',
  'completeProvisioning',
  'failProvisioning',
  'issueProvisioningCredentials',
  'performIamStep',
  'reportProvisioning',
];
const tenants = operations.filter(({ field }) => !provisioners.includes(field.name));

const nameOf = ({ field }: Operation, slot: readonly string[]) => [field.name, ...slot].join('.');
const cases = tenants.flatMap((operation) =>
  idsOf(operation).flatMap((slot) =>
    (subjects[nameOf(operation, slot)] ?? []).map((type) => [nameOf(operation, slot), type, operation, slot] as const),
  ),
);

/** Everything by which a client can distinguish answers: all parts except the request ID. */
const visible = ({ status, text, headers }: Answer) => ({
  status,
  text: text.replace(/"requestId":"[^"]*"/g, '"requestId":"…"'),
  length: headers.get('content-length'),
  type: headers.get('content-type'),
});

describe('in every operation of the schema', () => {
  let gateway: Gateway;
  let other: string;
  const steps = stepsWith(() => gateway);
  const { createQuickAccount, createKey, createSubscription, deleteAccount, endSubscription, revokeKey } = steps;

  beforeAll(async () => {
    gateway = await Gateway.start();
    other = await gateway.anotherTenant();
  });
  afterAll(() => gateway.stop());

  const make: Record<NodeName, (key?: string) => Promise<{ id: string }>> = {
    ApiKey: (key) => createKey({ name: 'Canary key' }, key),
    CloudAccount: (key) => createQuickAccount({}, key),
    CloudSubscription: async (key) => createSubscription((await createQuickAccount({}, key)).id, key),
    DriftFinding: async (key) => findingIn(await createQuickAccount({}, key), key),
  };
  const end: Record<NodeName, (id: string, key?: string) => Promise<unknown>> = {
    ApiKey: revokeKey,
    CloudAccount: deleteAccount,
    CloudSubscription: endSubscription,
    DriftFinding: (id, key) =>
      gateway.ask(
        'mutation ($input: ResolveDriftFindingInput!) { resolveDriftFinding(input: $input) { userErrors { code } } }',
        { input: { id } },
        key,
      ),
  };
  /** Row as a check would create it. */
  const findingIn = async (account: { id: string; subscription?: { id: string } }, key?: string) => {
    const subscription = account.subscription ?? (await createSubscription(account.id, key));
    const [{ tenant_id, cloud_account_id }] = await gateway.sql(
      'SELECT tenant_id, cloud_account_id FROM subscription WHERE id = ?',
      [numberOf(subscription.id)],
    );
    const now = '2026-01-01 00:00:00.000';
    const insert = (table: string, values: object) =>
      gateway.sql(
        `INSERT INTO ${table} (${Object.keys(values).join(', ')}) VALUES (${Object.keys(values)
          .map(() => '?')
          .join(', ')})`,
        Object.values(values),
      );
    const owner = { tenant_id, cloud_account_id };
    const of = { ...owner, subscription_id: numberOf(subscription.id) };
    const arn = `arn:aws:ec2:us-east-1:900000000000:instance/i-${Math.random().toString(16).slice(2)}`;
    await insert('provisioned_resource', {
      ...{ ...of, arn, kind: 'INSTANCE', region: 'us-east-1', attributes: '{}', created_at: now, updated_at: now },
    });
    const [{ id: resource_id }] = await gateway.sql('SELECT id FROM provisioned_resource WHERE arn = ?', [arn]);
    await insert('drift_watch', {
      ...owner,
      codes: '[]',
      consecutive_failures: 0,
      next_attempt_at: '2999-01-01 00:00:00.000',
    });
    await insert('drift_finding', {
      ...{ ...of, resource_id, kind: 'STATE_CHANGED', expected: '["RUNNING"]', found: '["STOPPED"]' },
      ...{ since: now, changed_at: now },
    });
    const [{ id }] = await gateway.sql('SELECT id FROM drift_finding WHERE resource_id = ?', [resource_id]);
    return { id: globalId('DriftFinding', id) };
  };
  const made = new Map<NodeName, Promise<Record<'mine' | 'ended' | 'theirsEnded', { id: string }>>>();
  /** Objects that no operation here can change. */
  const lasting = (type: NodeName) => {
    const make3 = async () => {
      const [mine, ended, theirsEnded] = [await make[type](), await make[type](), await make[type](other)];
      await end[type](ended.id);
      await end[type](theirsEnded.id, other);
      return { mine, ended, theirsEnded };
    };
    const three = made.get(type) ?? make3();
    made.set(type, three);
    return three;
  };
  const rows = async () => {
    const tables = ['api_key', 'aws_access_key', 'cloud_account', 'credential_use', 'event', 'subscription'];
    // The last use of an API key is stored once a minute, for any request.
    return Promise.all(
      tables.map(async (table) =>
        (await gateway.sql(`SELECT * FROM ${table} ORDER BY id`)).map((row: object) => ({
          ...row,
          last_used_at: null,
        })),
      ),
    );
  };

  it('the type of each ID is known, and each kind of node is created here', () => {
    const slots = operations.flatMap((operation) => idsOf(operation).map((slot) => nameOf(operation, slot)));

    expect(slots.toSorted()).toEqual(Object.keys(subjects).toSorted());
    expect(Object.keys(make).toSorted()).toEqual(nodeTypes.toSorted());
    for (const slot of ['node.id', 'nodes.ids']) expect(subjects[slot]).toEqual(nodeTypes.toSorted());
  });

  it.each(cases)("%s of another tenant's %s behaves as for a missing one", async (_, type, operation, slot) => {
    const document = documentOf(operation, 3);
    const answer = async (id: string, key: string) =>
      visible(await gateway.send(document, argumentsOf(operation, examples, slot, id), key));
    const { mine, ended, theirsEnded } = await lasting(type);
    const theirs = await make[type](other);
    if (operation.field.name === 'driftFindings') {
      const subscription = type === 'CloudSubscription' ? { subscription: theirs } : {};
      await findingIn({ ...theirs, ...subscription }, other);
    }
    // No health check runs in the meantime, which would change rows.
    await gateway.sql("UPDATE cloud_account_health SET next_attempt_at = '2999-01-01 00:00:00.000'");
    // A rotation of an earlier case takes no further step.
    await until('no rotation takes a step', async () => {
      const later = "'2999-01-01 00:00:00.000'";
      const busy = await gateway.sql(
        `SELECT id FROM key_rotation WHERE lease_owner IS NOT NULL OR next_attempt_at < ${later}`,
      );
      const postpone = `UPDATE key_rotation SET next_attempt_at = ${later} WHERE id = ? AND lease_owner IS NULL`;
      // A step and this statement can block each other.
      for (const { id } of busy) await gateway.sql(postpone, [id]).catch(() => undefined);
      return busy.length === 0;
    });
    const before = await rows();

    const absent = await answer(globalId(type, 2_000_000_000), other);
    expect(await answer(mine.id, other)).toEqual(absent);
    expect(await answer(ended.id, other)).toEqual(absent);
    if (type === 'CloudAccount') expect(await answer(theirsEnded.id, other)).toEqual(absent);
    expect(await rows()).toEqual(before);
    expect(absent.text).not.toMatch(/"code":"(INTERNAL|BAD_USER_INPUT|INVALID_INPUT|GRAPHQL_)/);

    // Its own object exists: so the same request would have shown the other.
    const own = await answer(theirs.id, other);
    expect(own.text).not.toBe(absent.text);
    expect(own.text).not.toMatch(/NOT_FOUND|"errors"/);
  });

  it.each(provisioners)('%s is refused to a tenant with any input', async (name) => {
    const operation = operations.find(({ field }) => field.name === name)!;
    const [slot = []] = idsOf(operation);
    const own = await make.CloudSubscription(other);
    const answer = async (id: string) =>
      visible(await gateway.send(documentOf(operation), argumentsOf(operation, examples, slot, id), other));

    const refused = await answer(own.id);
    expect(refused.text).toContain('"code":"FORBIDDEN"');
    expect(await answer(globalId('CloudSubscription', 2_000_000_000))).toEqual(refused);
  });

  it.each(tenants.filter((operation) => idsOf(operation).length === 0).map((each) => [each.field.name, each] as const))(
    '%s reveals nothing of another tenant',
    async (_, operation) => {
      const stranger = await gateway.anotherTenant();
      const [key, account] = [
        await createKey({ name: 'Canary key' }),
        await createQuickAccount({ name: `Canary ${Math.random()}` }),
      ];
      const subscription = await createSubscription(account.id);
      const hidden = [
        key.id,
        key.apiKeyId,
        account.id,
        account.name,
        account.awsAccountId,
        account.awsUserId,
        subscription.id,
        'Canary',
      ];

      const { status, text } = await gateway.send(documentOf(operation, 3), argumentsOf(operation, examples), stranger);

      expect(status).toBe(200);
      expect(text).not.toContain('"errors"');
      for (const canary of hidden) expect(text).not.toContain(canary);
    },
  );

  it('every query has the same answer, whatever other tenants have and do', async () => {
    const stranger = await gateway.anotherTenant();
    const own = { CloudAccount: await createQuickAccount({}, stranger), ApiKey: await createKey({}, stranger) };
    const subscription = await createSubscription(hostedAccount, stranger);
    const ids: Record<NodeName, readonly string[]> = {
      ApiKey: [own.ApiKey.id],
      CloudAccount: [own.CloudAccount.id, hostedAccount],
      CloudSubscription: [subscription.id],
      DriftFinding: [(await findingIn({ ...own.CloudAccount }, stranger)).id],
    };
    await gateway.sql("UPDATE cloud_account_health SET next_attempt_at = '2999-01-01 00:00:00.000'");
    const questions = tenants
      .filter(({ kind }) => kind === 'query')
      .flatMap((operation) => {
        const asked = (slot: readonly string[], id?: string) =>
          [`${nameOf(operation, slot)} ${id ?? ''}`, documentOf(operation, 3), argumentsOf(operation, examples, slot, id)] as const; // prettier-ignore
        const withIds = idsOf(operation).flatMap((slot) =>
          subjects[nameOf(operation, slot)]!.flatMap((type) => ids[type].map((id) => asked(slot, id))),
        );
        return withIds.length > 0 ? withIds : [asked([])];
      });
    const answers = async () => {
      const found: Record<string, unknown> = {};
      for (const [name, document, values] of questions) {
        const { status, text } = visible(await gateway.send(document, values, stranger));
        expect([name, status, text.includes('"errors"')]).toEqual([name, 200, false]);
        found[name] = JSON.parse(text.replaceAll(/"(auditedAt|lastUsedAt)":"[^"]*"/g, '"$1":"…"'));
      }
      return found;
    };
    await answers(); // the use of the API key is stored
    const before = await answers();

    const account = await createQuickAccount();
    await Promise.all([
      createSubscription(account.id),
      createSubscription(hostedAccount),
      createSubscription(hostedAccount, other),
      createKey(),
      steps.issueExternalId(),
      findingIn(account),
    ]);
    await endSubscription((await createSubscription(hostedAccount)).id);
    await deleteAccount((await createQuickAccount()).id);

    expect(questions.length).toBeGreaterThan(15);
    expect(await answers()).toEqual(before);
  });

  it('every operation has a case', () => {
    const covered = new Set([
      ...cases.map(([, , { field }]) => field.name),
      ...tenants.filter((operation) => idsOf(operation).length === 0).map(({ field }) => field.name),
      ...provisioners,
    ]);
    const all = [schema.getQueryType()!, schema.getMutationType()!].flatMap((root) => Object.keys(root.getFields()));
    expect([...covered].toSorted()).toEqual(all.toSorted());
  });
});
