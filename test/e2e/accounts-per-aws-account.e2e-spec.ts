import { AccountsPerAwsAccount, AwsAccountRule } from '#libs/cloud-accounts';
import { Gateway } from '../support/gateway.js';
import { quickAccount, sandboxKey, stepsWith, suffix } from '../support/steps.js';

const connect = `mutation ($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { cloudAccount { id name }
  userErrors { code path ... on AlreadyConnectedError { cloudAccount { id name } } } } }`;
const update = `mutation ($input: UpdateCloudAccountInput!) { updateCloudAccount(input: $input) { cloudAccount { id }
  userErrors { code path ... on AlreadyConnectedError { cloudAccount { id name } } } } }`;

describe('With ACCOUNTS_PER_AWS_ACCOUNT=one', () => {
  let gateway: Gateway;
  const { createQuickAccount } = stepsWith(() => gateway);
  beforeAll(async () => (gateway = await Gateway.start({ ACCOUNTS_PER_AWS_ACCOUNT: 'one' })));
  afterAll(() => gateway.stop());

  const one = async (mutation: string, input: object, key?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, key))[0];
  const refused = (cloudAccount: unknown) => [
    { code: 'AWS_ACCOUNT_ALREADY_CONNECTED', path: ['input', 'credentials'], cloudAccount },
  ];

  it('a second user of an AWS account is refused, and the account that is there is named', async () => {
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

  it('one of eight that connect it at the same moment succeeds', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => one(connect, quickAccount(suffix(902, i)))));

    const [winner, ...others] = all.filter(({ cloudAccount }) => cloudAccount !== null);
    expect(others).toEqual([]);
    const errors = all.filter((answer) => answer !== winner).map(({ userErrors }) => userErrors);
    expect(errors).toEqual(Array(7).fill(refused(winner.cloudAccount)));
  });

  it('what shared an AWS account before stays, and is counted', async () => {
    const limit = gateway.get(AccountsPerAwsAccount) as { limit: string };
    limit.limit = 'many';
    for (const user of [1, 2]) expect((await one(connect, quickAccount(suffix(903, user)))).userErrors).toEqual([]);
    expect(await gateway.get(AwsAccountRule).countExceptions()).toBe(0);
    limit.limit = 'one';

    expect(await gateway.get(AwsAccountRule).countExceptions()).toBe(1);
  });
});
