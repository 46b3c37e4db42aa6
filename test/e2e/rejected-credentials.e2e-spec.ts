import { sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import { Gateway } from '../support/gateway.js';
import { createCloudAccount, newAccount, sandboxKey, stepsWith } from '../support/steps.js';

const mutation = `mutation ($input: CreateCloudAccountInput!) {
  createCloudAccount(input: $input) { cloudAccount { id }
    userErrors { __typename code path message retryable remediation ... on CredentialsRejectedError { awsErrorCode } } }
}`;

const secretPath = ['input', 'credentials', 'awsAccessKey', 'secretAccessKey'];
const keyPath = ['input', 'credentials', 'awsAccessKey', 'accessKeyId'];
const rolePath = ['input', 'consoleRoleName'];

describe('credentials that cannot be verified', () => {
  let gateway: Gateway;
  const { createAccount, nextUser, refusals, rowsStored } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const create = async (input: object) =>
    (await gateway.ask(mutation, { input: newAccount(nextUser(), input) })).createCloudAccount;

  describe('are refused with the problem and the field, and nothing is stored', () => {
    it.each<[string, object, string, string[] | null, string | null, boolean]>([
      [
        'a key AWS knows with another secret',
        { credentials: sandboxKey('WRONG', 'A2U1') },
        'AWS_SECRET_ACCESS_KEY_WRONG',
        secretPath,
        'SignatureDoesNotMatch',
        false,
      ],
      [
        'a key with a secret that is not its own',
        { credentials: sandboxKey('WORKS', 'A8U1', 'x'.repeat(40)) },
        'AWS_SECRET_ACCESS_KEY_WRONG',
        secretPath,
        'SignatureDoesNotMatch',
        false,
      ],
      [
        'the key of a root user',
        { credentials: sandboxKey('ROOTS', 'A5U1') },
        'AWS_ROOT_ACCESS_KEY',
        keyPath,
        null,
        false,
      ],
      [
        'an account without roles',
        { credentials: sandboxKey('NROLE', 'A3U1') },
        'AWS_ROLE_NOT_FOUND',
        rolePath,
        'NoSuchEntity',
        true,
      ],
      ['a server that is down', { credentials: sandboxKey('DOWNS', 'A9U1') }, 'AWS_UNREACHABLE', null, null, true],
      [
        'a proxy in place of AWS',
        { credentials: sandboxKey('PAGES', 'B1U1') },
        'AWS_RESPONSE_INVALID',
        null,
        null,
        true,
      ],
      [
        'a clock that differs from that of AWS',
        { credentials: sandboxKey('SKEWS', 'B2U1') },
        'AWS_CLOCK_SKEW',
        null,
        'SignatureDoesNotMatch',
        true,
      ],
      ['a role without MFA', { consoleRoleName: 'no-mfa-role' }, 'AWS_ROLE_WITHOUT_MFA', rolePath, null, true],
      [
        'a role that asks for an external ID',
        { consoleRoleName: 'external-id-console-role' },
        'AWS_ROLE_REQUIRES_EXTERNAL_ID',
        rolePath,
        null,
        true,
      ],
      [
        'a role that lets others in',
        { consoleRoleName: 'foreign-role' },
        'AWS_ROLE_TRUSTS_OTHERS',
        rolePath,
        null,
        true,
      ],
      ['a role that is not there', { consoleRoleName: 'nobody' }, 'AWS_ROLE_NOT_FOUND', rolePath, 'NoSuchEntity', true],
      [
        'a user who may not look at the role',
        { credentials: sandboxKey('NLOOK', 'A4U1') },
        'AWS_ROLE_LOOKUP_DENIED',
        rolePath,
        'AccessDenied',
        true,
      ],
      ['a throttled account', { credentials: sandboxKey('THROT', 'A6U1') }, 'AWS_THROTTLED', null, 'Throttling', true],
    ])('%s', async (_, input, code, path, awsErrorCode, retryable) => {
      const before = await rowsStored();

      expect(await create(input)).toEqual({
        cloudAccount: null,
        userErrors: [
          {
            __typename: 'CredentialsRejectedError',
            code,
            path,
            message: expect.any(String),
            retryable,
            remediation: expect.any(String),
            awsErrorCode,
          },
        ],
      });
      expect(await rowsStored()).toEqual(before);
    });
  });

  it('never reveal the secret, or a message of AWS', async () => {
    for (const family of ['WRONG', 'ROOTS', 'NROLE', 'NLOOK']) {
      const { text } = await gateway.send(mutation, {
        input: newAccount(nextUser(), { credentials: sandboxKey(family, 'B1U1') }),
      });
      expect(text).not.toContain(sandboxSecret);
      expect(text).not.toMatch(/security token|is not authorized|request signature|cannot be found/);
    }
  });

  describe('because AWS never answers', () => {
    it('are refused within the timeout, while others are served', async () => {
      const before = await rowsStored();
      const started = performance.now();
      let answered = false;
      const hanging = create({ credentials: sandboxKey('HANGS', 'A7U1') }).finally(() => (answered = true));

      await Promise.all([createAccount(), createAccount(), createAccount()]);
      expect(answered).toBe(false);

      expect((await hanging).userErrors).toMatchObject([
        { __typename: 'CredentialsRejectedError', code: 'AWS_UNREACHABLE', path: null, awsErrorCode: null },
      ]);
      const took = performance.now() - started;
      expect(took).toBeGreaterThan(4900);
      expect(took).toBeLessThan(9000); // twice the timeout would be 10 s
      expect((await rowsStored())['cloud_account']).toBe(before['cloud_account']! + 3);
    });

    it('do not delay twenty others that hang as well', async () => {
      const started = performance.now();
      const all = await Promise.all(
        Array.from({ length: 20 }, () => create({ credentials: sandboxKey('HANGS', nextUser()) })),
      );

      expect(new Set(all.map(({ userErrors }) => userErrors[0].code))).toEqual(new Set(['AWS_UNREACHABLE']));
      expect(performance.now() - started).toBeLessThan(20_000); // sequentially: 100 s
    });
  });

  describe('because of their format are refused before AWS is called', () => {
    const key = (accessKeyId: string, secretAccessKey = sandboxSecret) => ({
      credentials: { awsAccessKey: { accessKeyId, secretAccessKey } },
    });

    it.each([
      ['an id with a space in it', 'AKIASANDBOX WORKSA1U'],
      ['an id with a line break in it', 'AKIASANDBOX\nWORKSA1U1'],
      ['an id in quotes', '"AKIASANDBOXWORKSA1U1"'],
      ['an id with the name of its variable', 'AWS_ACCESS_KEY_ID=AKIASANDBOXWORKSA1U1'],
      ['an id of 19 characters', 'AKIASANDBOXWORKSA1U'],
      ['an id of 21 characters', 'AKIASANDBOXWORKSA1U12'],
      ['an id in lower case', 'akiasandboxworksa1u1'],
      ['an id of a user', 'AIDASANDBOXWORKSA1U1'],
      ['no id', ''],
    ])('%s', async (_, accessKeyId) => {
      expect(await refusals(createCloudAccount, newAccount(nextUser(), key(accessKeyId)))).toEqual([
        `INVALID_INPUT ${keyPath.join('.')}`,
      ]);
    });

    it('except for whitespace around ID and secret, which is ignored', async () => {
      const which = nextUser();
      const pasted = key(` AKIASANDBOXWORKS${which}\n`, `\t${sandboxSecret}\r\n`);
      expect(await refusals(createCloudAccount, newAccount(which, pasted))).toEqual([]);
    });

    it('a temporary access key, with its own code', async () => {
      expect(await refusals(createCloudAccount, newAccount(nextUser(), key('ASIASANDBOXWORKSA1U1')))).toEqual([
        `AWS_TEMPORARY_ACCESS_KEY ${keyPath.join('.')}`,
      ]);
    });

    it.each([
      ['a secret with a space in it', `${sandboxSecret.slice(0, 20)} ${sandboxSecret.slice(20)}`],
      ['a secret with a line break in it', `${sandboxSecret.slice(0, 20)}\n${sandboxSecret.slice(20)}`],
      ['a secret with the name of its variable', `AWS_SECRET_ACCESS_KEY=${sandboxSecret}`],
      ['a secret of 39 characters', sandboxSecret.slice(1)],
      ['a secret of 41 characters', `${sandboxSecret}x`],
      ['a secret with other characters', 'ü'.repeat(40)],
      ['no secret', ''],
    ])('%s, which the answer does not repeat', async (_, secretAccessKey) => {
      const input = newAccount(nextUser(), key('AKIASANDBOXWORKSA1U1', secretAccessKey));
      const answer = await gateway.send(mutation, { input });

      const [error, ...more] = answer.body.data.createCloudAccount.userErrors;
      expect(more).toEqual([]);
      expect(error).toMatchObject({ code: 'INVALID_INPUT', path: secretPath });
      if (secretAccessKey) expect(answer.text).not.toContain(secretAccessKey.trim().slice(0, 20));
    });

    it.each([
      ['an ARN', 'arn:aws:iam::123456789012:role/console-role'],
      ['a path', 'vendor/console-role'],
      ['a space', 'console role'],
      ['65 characters', 'r'.repeat(65)],
      ['other letters', 'Rölle'],
      ['nothing', ''],
    ])('a console role that is %s', async (_, consoleRoleName) => {
      expect(await refusals(createCloudAccount, newAccount(nextUser(), { consoleRoleName }))).toEqual([
        'INVALID_INPUT input.consoleRoleName',
      ]);
    });
  });

  describe('on a gateway with a disabled sandbox', () => {
    let withoutSandbox: Gateway;
    beforeAll(async () => (withoutSandbox = await Gateway.start({ AWS_SANDBOX: 'off' })));
    afterAll(() => withoutSandbox.stop());

    it('are refused for an access key of the sandbox, without a call to AWS', async () => {
      const { createCloudAccount: payload } = await withoutSandbox.ask(mutation, { input: newAccount('A1U1') });

      expect(payload.userErrors).toMatchObject([
        { __typename: 'CredentialsRejectedError', code: 'SANDBOX_DISABLED', path: keyPath },
      ]);
    });
  });
});
