import { sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import { Gateway } from '../support/gateway.js';
import { createCloudAccount, newAccount, sandboxKey, stepsWith, suffix } from '../support/steps.js';

describe('createCloudAccount', () => {
  let gateway: Gateway;
  const { createAccount, nextUser, readAccount, refusals, rowsStored } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  it('connects the account, as AWS reported it', async () => {
    const before = Date.now();

    const account = await createAccount({ which: 'A1U1', name: 'Production' });

    expect(account).toEqual({
      id: expect.stringMatching(/^[\w-]+$/),
      name: 'Production',
      provider: 'AWS',
      region: 'us-east-1',
      ownership: 'CUSTOMER',
      status: 'ACTIVE',
      awsAccountId: '900000000361',
      awsUserId: 'AIDASANDBOXUSERIDA1U1',
      awsUserArn: 'arn:aws:iam::900000000361:user/gateway-u1',
      consoleRoleName: 'console-role',
      consoleRoleArn: 'arn:aws:iam::900000000361:role/console-role',
      isSandbox: true,
      version: 1,
      createdAt: expect.any(String),
      updatedAt: account.createdAt,
      credentials: {
        accessKeyId: 'AKIA…A1U1',
        version: 1,
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        setAt: account.createdAt,
        setBy: 'First key',
        lastVerifiedAt: account.createdAt,
      },
    });
    expect(new Date(account.createdAt).getTime()).toBeGreaterThanOrEqual(before - 1);
    expect(new Date(account.createdAt).getTime()).toBeLessThanOrEqual(Date.now());
    expect(await readAccount(account.id)).toMatchObject({ name: 'Production', awsAccountId: '900000000361' });
  });

  it('stores the secret in no readable form: in no answer and in no column', async () => {
    const answer = await gateway.send(createCloudAccount, { input: newAccount(nextUser()) });
    expect(answer.body.data.createCloudAccount.userErrors).toEqual([]);

    const rows = JSON.stringify(await gateway.sql('SELECT * FROM aws_access_key'), (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    );

    expect(rows).toContain('AKIASANDBOXWORKS');
    expect(rows).not.toContain(sandboxSecret);
    expect(answer.text).not.toContain(sandboxSecret);
  });

  it('assigns IDs from 1001 on', async () => {
    const { id } = await createAccount();

    expect(Number(Buffer.from(id, 'base64url').toString().replace('CloudAccount:', ''))).toBeGreaterThan(1000);
  });

  describe('returns all problems of an input', () => {
    it('when everything is wrong', async () => {
      const input = {
        name: ' ',
        provider: 'GCP',
        region: 'moon-1',
        credentials: { awsAccessKey: { accessKeyId: 'AKIA', secretAccessKey: 'short' } },
        consoleRoleName: 'arn:aws:iam::123456789012:role/console',
      };

      expect((await refusals(createCloudAccount, input)).sort()).toEqual([
        'CUSTOMER_ACCOUNT_MUST_BE_AWS input.provider',
        'INVALID_INPUT input.consoleRoleName',
        'INVALID_INPUT input.credentials.awsAccessKey.accessKeyId',
        'INVALID_INPUT input.credentials.awsAccessKey.secretAccessKey',
        'INVALID_INPUT input.name',
        'UNKNOWN_REGION input.region',
      ]);
    });

    it('and stores nothing', async () => {
      const before = await rowsStored();
      await refusals(createCloudAccount, newAccount(nextUser(), { name: '', consoleRoleName: '' }));
      expect(await rowsStored()).toEqual(before);
    });
  });

  describe('refuses a name', () => {
    it.each([
      ['that is empty', ''],
      ['that is blank', ' \t\u00a0\n '],
      ['of 65 characters', 'x'.repeat(65)],
      ['of 65 characters outside the first plane', '🦀'.repeat(65)],
      ['with a control character', 'Pro\u0007duction'],
      ['with a line break in it', 'Pro\nduction'],
      ['with NUL', 'Pro\u0000duction'],
      ['that turns the direction of text around', 'Pro\u202educ\u202ction'],
      ['with an isolate', 'Pro\u2066duction'],
      ['with half a character', 'Pro\ud83dduction'],
    ])('%s', async (_, name) => {
      const before = await rowsStored();

      expect(await refusals(createCloudAccount, newAccount(nextUser(), { name }))).toEqual([
        'INVALID_INPUT input.name',
      ]);
      expect(await rowsStored()).toEqual(before);
    });
  });

  describe('keeps a name', () => {
    it.each([
      ['of 64 characters', 'x'.repeat(64), 'x'.repeat(64)],
      ['of 64 characters outside the first plane', '🦀'.repeat(64), '🦀'.repeat(64)],
      ['without the white space around it', '  Trimmed\t', 'Trimmed'],
      ['in its composed form', 'Cafe\u0301', 'Caf\u00e9'],
      ['with quotes, backslashes and question marks', `O'Neil "x" \\ ? $1 :name %s`, `O'Neil "x" \\ ? $1 :name %s`],
    ])('%s', async (_, given, kept) => {
      const account = await createAccount({ name: given });

      expect(account.name).toBe(kept);
      expect((await readAccount(account.id)).name).toBe(kept);
    });
  });

  it.each([
    ['in case', 'Staging', 'sTAGING'],
    ['in composition', 'Stra\u0308nd', 'STR\u00c4ND'],
    ['in white space around it', 'Spaces', ' Spaces '],
    ['in ß and ss', 'Straße', 'STRASSE'],
  ])('refuses a name that differs from an existing one only %s', async (_, first, second) => {
    await createAccount({ name: first });
    const before = await rowsStored();

    expect(await refusals(createCloudAccount, newAccount(nextUser(), { name: second }))).toEqual([
      'CLOUD_ACCOUNT_NAME_TAKEN input.name',
    ]);
    expect(await rowsStored()).toEqual(before);
  });

  it('distinguishes names with different accents', async () => {
    await createAccount({ name: 'Resume' });

    expect((await createAccount({ name: 'Résumé' })).name).toBe('Résumé');
  });

  it('accepts a name for one of ten concurrent requests', async () => {
    const before = await rowsStored();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => refusals(createCloudAccount, newAccount(nextUser(), { name: 'Wanted' }))),
    );

    expect(all.filter((refused) => refused.length === 0)).toHaveLength(1);
    expect(all.flat()).toEqual(Array(9).fill('CLOUD_ACCOUNT_NAME_TAKEN input.name'));
    expect((await rowsStored())['cloud_account']).toBe(before['cloud_account']! + 1);
  });

  it.each(['GCP', 'AZURE'])("refuses a customer's own account at %s", async (provider) => {
    expect(await refusals(createCloudAccount, newAccount(nextUser(), { provider }))).toEqual([
      'CUSTOMER_ACCOUNT_MUST_BE_AWS input.provider',
    ]);
  });

  describe('for an IAM user that is already connected', () => {
    const again = (which: string, input: object = {}) => ({
      ...newAccount(which, { name: `Again ${which}` }),
      credentials: sandboxKey('AGAIN', which),
      ...input,
    });

    it('is refused, even with another access key of that user', async () => {
      const which = nextUser();
      await createAccount({ which });
      const before = await rowsStored();

      const answer = await gateway.send(createCloudAccount, { input: again(which) });

      expect(answer.body.data.createCloudAccount).toMatchObject({
        cloudAccount: null,
        userErrors: [
          { __typename: 'AlreadyConnectedError', code: 'AWS_USER_ALREADY_CONNECTED', path: ['input', 'credentials'] },
        ],
      });
      expect(await rowsStored()).toEqual(before);
    });

    it('succeeds for one of ten concurrent requests with the same user', async () => {
      const which = nextUser();
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, i) => refusals(createCloudAccount, again(which, { name: `Rival ${i}` }))),
      );

      expect(all.filter((refused) => refused.length === 0)).toHaveLength(1);
      expect(all.flat()).toEqual(Array(9).fill('AWS_USER_ALREADY_CONNECTED input.credentials'));
    });

    it('succeeds for another user of the same AWS account', async () => {
      const first = await createAccount({ which: suffix(900, 1) });
      const second = await createAccount({ which: suffix(900, 2) });

      expect(second.awsAccountId).toBe(first.awsAccountId);
      expect(second.awsUserId).not.toBe(first.awsUserId);
    });
  });

  describe('in another partition of AWS', () => {
    it.each([
      ['us-gov-west-1', 'aws-us-gov'],
      ['us-gov-east-1', 'aws-us-gov'],
      ['cn-north-1', 'aws-cn'],
      ['cn-northwest-1', 'aws-cn'],
      ['eusc-de-east-1', 'aws-eusc'],
    ])('connects an account of %s, with that partition in its ARNs', async (region, partition) => {
      const account = await createAccount({ region });

      expect(account.region).toBe(region);
      expect(account.awsUserArn).toMatch(new RegExp(`^arn:${partition}:iam::\\d{12}:user/`));
      expect(account.consoleRoleArn).toMatch(new RegExp(`^arn:${partition}:iam::\\d{12}:role/console-role$`));
    });

    it.each(['', 'us-east-99', 'US-EAST-1', 'us-east-1a', 'aws-global', 'evil.example/#'])(
      'refuses %j, which is not a region',
      async (region) => {
        expect(await refusals(createCloudAccount, newAccount(nextUser(), { region }))).toEqual([
          'UNKNOWN_REGION input.region',
        ]);
      },
    );
  });

  describe('without a required field beside a secret', () => {
    it.each([
      ['name', (input: any) => delete input.name],
      ['consoleRoleName', (input: any) => delete input.consoleRoleName],
      ['accessKeyId', (input: any) => delete input.credentials.awsAccessKey.accessKeyId],
      ['credentials', (input: any) => (input.credentials = { secretAccessKey: sandboxSecret })],
    ])('%s: answers BAD_USER_INPUT and does not echo the secret', async (field, spoil) => {
      const input = structuredClone(newAccount(nextUser()));
      spoil(input);
      const before = await rowsStored();

      const answer = await gateway.send(createCloudAccount, { input });

      expect(answer.status).toBe(400);
      expect(answer.body.errors).toHaveLength(1);
      expect(answer.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(answer.body.errors[0].message).toContain(field);
      expect(answer.text).not.toContain(sandboxSecret);
      expect(await rowsStored()).toEqual(before);
    });
  });
});
