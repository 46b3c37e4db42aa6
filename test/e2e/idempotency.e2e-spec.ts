import { Claims } from '../../libs/idempotency/src/claims.js';
import { Gateway } from '../support/gateway.js';
import { createCloudAccount, createSubscription, newAccount, sandboxKey, stepsWith, suffix } from '../support/steps.js';

describe('an idempotency key', () => {
  let gateway: Gateway;
  const { createAccount, deleteAccount, refusals } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const accountsNamed = async (name: string) => {
    const { cloudAccounts } = await gateway.ask('{ cloudAccounts(first: 100) { nodes { name } } }');
    return cloudAccounts.nodes.filter((account: any) => account.name === name).length;
  };

  it('returns the first answer for a repeated request', async () => {
    const input = newAccount('KA00', { idempotencyKey: 'order-1' });

    const first = await gateway.send(createCloudAccount, { input });
    const again = await gateway.send(createCloudAccount, {
      input: Object.fromEntries(Object.entries(input).reverse()),
    });

    expect(first.body.data.createCloudAccount.userErrors).toEqual([]);
    expect(again.text).toBe(first.text);
  });

  it('returns it even after the account was deleted', async () => {
    const input = newAccount('KA01', { idempotencyKey: 'order-2' });
    const { createCloudAccount: first } = await gateway.ask(createCloudAccount, { input });
    await deleteAccount(first.cloudAccount.id);

    const { createCloudAccount: again } = await gateway.ask(createCloudAccount, { input });

    expect(again.cloudAccount).toMatchObject({ id: first.cloudAccount.id, createdAt: first.cloudAccount.createdAt });
    expect(await accountsNamed(input.name)).toBe(0);
  });

  it.each([
    ['name', { name: 'Another' }],
    ['secret', { credentials: sandboxKey('WORKS', 'KA02', 'x'.repeat(40)) }],
    ['region', { region: 'eu-west-1' }],
  ])('is refused for a request with another %s', async (field, change) => {
    const input = newAccount('KA02', { name: `Reused ${field}`, idempotencyKey: `reused-${field}` });
    await gateway.ask(createCloudAccount, { input });

    expect(await refusals(createCloudAccount, { ...input, ...change })).toEqual([
      'IDEMPOTENCY_KEY_REUSED input.idempotencyKey',
    ]);

    await gateway.sql('DELETE FROM aws_access_key');
    await gateway.sql("DELETE FROM cloud_account WHERE ownership = 'CUSTOMER'");
  });

  it('belongs to its tenant', async () => {
    const key = await gateway.anotherTenant();
    await createAccount({ idempotencyKey: 'mine' });
    await expect(createAccount({ idempotencyKey: 'mine' }, key)).resolves.toHaveProperty('id');
  });

  it('allows a refused request to be tried again', async () => {
    const input = newAccount('KA03', { consoleRoleName: 'not-yet-made', idempotencyKey: 'order-3' });
    expect(await refusals(createCloudAccount, input)).toEqual(['AWS_ROLE_NOT_FOUND input.consoleRoleName']);
    expect(await refusals(createCloudAccount, input)).toEqual(['AWS_ROLE_NOT_FOUND input.consoleRoleName']);
  });

  it('makes one change for a hundred concurrent requests', async () => {
    const input = newAccount('KA04', { name: 'Once', idempotencyKey: 'order-4' });

    const answers = await Promise.all(Array.from({ length: 100 }, () => gateway.send(createCloudAccount, { input })));

    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]!.body.data.createCloudAccount.userErrors).toEqual([]);
    expect(await accountsNamed('Once')).toBe(1);
  });

  it('is free again after its request failed, or its process stopped', async () => {
    const input = newAccount('KA05', { idempotencyKey: 'order-5', credentials: sandboxKey('HANGS', 'KA05') });
    expect(await refusals(createCloudAccount, input)).toEqual(['AWS_UNREACHABLE']);
    expect(await refusals(createCloudAccount, newAccount('KA05', { idempotencyKey: 'order-5' }))).toEqual([]);

    const abandoned = newAccount(suffix(1290), { idempotencyKey: 'order-6' });
    await gateway.ask(createCloudAccount, { input: abandoned });
    await gateway.sql(
      "UPDATE idempotency_claim SET answer = NULL, lease_until = '2020-01-01 00:00:00.000' WHERE idempotency_key = 'order-6'",
    );
    expect(await refusals(createCloudAccount, abandoned)).toEqual(['CLOUD_ACCOUNT_NAME_TAKEN input.name']);
  });

  it.each([
    ['add', 1],
    ['release', 2],
  ] as const)('is free again although the database was unavailable during %s', async (step, times) => {
    const input = newAccount('KA07', { consoleRoleName: 'not-yet-made', idempotencyKey: `away-${step}` });
    const claims: any = gateway.get(Claims);
    const carryOut = claims[step].bind(claims);
    let failed = 0;
    claims[step] = async (claim: unknown) => {
      if (++failed === times) delete claims[step];
      if (step === 'add') await carryOut(claim); // only the answer is lost
      throw new Error('The database is away.');
    };

    expect((await gateway.send(createCloudAccount, { input })).status).toBe(200);
    expect(await refusals(createCloudAccount, input)).toEqual(['AWS_ROLE_NOT_FOUND input.consoleRoleName']);
    expect(failed).toBe(times);
  });

  it('also works for subscriptions', async () => {
    const { id } = await createAccount();
    const input = { cloudAccountId: id, name: 'Orders', region: 'us-east-1', idempotencyKey: 'sub-1' };
    const [first, again] = [
      await gateway.ask(createSubscription, { input }),
      await gateway.ask(createSubscription, { input }),
    ];
    expect(again).toEqual(first);
  });

  it.each(['', ' ', 'a b', 'é', 'x'.repeat(65)])('is refused when it is "%s"', async (idempotencyKey) => {
    expect(await refusals(createCloudAccount, newAccount('KA06', { idempotencyKey }))).toEqual([
      'INVALID_INPUT input.idempotencyKey',
    ]);
  });
});
