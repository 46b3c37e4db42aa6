import { AccountsPerAwsAccount, AwsAccountRule, TrialPace, UsageAuditService } from '#libs/cloud-accounts';
import { Gateway } from '../support/gateway.js';
import { numberOf, quickAccount, sandboxAccountId, sandboxKey, stepsWith, suffix } from '../support/steps.js';
import { until } from '../support/until.js';

const connect = `mutation ($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { cloudAccount { id name }
  userErrors { code path ... on AlreadyConnectedError { cloudAccount { id name } } } } }`;
const update = `mutation ($input: UpdateCloudAccountInput!) { updateCloudAccount(input: $input) { cloudAccount { id }
  userErrors { code path ... on AlreadyConnectedError { cloudAccount { id name } } } } }`;

describe('With ACCOUNTS_PER_AWS_ACCOUNT=one', () => {
  let gateway: Gateway;
  const { createQuickAccount } = stepsWith(() => gateway);
  beforeAll(async () => {
    gateway = await Gateway.start({ ACCOUNTS_PER_AWS_ACCOUNT: 'one' }, { pace: 0.2 });
    Object.assign(gateway.get(TrialPace), { patience: 300, firstRetry: 300 });
  });
  afterAll(() => gateway.stop());

  const one = async (mutation: string, input: object, key?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, key))[0];
  const refused = (cloudAccount: unknown) => [
    { code: 'AWS_ACCOUNT_ALREADY_CONNECTED', path: ['input', 'credentials'], cloudAccount },
  ];

  it('a second user of an AWS account is refused, and the existing account is named', async () => {
    const { cloudAccount } = await one(connect, quickAccount(suffix(900, 1)));

    expect((await one(connect, quickAccount(suffix(900, 2)))).userErrors).toEqual(refused(cloudAccount));
    const other = await createQuickAccount();
    const change = { id: other.id, expectedVersion: 1, credentials: sandboxKey('NSIMU', suffix(900, 3)) };
    expect((await one(update, change)).userErrors).toEqual(refused(cloudAccount));
    const same = { id: cloudAccount.id, expectedVersion: 1, credentials: sandboxKey('NSIMU', suffix(900, 4)) };
    expect((await one(update, same)).userErrors).toEqual([]);
  });

  it('another tenant can connect the AWS account, and learns nothing', async () => {
    await one(connect, quickAccount(suffix(901, 1)));

    const theirs = await one(connect, quickAccount(suffix(901, 2)), await gateway.anotherTenant());
    expect(theirs.userErrors).toEqual([]);
  });

  it('one of eight concurrent connections succeeds', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => one(connect, quickAccount(suffix(902, i)))));

    const [winner, ...others] = all.filter(({ cloudAccount }) => cloudAccount !== null);
    expect(others).toEqual([]);
    const errors = all.filter((answer) => answer !== winner).map(({ userErrors }) => userErrors);
    expect(errors).toEqual(Array(7).fill(refused(winner.cloudAccount)));
  });

  it('an account is rejected when its AWS account is found to be connected', async () => {
    const { cloudAccount: connected } = await one(connect, quickAccount(suffix(904, 1)));
    const { cloudAccount: pending, userErrors } = await one(connect, {
      ...quickAccount(suffix(904, 2)),
      credentials: sandboxKey('LATER', suffix(904, 2)),
    });
    expect(userErrors).toEqual([]);
    const query = `query ($id: ID!) { cloudAccount(id: $id) { status awsAccountId pendingCredentials { attempt } credentialsRejection { code } } }`;
    const read = async () => (await gateway.ask(query, { id: pending.id })).cloudAccount;
    await until('nothing is pending', async () => (await read()).pendingCredentials === null);

    expect(await read()).toMatchObject({
      ...{ status: 'ERROR', awsAccountId: null },
      credentialsRejection: { code: 'AWS_ACCOUNT_ALREADY_CONNECTED' },
    });
    const { cloudAccount } = await gateway.ask(query, { id: connected.id });
    expect(cloudAccount).toMatchObject({ awsAccountId: sandboxAccountId(suffix(904)), credentialsRejection: null });
  });

  it('accounts that already share an AWS account are kept, counted and found by the doctor', async () => {
    const limit = gateway.get(AccountsPerAwsAccount) as { limit: string };
    limit.limit = 'many';
    const ids: string[] = [];
    for (const user of [1, 2]) ids.push((await one(connect, quickAccount(suffix(903, user)))).cloudAccount.id);
    expect(await gateway.get(AwsAccountRule).countExceptions()).toBe(0);
    expect(await gateway.get(UsageAuditService).findings()).toEqual([]);
    limit.limit = 'one';

    expect(await gateway.get(AwsAccountRule).countExceptions()).toBe(1);
    const found = await gateway.get(UsageAuditService).findings();
    expect(found).toMatchObject(
      ids.map((id) => ({
        kind: 'AWS_ACCOUNT_SHARED',
        cloudAccountId: numberOf(id),
        subject: `AWS account ${sandboxAccountId(suffix(903))}`,
      })),
    );
  });
});
