import { RotationPace } from '#libs/aws-credentials';
import { sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import { DeleteAccessKeyCommand, IAMClient } from '@aws-sdk/client-iam';
import { Gateway } from '../support/gateway.js';
import { sandboxKey, stepsWith, suffix } from '../support/steps.js';
import { until } from '../support/until.js';

const rotate = `mutation ($input: RotateAwsCredentialsInput!) { rotateAwsCredentials(input: $input) {
  cloudAccount { id version rotation { state step startedBy } }
  userErrors { __typename code message path ... on AwsAccessKeyLimitError { accessKeyId isActive createdAt lastUsedAt } } } }`;
const cancel = `mutation ($input: CancelRotationInput!) { cancelRotation(input: $input) {
  cloudAccount { rotation { state } } userErrors { code } } }`;
const setPolicy = `mutation ($input: SetAccessKeyRotationPolicyInput!) { setAccessKeyRotationPolicy(input: $input) {
  cloudAccount { version rotationIntervalDays credentials { ageInDays setAt rotationDueAt } } userErrors { code path } } }`;
const asked = `query ($id: ID!) { cloudAccount(id: $id) {
  version status viewerCanRotate { code } viewerCanCancelRotation { code }
  credentials { accessKeyId version }
  rotation { state step attempt endedAt graceUntil oldAccessKeyId newAccessKeyId lastError { code message }
    orphan { accessKeyId graceUntil deletedAt } candidates } } }`;

/** Short times instead of minutes. */
const quick = {
  grace: 300,
  orphanGrace: 200,
  propagation: 4000,
  settling: 50,
  overlap: 20,
  retry: 20,
  longestRetry: 100,
};

describe('rotateAwsCredentials', () => {
  let gateway: Gateway;
  const { createAccount, deleteAccount, refusals, updateAccount } = stepsWith(() => gateway);
  let users = 0;

  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  beforeEach(() => {
    Object.assign(gateway.get(RotationPace), quick);
    gateway.aws.propagationTakes(0);
    gateway.aws.forgetFaults();
  });
  afterAll(() => gateway.stop());

  const anAccount = async (family = 'WORKS') => {
    const which = suffix(900 + ++users);
    const account = await createAccount({ which, credentials: sandboxKey(family, which) });
    return { ...account, accessKeyId: `AKIASANDBOX${family}${which}` };
  };
  const begin = async ({ id, version }: any, input: object = {}) =>
    (await gateway.ask(rotate, { input: { id, expectedVersion: version, ...input } })).rotateAwsCredentials;
  const read = async (id: string) => (await gateway.ask(asked, { id })).cloudAccount;
  const reaches = async (id: string, isSo: (rotation: any) => boolean) => {
    await until('the rotation gets there', async () => isSo((await read(id)).rotation));
    return read(id);
  };
  const isOver = ({ endedAt }: any) => endedAt !== null;
  const keysAtAws = async (id: string) =>
    gateway.sql(
      `SELECT slot, access_key_id FROM aws_access_key WHERE cloud_account_id = ${Number(Buffer.from(id, 'base64url').toString().split(':')[1])} ORDER BY slot`,
    );

  it('replaces the access key, and verifies the account with the new one', async () => {
    gateway.aws.propagationTakes(300);
    const account = await anAccount();
    const { cloudAccount, userErrors } = await begin(account);
    expect(userErrors).toEqual([]);
    expect(cloudAccount).toMatchObject({
      version: account.version,
      rotation: { state: 'RUNNING', startedBy: 'First key' },
    });

    const done = await reaches(account.id, isOver);

    expect(done).toMatchObject({
      status: 'ACTIVE',
      version: account.version,
      viewerCanRotate: { code: null },
      viewerCanCancelRotation: { code: 'ROTATION_NOT_IN_PROGRESS' },
      rotation: { state: 'COMPLETED', step: 'NONE', attempt: 1, lastError: null, orphan: null, candidates: [] },
    });
    expect(done.credentials.accessKeyId).toBe(done.rotation.newAccessKeyId);
    expect(done.credentials.version).toBe(2);
    expect(await keysAtAws(account.id)).toHaveLength(1);
    const changed = await updateAccount({
      id: account.id,
      expectedVersion: account.version,
      consoleRoleName: 'second-console-role',
    });
    expect(changed.consoleRoleName).toBe('second-console-role');
    await deleteAccount(account.id);
  });

  it('never repeats a request whose answer was lost, and deletes the orphaned access key', async () => {
    const account = await anAccount();
    gateway.aws.inject({ action: 'CreateAccessKey', fault: 'drop-answer' });
    await begin(account);

    const { rotation } = await reaches(account.id, isOver);

    expect(rotation).toMatchObject({ state: 'COMPLETED', attempt: 2 });
    expect(rotation.orphan.deletedAt).not.toBeNull();
    const creations = gateway.aws
      .calls()
      .filter(({ action, requestParameters }) => action === 'CreateAccessKey' && requestParameters);
    expect(creations.filter(({ accessKeyId }) => accessKeyId === account.accessKeyId)).toHaveLength(2);
  });

  it('is refused when the user has two access keys, and names the other', async () => {
    const account = await anAccount('TWOKY');
    const { userErrors } = await begin(account);

    expect(userErrors).toMatchObject([
      {
        __typename: 'AwsAccessKeyLimitError',
        code: 'AWS_ACCESS_KEY_LIMIT',
        accessKeyId: expect.stringMatching(/^AKIA….{4}$/),
      },
    ]);
    expect((await read(account.id)).rotation).toBeNull();
  });

  it('is refused when AWS does not allow it, with the name of the action', async () => {
    const account = await anAccount('NROTA');
    const { userErrors } = await begin(account);

    expect(userErrors).toMatchObject([
      { code: 'AWS_ACTION_DENIED', message: expect.stringContaining('iam:CreateAccessKey') },
    ]);
    expect((await read(account.id)).rotation).toBeNull();
  });

  it('is refused when AWS no longer recognizes the access key, without an input as the cause', async () => {
    const account = await anAccount();
    const iam = new IAMClient({
      endpoint: gateway.sandboxUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: account.accessKeyId, secretAccessKey: sandboxSecret },
    });
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId: account.accessKeyId }));

    expect((await begin(account)).userErrors).toMatchObject([
      { code: 'AWS_ACCESS_KEY_UNKNOWN', path: ['input', 'id'] },
    ]);
  });

  it('is refused for an outdated version, twice at once, and for a hosted account; a repeated request has the same answer', async () => {
    const account = await anAccount();
    Object.assign(gateway.get(RotationPace), { grace: 60_000 });
    expect((await begin({ ...account, version: 7 })).userErrors).toMatchObject([{ code: 'VERSION_CONFLICT' }]);

    const first = await begin(account, { idempotencyKey: 'rotate-once' });
    expect(await begin(account, { idempotencyKey: 'rotate-once' })).toMatchObject({
      cloudAccount: { id: first.cloudAccount.id },
    });
    expect((await begin(account)).userErrors).toMatchObject([{ code: 'ROTATION_IN_PROGRESS' }]);
    expect((await read(account.id)).viewerCanRotate).toEqual({ code: 'ROTATION_IN_PROGRESS' });
  });

  it('blocks the deletion of the account; when cancelled, it restores the old access key', async () => {
    const account = await anAccount();
    Object.assign(gateway.get(RotationPace), { grace: 60_000 });
    await begin(account);
    await reaches(account.id, ({ step }) => step === 'GRACE');
    const deletion =
      'mutation ($input: DeleteCloudAccountInput!) { deleteCloudAccount(input: $input) { userErrors { code path } } }';
    expect(await refusals(deletion, { id: account.id })).toEqual(['CLOUD_ACCOUNT_IN_USE input.id']);

    expect((await gateway.ask(cancel, { input: { id: account.id } })).cancelRotation.userErrors).toEqual([]);
    const { rotation, credentials } = await reaches(account.id, isOver);

    expect(rotation).toMatchObject({ state: 'CANCELLED' });
    expect(credentials).toMatchObject({ accessKeyId: rotation.oldAccessKeyId, version: 1 });
    expect((await gateway.ask(cancel, { input: { id: account.id } })).cancelRotation.userErrors).toEqual([
      { code: 'ROTATION_NOT_IN_PROGRESS' },
    ]);
    await deleteAccount(account.id);
  });

  it('delays a scheduled deletion', async () => {
    const account = await anAccount();
    Object.assign(gateway.get(RotationPace), { grace: 60_000 });
    await begin(account);
    await reaches(account.id, ({ step }) => step === 'GRACE');
    const preview = `query ($id: ID!) { cloudAccountDeletionPreview(id: $id) {
      isDeletable blockers { totalCount nodes { kind status requiredAction subscription { id } } } } }`;

    expect((await gateway.ask(preview, { id: account.id })).cloudAccountDeletionPreview).toEqual({
      isDeletable: false,
      blockers: {
        totalCount: 1,
        nodes: [
          {
            kind: 'ROTATION',
            status: 'RUNNING',
            requiredAction: 'Wait until the rotation ends, or cancel it with `cancelRotation`.',
            subscription: null,
          },
        ],
      },
    });
    const deletion = `mutation ($input: DeleteCloudAccountInput!) { deleteCloudAccount(input: $input) {
      cloudAccount { status } userErrors { code } } }`;
    const input = { id: account.id, mode: 'WHEN_UNUSED' };
    expect((await gateway.ask(deletion, { input })).deleteCloudAccount.cloudAccount.status).toBe(
      'DELETING_WHEN_UNUSED',
    );
    await gateway.ask(cancel, { input: { id: account.id } });

    await until('the account is gone', async () => (await read(account.id)) === null);
  });

  it('has a policy, which is a change of the account', async () => {
    const account = await anAccount();
    const set = async (rotationIntervalDays: number | null, expectedVersion: number) =>
      (await gateway.ask(setPolicy, { input: { id: account.id, expectedVersion, rotationIntervalDays } }))
        .setAccessKeyRotationPolicy;

    const { cloudAccount } = await set(90, account.version);
    const { setAt, rotationDueAt, ageInDays } = cloudAccount.credentials;
    expect(cloudAccount).toMatchObject({ version: account.version + 1, rotationIntervalDays: 90 });
    expect([ageInDays, Date.parse(rotationDueAt) - Date.parse(setAt)]).toEqual([0, 90 * 24 * 3600 * 1000]);
    expect((await set(366, account.version + 1)).userErrors).toEqual([
      { code: 'INVALID_INPUT', path: ['input', 'rotationIntervalDays'] },
    ]);
    expect((await set(null, account.version + 1)).cloudAccount).toMatchObject({
      rotationIntervalDays: null,
      credentials: { rotationDueAt: null },
    });
    await deleteAccount(account.id);
  });

  it('records every step as an event, without a secret or a whole access key ID', async () => {
    const account = await anAccount();
    await begin(account);
    await reaches(account.id, isOver);
    const id = Number(Buffer.from(account.id, 'base64url').toString().split(':')[1]);
    const events = await gateway.sql(
      `SELECT type, data FROM event WHERE subject_type = 'CloudAccount' AND subject_id = ${id} ORDER BY sequence`,
    );

    expect(events.map(({ type }: any) => type)).toEqual([
      'CLOUD_ACCOUNT_CREATED',
      'ACCESS_KEY_ROTATION_STARTED',
      'ACCESS_KEY_ROTATION_KEY_CREATED',
      'ACCESS_KEY_ROTATION_SWITCHED',
      'ACCESS_KEY_ROTATION_OLD_KEY_DEACTIVATED',
      'ACCESS_KEY_ROTATION_COMPLETED',
    ]);
    expect(JSON.stringify(events)).not.toMatch(/AKIA[A-Z0-9]{16}/);
  });
});
