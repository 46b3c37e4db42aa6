import { randomUUID } from 'node:crypto';
import type { PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { database, Gateway } from '../support/gateway.js';
import {
  createSubscription,
  hostedAccount,
  newAccount,
  numberOf,
  quickAccount,
  sandboxKey,
  sandboxRole,
  stepsWith,
} from '../support/steps.js';

/**
 * All unique keys of the database, by the reason why a refusal reveals nothing about another tenant. Those of ANSWERS
 * do reveal something, which is tested below and accepted by docs/decisions/0101. A new key that is missing here fails
 * a test.
 */
const uniqueKeys = {
  /** The tenant is part of the key. */
  ofOneTenant: [
    'cloud_account(tenant_id,name_key)',
    'encryption_key(owner,version)',
    'idempotency_claim(tenant_id,idempotency_key)',
  ],
  /** One row for an object, which has one tenant. */
  ofOneObject: [
    'aws_access_key(cloud_account_id,slot)',
    'aws_access_role(cloud_account_id,slot)',
    'cloud_account_health(cloud_account_id)',
    'credential_trial(cloud_account_id)',
    'drift_finding(resource_id,open_kind)',
    'drift_watch(cloud_account_id)',
    'event(subject_type,subject_id,sequence)',
    'external_id(cloud_account_id)',
    'force_detach_request(cloud_account_id)',
    'key_rotation(cloud_account_id)',
    'key_rotation_policy(cloud_account_id)',
    'provisioned_resource(cloud_account_id,arn)', // of the hosted account: used by provisioners, who work for all tenants
    'provisioning_work(subscription_id)',
  ],
  /** Chosen by the gateway at random. */
  random: ['api_key(key_id)', 'external_id(external_id)', 'external_id(handle)'],
  /** Only the operator can set them. */
  operators: ['deleted_cloud_account(id)', 'key_canary(kek_id)', 'tenant(name_key)'],
  /** Only delays a background check by seconds. */
  timing: ['cloud_account_health(asking_aws_account_id)'],
  answers: ['aws_access_role(current_role_arn)', 'cloud_account(aws_user_id)'],
};

const indexes = {
  SQLite: `SELECT m.name AS t, i.name AS i, c.name AS col FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
    WHERE m.type = 'table' AND i."unique" = 1 ORDER BY m.name, i.name, c.seqno`,
  MariaDB: `SELECT TABLE_NAME AS t, INDEX_NAME AS i, COLUMN_NAME AS col FROM information_schema.STATISTICS
    WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
};

const connect = `mutation ($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { cloudAccount { id name }
  userErrors { __typename code message path remediation ... on AlreadyConnectedError { cloudAccount { id name } } } } }`;
const update = `mutation ($input: UpdateCloudAccountInput!) { updateCloudAccount(input: $input) { cloudAccount { id }
  userErrors { __typename code message path ... on AlreadyConnectedError { cloudAccount { id name } } } } }`;

const gatewayArn = 'arn:aws:iam::900000009998:user/gateway-u1';

describe('What a tenant can learn about other tenants', () => {
  let gateway: Gateway;
  const { createAccount, createKey, createQuickAccount, issueExternalId, nextUser, refusals } = stepsWith(
    () => gateway,
  );
  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const one = async (mutation: string, input: object, key?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, key))[0];

  it('is known for every unique key of the database', async () => {
    const columns: { t: string; i: string; col: string }[] = await gateway.sql(indexes[database]);
    const keys = Map.groupBy(columns, ({ t, i }) => `${t}/${i}`);
    const found = [...keys.values()]
      .map((parts) => `${parts[0]!.t}(${parts.map(({ col }) => col).join()})`)
      .filter((key) => !/\(id\)$/.test(key) || key === 'deleted_cloud_account(id)');

    expect([...new Set(found)].toSorted()).toEqual(Object.values(uniqueKeys).flat().toSorted());
  });

  it('is that an IAM user is connected, and the account only if it is its own', async () => {
    const which = nextUser();
    const { id, name } = await createAccount({ which, name: 'Theirs or ours' });
    const stranger = await gateway.anotherTenant();
    const again = newAccount(which, { name: 'Again', credentials: sandboxKey('AGAIN', which) });
    const answer = {
      __typename: 'AlreadyConnectedError',
      code: 'AWS_USER_ALREADY_CONNECTED',
      path: ['input', 'credentials'],
    };

    const ours = await one(connect, again);
    expect(ours).toMatchObject({ cloudAccount: null, userErrors: [{ ...answer, cloudAccount: { id, name } }] });
    expect(ours.userErrors[0].message).toBe('The IAM user is already connected to another cloud account of yours.');

    const { text, body } = await gateway.send(connect, { input: again }, stranger);
    const theirs = body.data.createCloudAccount;
    expect(theirs).toMatchObject({ cloudAccount: null, userErrors: [{ ...answer, cloudAccount: null }] });
    expect(theirs.userErrors[0].message).toBe('The IAM user is already connected to a cloud account.');
    for (const secret of [id, name, 'First tenant', String(numberOf(id))]) expect(text).not.toContain(secret);

    const mine = await createQuickAccount({}, stranger);
    const change = { id: mine.id, expectedVersion: 1, credentials: sandboxKey('AGAIN', which) };
    expect((await one(update, change, stranger)).userErrors).toMatchObject([{ ...answer, cloudAccount: null }]);
    const another = await createQuickAccount();
    expect((await one(update, { ...change, id: another.id })).userErrors).toMatchObject([
      { ...answer, cloudAccount: { id, name } },
    ]);
  });

  it('is that an access role is connected, and the account only if it is its own', async () => {
    const which = nextUser();
    const stranger = await gateway.anotherTenant();
    const [first, second, theirs] = [await issueExternalId(), await issueExternalId(), await issueExternalId(stranger)];
    const role = `access-role-${first.externalId}`;
    const trust: PolicyDocument = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: gatewayArn },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: { 'sts:ExternalId': [first, second, theirs].map(({ externalId }) => externalId) },
          },
        },
      ],
    };
    const input = (handle: string, name: string) =>
      newAccount(which, { name, credentials: sandboxRole(which, role, handle) });
    const { cloudAccount, userErrors } = await one(connect, input(first.handle, 'By role'));
    expect(userErrors).toEqual([]);
    gateway.aws.setTrust(`AKIASANDBOXWORKS${which}`, role, trust);
    const answer = { __typename: 'AlreadyConnectedError', code: 'AWS_ROLE_ALREADY_CONNECTED' };

    expect((await one(connect, input(second.handle, 'Again'))).userErrors).toMatchObject([{ ...answer, cloudAccount }]);
    const { text, body } = await gateway.send(connect, { input: input(theirs.handle, 'Again') }, stranger);
    expect(body.data.createCloudAccount.userErrors).toMatchObject([{ ...answer, cloudAccount: null }]);
    for (const secret of [cloudAccount.id, cloudAccount.name, first.externalId, first.handle])
      expect(text).not.toContain(secret);
  });

  it('is nothing, when it uses names and idempotency keys of others', async () => {
    const which = nextUser();
    const stranger = await gateway.anotherTenant();
    const idempotencyKey = randomUUID();
    const shared = { name: 'The same', idempotencyKey };
    const subscription = {
      cloudAccountId: hostedAccount,
      name: 'The same',
      region: 'us-east-1',
      vpcId: 'vpc-0123456789abcdef0',
      deploymentCidr: '10.1.0.0/16',
    };
    for (const key of [gateway.key, stranger]) {
      const { userErrors } = await one(connect, quickAccount(key === stranger ? nextUser() : which, shared), key);
      expect(userErrors).toEqual([]);
      await createKey({ name: 'The same' }, key);
      expect(await refusals(createSubscription, subscription, key)).toEqual([]);
    }
    expect(await refusals(createSubscription, subscription, stranger)).not.toEqual([]); // the addresses are its own now

    const { handle } = await issueExternalId();
    const withHandle = (handle: string) =>
      newAccount(which, { name: 'By role', credentials: sandboxRole(which, 'role', handle) });
    const foreign = await one(connect, withHandle(handle), stranger);
    expect(foreign.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await one(connect, withHandle(`xid_${randomUUID().replaceAll('-', '')}`), stranger)).toEqual(foreign);
  });
});
