import { setTimeout as wait } from 'node:timers/promises';
import { Transactions } from '#libs/database';
import { newApiKeyToken, withChecksum } from '../../libs/access/src/api-key-token.js';
import { AccessRecords } from '../../libs/access/src/access-records.js';
import { Gateway } from '../support/gateway.js';
import { createApiKey, globalId, newAccount, numberOf, revokeApiKey, stepsWith } from '../support/steps.js';
import { until } from '../support/until.js';

const day = 24 * 60 * 60 * 1000;

describe('API keys', () => {
  let gateway: Gateway;
  const { createKey, createAccount, refusals, revokeKey } = stepsWith(() => gateway);
  const status = async (key: string, headers?: Record<string, string>) =>
    (await gateway.post(JSON.stringify({ query: '{ __typename }' }), key, headers)).status;
  const expire = (id: string, moment: number) =>
    gateway.sql('UPDATE api_key SET expires_at = ? WHERE id = ?', [
      new Date(moment).toISOString().replace('T', ' ').slice(0, -1),
      numberOf(id),
    ]);

  const refusal = async (key: string) => {
    const { message, extensions } = await gateway.error('{ __typename }', {}, key);
    expect(extensions.code).toBe('UNAUTHENTICATED');
    return { message, reason: extensions.reason };
  };

  beforeAll(async () => (gateway = await Gateway.start({ TRUSTED_PROXIES: '127.0.0.0/8' })));
  afterAll(() => gateway.stop());

  describe('an OWNER', () => {
    it('creates one, whose secret is shown once and works immediately', async () => {
      const key = await createKey({ name: ' Build  ', role: 'MANAGER', allowedCidrs: ['127.0.0.0/8', '::1/128'] });

      expect(key).toMatchObject({
        name: 'Build',
        role: 'MANAGER',
        allowedCidrs: ['127.0.0.0/8', '::1/128'],
        canIntrospect: false,
        isUsable: true,
        revokedAt: null,
        lastUsedAt: null,
        secret: expect.stringMatching(/^gwk_live_[0-9A-Za-z]{44}$/),
        viewerCanRevoke: { isAllowed: true, code: null },
      });
      expect(key.secret.slice(9, 17)).toBe(key.apiKeyId);
      expect(await status(key.secret)).toBe(200);
      const rows = await gateway.sql('SELECT * FROM api_key');
      expect(JSON.stringify(rows)).not.toContain(key.secret.slice(17, -6));
    });

    it('creates one that lasts a year by default', async () => {
      const lifetime = ({ createdAt, expiresAt }: any) => (Date.parse(expiresAt) - Date.parse(createdAt)) / day;

      expect(lifetime(await createKey())).toBe(365);
      expect(lifetime(await createKey({ expiresInDays: 7 }))).toBe(7);
    });

    it('can use two at once to replace one', async () => {
      const [old, next] = [await createKey({ role: 'OWNER' }), await createKey({ role: 'OWNER' })];
      expect([await status(old.secret), await status(next.secret)]).toEqual([200, 200]);

      expect(await revokeKey(old.id, next.secret)).toMatchObject({ id: old.id, isUsable: false });

      expect([await status(old.secret), await status(next.secret)]).toEqual([401, 200]);
      expect(await refusals(revokeApiKey, { id: old.id })).toEqual(['API_KEY_ALREADY_REVOKED input.id']);
    });

    it('gets the same API key for a repeated request, but never its secret', async () => {
      const input = { name: 'Once', role: 'VIEWER', idempotencyKey: 'create-once' };
      const first = (await gateway.ask(createApiKey, { input })).createApiKey;
      const again = (await gateway.ask(createApiKey, { input })).createApiKey;

      expect(again).toEqual({ ...first, secret: null });
      expect(first.secret).not.toBeNull();
      const [{ answer }] = await gateway.sql(
        "SELECT answer FROM idempotency_claim WHERE idempotency_key = 'create-once'",
      );
      expect(answer).toBe(JSON.stringify({ id: numberOf(first.apiKey.id) }));
    });

    it.each([
      [{ name: ' ' }, ['INVALID_INPUT input.name']],
      [{ expiresInDays: 0 }, ['INVALID_INPUT input.expiresInDays']],
      [{ expiresInDays: 3651 }, ['INVALID_INPUT input.expiresInDays']],
      [{ allowedCidrs: ['10.0.0.0/8', 'nowhere'] }, ['INVALID_INPUT input.allowedCidrs']],
      [{ allowedCidrs: ['10.0.0.1/8'] }, ['INVALID_INPUT input.allowedCidrs']],
      [{ allowedCidrs: Array(21).fill('10.0.0.0/8') }, ['INVALID_INPUT input.allowedCidrs']],
      [
        { name: '', expiresInDays: -1, allowedCidrs: [''] },
        ['INVALID_INPUT input.name', 'INVALID_INPUT input.expiresInDays', 'INVALID_INPUT input.allowedCidrs'],
      ],
    ])('receives all problems of %j', async (input, expected) => {
      expect(await refusals(createApiKey, { name: 'Key', role: 'VIEWER', ...input })).toEqual(expected);
    });

    it('lists them page by page, valid ones or ended ones', async () => {
      const key = await gateway.anotherTenant();
      const made = [];
      for (let i = 0; i < 3; i++) made.push(await createKey({}, key));
      await revokeKey(made[1].id, key);
      await expire(made[2].id, Date.now() - day);
      const list = async (args: string) =>
        (
          await gateway.ask(
            `{ apiKeys${args} { totalCount nodes { id isUsable } pageInfo { hasNextPage endCursor } } }`,
            {},
            key,
          )
        ).apiKeys;

      const { totalCount, nodes, pageInfo } = await list('(first: 2)');
      expect([totalCount, pageInfo.hasNextPage]).toEqual([4, true]);
      expect((await list(`(after: "${pageInfo.endCursor}")`)).nodes).toHaveLength(2);
      expect(nodes.map(({ id }: any) => id)).toEqual([made[2].id, made[1].id]);
      const ended = await list('(filter: { isUsable: false })');
      expect(ended).toMatchObject({ totalCount: 2, nodes: [{ id: made[2].id, isUsable: false }, { id: made[1].id }] });
      expect(await list('(filter: { isUsable: true })')).toMatchObject({
        totalCount: 2,
        nodes: [{ isUsable: true }, {}],
      });
    });

    it('cannot revoke the last API key that can create others', async () => {
      const key = await gateway.anotherTenant();
      await createKey({ role: 'MANAGER' }, key);
      const expired = await createKey({ role: 'OWNER' }, key);
      await expire(expired.id, Date.now() - 1000);
      const { viewer } = await gateway.ask(
        '{ viewer { apiKey { id viewerCanRevoke { isAllowed code reason } } } }',
        {},
        key,
      );

      expect(viewer.apiKey.viewerCanRevoke).toMatchObject({ isAllowed: false, code: 'API_KEY_IS_LAST_OWNER' });
      expect(await refusals(revokeApiKey, { id: viewer.apiKey.id }, key)).toEqual(['API_KEY_IS_LAST_OWNER input.id']);
      await revokeKey(expired.id, key);
      expect(await status(key)).toBe(200);
    });

    it('keeps one of two that revoke each other concurrently', async () => {
      for (let round = 0; round < 5; round++) {
        const one = await gateway.anotherTenant();
        const other = await createKey({ role: 'OWNER' }, one);
        const { viewer } = await gateway.ask('{ viewer { apiKey { id } } }', {}, one);

        await Promise.all([
          gateway.send(revokeApiKey, { input: { id: other.id } }, one),
          gateway.send(revokeApiKey, { input: { id: viewer.apiKey.id } }, other.secret),
        ]);

        expect([await status(one), await status(other.secret)].sort()).toEqual([200, 401]);
      }
    });

    it('sees no API keys of another tenant', async () => {
      const mine = await createKey();
      const other = await gateway.anotherTenant();

      expect(await refusals(revokeApiKey, { id: mine.id }, other)).toEqual(['NOT_FOUND input.id']);
      expect(await gateway.ask(`{ node(id: "${mine.id}") { id } }`, {}, other)).toEqual({ node: null });
      expect((await gateway.ask('{ apiKeys { totalCount } }', {}, other)).apiKeys.totalCount).toBe(1);
      expect(await status(mine.secret)).toBe(200);
    });
  });

  it('who is no OWNER sees only its own API key', async () => {
    const viewer = await createKey();
    const other = await createKey();
    const { nodes } = await gateway.ask(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ApiKey { name viewerCanRevoke { isAllowed code } } } }',
      { ids: [viewer.id, other.id] },
      viewer.secret,
    );

    expect(nodes).toEqual([
      { id: viewer.id, name: 'Spare', viewerCanRevoke: { isAllowed: false, code: 'FORBIDDEN' } },
      null,
    ]);
  });

  describe('are refused', () => {
    it('when they have expired, to the millisecond', async () => {
      const [valid, expired] = [await createKey(), await createKey()];
      await expire(valid.id, Date.now() + 60_000);
      await expire(expired.id, Date.now() - 1);

      expect([await status(valid.secret), await status(expired.secret)]).toEqual([200, 401]);
    });

    it('soon after another process revoked them', async () => {
      const key = await createKey();
      expect(await status(key.secret)).toBe(200);

      await expire(key.id, Date.now() - 1);

      await until('the key is refused', async () => (await status(key.secret)) === 401);
    });

    it('after they were revoked, even in the middle of a document', async () => {
      const owner = await createKey({ role: 'OWNER' });
      const victim = await createKey({ role: 'OWNER' });
      const { data } = await gateway
        .send(
          `mutation ($own: ID!, $victim: ID!, $account: CreateCloudAccountInput!) {
          revokeApiKey(input: { id: $own }) { userErrors { code } }
          createApiKey(input: { name: "Kept", role: OWNER }) { secret }
          other: revokeApiKey(input: { id: $victim }) { userErrors { code } }
          createCloudAccount(input: $account) { cloudAccount { id } }
        }`,
          { own: owner.id, victim: victim.id, account: newAccount('KE00') },
          owner.secret,
        )
        .then(({ body }) => body);

      expect(data).toEqual({
        revokeApiKey: { userErrors: [] },
        createApiKey: null,
        other: null,
        createCloudAccount: null,
      });
      expect(await status(victim.secret)).toBe(200);
    });

    it('after they were revoked, even while they create another', async () => {
      const owner = await createKey({ role: 'OWNER' });
      let making!: Promise<any>;
      await gateway.get(Transactions).run(async (now) => {
        const records = gateway.get(AccessRecords);
        await records.holdTenant(2);
        making = gateway.send(createApiKey, { input: { name: 'Kept', role: 'OWNER' } }, owner.secret);
        await wait(300); // on MariaDB it waits for the tenant, on SQLite even before it reads its API key
        const [key] = await records.findKeys(2, [numberOf(owner.id)]);
        key!.revoke(now);
        await records.revokeKey(key!);
      });

      expect((await making).text).toContain('UNAUTHENTICATED');
      expect((await making).text).not.toContain('gwk_live_');
    });

    it('from addresses that are not allowed, without the reason', async () => {
      const key = await createKey({ allowedCidrs: ['203.0.113.0/24', '2001:db8::/32'] });
      const from = (address: string) => status(key.secret, { 'x-forwarded-for': address });

      expect(await status(key.secret)).toBe(401);
      expect(await from('203.0.113.77')).toBe(200);
      expect(await from('2001:db8::1')).toBe(200);
      expect(await from('203.0.114.1')).toBe(401);
      // The address that the last proxy adds is trusted, not those that the client sent.
      expect(await from('203.0.113.77, 198.51.100.1')).toBe(401);
      expect(await refusal(key.secret)).toEqual(await refusal(newApiKeyToken().token.reveal()));
    });

    it.each<[string, string, (id: string) => Promise<unknown>]>([
      ['expired', 'EXPIRED', (id) => expire(id, Date.now() - 1)],
      ['was revoked', 'REVOKED', (id) => revokeKey(id)],
    ])('with the reason that the key %s, only to a caller with the right secret', async (_, reason, end) => {
      const key = await createKey();
      await end(key.id);
      const { body, token } = { body: key.secret.slice(0, 17), token: newApiKeyToken().token.reveal() };
      const wrongSecret = withChecksum(body + token.slice(17, -6));

      expect(await refusal(key.secret)).toEqual({ reason, message: expect.stringMatching(/Ask an OWNER/) });
      expect(await refusal(wrongSecret)).toEqual(await refusal(token));
      expect((await refusal(wrongSecret)).reason).toBe('UNKNOWN');
    });

    it('with the reason when the text is not an API key, or is missing', async () => {
      const { secret } = await createKey();

      expect(await refusal(secret.slice(0, -1))).toMatchObject({ reason: 'MALFORMED' });
      expect(await refusal(secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A'))).toMatchObject({
        reason: 'MALFORMED',
      });
      expect(await refusal('')).toMatchObject({ reason: 'MISSING' });
    });
  });

  it('have the time of their last use', async () => {
    const key = await createKey();
    const lastUsed = async () =>
      (await gateway.ask(`{ node(id: "${key.id}") { ... on ApiKey { lastUsedAt } } }`)).node.lastUsedAt;
    expect(await lastUsed()).toBeNull();

    await status(key.secret);

    const first = await lastUsed();
    expect(Date.now() - Date.parse(first)).toBeLessThan(30_000);
    await status(key.secret);
    expect(await lastUsed()).toBe(first);
  });

  it('of the operator can be created only on the command line', async () => {
    const operators = await gateway.newKey({}, 1);
    const { viewer } = await gateway.ask(
      '{ viewer { isOperator tenant { name } viewerCanCreateApiKey { isAllowed code } } }',
      {},
      operators,
    );

    expect(viewer).toEqual({
      isOperator: true,
      tenant: { name: 'Operator' },
      viewerCanCreateApiKey: { isAllowed: false, code: 'OPERATOR_API_KEY_CLI_ONLY' },
    });
    expect(await refusals(createApiKey, { name: 'Another', role: 'OWNER' }, operators)).toEqual([
      'OPERATOR_API_KEY_CLI_ONLY',
    ]);
  });

  it('are distinguished by the viewer', async () => {
    const key = await createKey({ name: 'Reader', canIntrospect: true });
    const who = `{ viewer { role canIntrospect isOperator tenant { name } apiKey { id name }
      viewerCanCreateApiKey { isAllowed code reason remediation } viewerCanCreateCloudAccount { isAllowed code } } }`;

    expect((await gateway.ask(who, {}, key.secret)).viewer).toEqual({
      role: 'VIEWER',
      canIntrospect: true,
      isOperator: false,
      tenant: { name: 'First tenant' },
      apiKey: { id: key.id, name: 'Reader' },
      viewerCanCreateApiKey: {
        isAllowed: false,
        code: 'FORBIDDEN',
        reason: 'Your API key is not allowed to do this. It needs OWNER.',
        remediation: expect.stringContaining('OWNER'),
      },
      viewerCanCreateCloudAccount: { isAllowed: false, code: 'FORBIDDEN' },
    });
  });

  it('are still named in records after they are revoked', async () => {
    const key = await createKey({ name: 'Leaver', role: 'MANAGER' });
    const account = await createAccount({}, key.secret);
    await revokeKey(key.id);

    const { cloudAccount } = await gateway.ask(`{ cloudAccount(id: "${account.id}") { credentials { setBy } } }`);
    expect(cloudAccount.credentials.setBy).toBe('Leaver');
  });

  it('with IDs that do not belong to API keys are not found', async () => {
    for (const id of ['', 'x', globalId('CloudAccount', 1), globalId('ApiKey', 2_000_000_000)])
      expect(await refusals(revokeApiKey, { id })).toEqual(['NOT_FOUND input.id']);
  });
});
