import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '#libs/kernel';
import { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import { identity, refusal, startFakeServer, text, type FakeServer } from '../testing/fake-server.js';
import { causeOf } from '../verification/verification-checks.js';
import { type AwsEndpoints } from './aws-endpoints.js';
import { SdkAwsIam } from './sdk-aws-iam.js';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const key = new AwsAccessKey('AKIAIOSFODNN7EXAMPLE', new Secret(secret));
const sandboxKey = new AwsAccessKey('AKIASANDBOXWORKSA1U1', new Secret(secret));
const html = '<html><body>Sign in to the hotel network</body></html>';

describe('SdkAwsIam', () => {
  const servers: FakeServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  const serverThat = async (...args: Parameters<typeof startFakeServer>) => {
    const server = await startFakeServer(...args);
    servers.push(server);
    return server;
  };

  /** Refusal of a call, with its duration in milliseconds. */
  async function refused(
    endpoints: AwsEndpoints,
    ask = (aws: SdkAwsIam): Promise<unknown> => aws.identityOf(key, 'us-east-1'),
  ) {
    const started = performance.now();
    const error: unknown = await ask(new SdkAwsIam(endpoints)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(CredentialsRejected);
    const { code, awsErrorCode, part, message } = error as CredentialsRejected;
    expect(message).not.toContain(secret);
    return { code, awsErrorCode, part, took: performance.now() - started };
  }

  const refusedBy = async (answer: Parameters<typeof startFakeServer>[0], timeoutMs = 5000) =>
    refused({ override: (await serverThat(answer)).url, timeoutMs });

  const roleRefusedBy = async (answer: Parameters<typeof startFakeServer>[0]) =>
    refused({ override: (await serverThat(answer)).url, timeoutMs: 5000 }, (aws) => aws.role(key, 'us-east-1', 'r'));

  it('returns the identity of the access key', async () => {
    const { url } = await serverThat(identity);

    expect(await new SdkAwsIam({ override: url, timeoutMs: 5000 }).identityOf(key, 'eu-west-1')).toEqual({
      accountId: '123456789012',
      userId: 'AIDAEXAMPLE',
      arn: 'arn:aws:iam::123456789012:user/gateway',
    });
  });

  describe('reports an invalid response for an answer that AWS does not give:', () => {
    it.each([
      ['200 with a page', text(200, html)],
      ['200 with nothing', text(200, '')],
      ['200 with JSON', text(200, '{"Account":"123456789012"}')],
      ['200 with an identity of half', text(200, '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>')], // prettier-ignore
      ['200 with an account that is none', text(200, '<R><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>x</Account></GetCallerIdentityResult></R>')], // prettier-ignore
      ['302 to a page', text(302, '', { location: 'http://127.0.0.1:9/login' })],
      ['403 with a page', text(403, html)],
      ['407 with nothing', text(407, '')],
      ['404 with a page', text(404, html)],
    ])('%s', async (_, answer) => {
      expect(await refusedBy(answer)).toMatchObject({ code: 'AWS_RESPONSE_INVALID', awsErrorCode: null, part: null });
    });

    it('a role with an HTML page', async () => {
      expect(await roleRefusedBy(text(200, html))).toMatchObject({ code: 'AWS_RESPONSE_INVALID', part: null });
    });
  });

  describe('reports that AWS is unreachable for', () => {
    it.each([
      ['503 with a page', text(503, html)],
      ['503 with nothing', text(503, '')],
      ['500 with garbage', text(500, '<ErrorResponse><Error><Code>', { 'content-type': 'text/xml' })],
      ['500 in words of AWS', refusal(500, 'ServiceFailure', 'x')],
      ['502 with a page', text(502, html)],
    ])('%s, after three attempts', async (_, answer) => {
      const server = await serverThat(answer);

      expect(await refused({ override: server.url, timeoutMs: 5000 })).toMatchObject({
        code: 'AWS_UNREACHABLE',
        awsErrorCode: null,
        part: null,
      });
      expect(server.hits).toBe(3);
    });

    it('a refused connection', async () => {
      const server = await serverThat(identity);
      await server.close();
      servers.length = 0;

      const { code, took } = await refused({ override: server.url, timeoutMs: 5000 });

      expect(code).toBe('AWS_UNREACHABLE');
      expect(took).toBeLessThan(4000);
    });

    it('a connection that is closed', async () => {
      expect(await refusedBy((response) => response.destroy())).toMatchObject({ code: 'AWS_UNREACHABLE', part: null });
    });

    it('a connection that is closed during the answer', async () => {
      const answer = await refusedBy((response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('<GetCallerIdentityResponse>');
        setTimeout(() => response.destroy(), 20);
      }, 2000);

      expect(answer.code).toBe('AWS_UNREACHABLE');
    });

    it('an unknown host', async () => {
      const { code } = await refused({ override: 'https://aws.invalid', timeoutMs: 3000 });

      expect(code).toBe('AWS_UNREACHABLE');
    });
  });

  describe('does not exceed the timeout', () => {
    const withinDeadline = (took: number, deadline: number) => {
      expect(took).toBeGreaterThan(deadline - 30);
      expect(took).toBeLessThan(deadline + 2500);
    };

    it.each([300, 700])('for an answer that never arrives, with %i ms', async (timeoutMs) => {
      const { code, took } = await refusedBy(() => undefined, timeoutMs);

      expect(code).toBe('AWS_UNREACHABLE');
      withinDeadline(took, timeoutMs);
    });

    it('for an answer of which only the beginning arrives', async () => {
      const { code, took } = await refusedBy((response) => {
        response.writeHead(200, { 'content-type': 'text/xml' }).write('<GetCallerIdentityResponse>');
      }, 300);

      expect(code).toBe('AWS_UNREACHABLE');
      withinDeadline(took, 300);
    });

    it('for an answer that arrives slowly', async () => {
      const { code, took } = await refusedBy((response) => {
        response.writeHead(200, { 'content-type': 'text/xml' });
        const drops = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(drops));
      }, 300);

      expect(code).toBe('AWS_UNREACHABLE');
      withinDeadline(took, 300);
    });

    it.each([
      ['fails slowly each time', (response: any) => setTimeout(() => text(503, '')(response), 200)],
      ['wants to be asked in half a minute', text(503, '', { 'retry-after': '30' })],
      ['wants to be asked later', text(503, '', { 'x-amz-retry-after': '30000' })],
    ])('for a server that %s', async (_, answer) => {
      const { took } = await refusedBy(answer, 500);

      expect(took).toBeLessThan(3000);
    });
  });

  describe('distinguishes refusals of AWS:', () => {
    const signature = 'The request signature we calculated does not match the signature you provided.';

    it.each<[string, number, string, string, object]>([
      ['an unknown key', 403, 'InvalidClientTokenId', 'x', { code: 'AWS_ACCESS_KEY_UNKNOWN', part: 'accessKeyId' }],
      [
        'a wrong secret',
        403,
        'SignatureDoesNotMatch',
        signature,
        { code: 'AWS_SECRET_ACCESS_KEY_WRONG', part: 'secretAccessKey' },
      ],
      [
        'a clock that is slow',
        403,
        'SignatureDoesNotMatch',
        'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T002500Z - 15 min.)',
        { code: 'AWS_CLOCK_SKEW', part: null },
      ],
      [
        'a clock that is fast',
        403,
        'SignatureDoesNotMatch',
        'Signature not yet current: 20260101T003000Z is still later than 20260101T001500Z (20260101T000000Z + 15 min.)',
        { code: 'AWS_CLOCK_SKEW', part: null },
      ],
      ['a region without STS', 403, 'RegionDisabledException', 'x', { code: 'AWS_STS_NOT_ACTIVE', part: null }],
      ['an account that is not active', 403, 'OptInRequired', 'x', { code: 'AWS_ACCOUNT_NOT_ACTIVATED', part: null }],
      ['a request that expired', 400, 'RequestExpired', 'x', { code: 'AWS_CLOCK_SKEW', part: null }],
      ...['ExpiredToken', 'IncompleteSignature', 'MissingAuthenticationToken'].map(
        // prettier-ignore
        (name): [string, number, string, string, object] => [
          name,
          403,
          name,
          `with ${secret} in its text`,
          { code: 'AWS_REFUSED', awsErrorCode: name },
        ],
      ),
    ])('%s', async (_, status, name, message, expected) => {
      expect(await refusedBy(refusal(status, name, message))).toMatchObject({
        awsErrorCode: name,
        ...expected,
      });
    });

    it.each([
      'Throttling',
      'ThrottlingException',
      'RequestLimitExceeded',
      'TooManyRequestsException',
      'SlowDown',
      'RequestThrottled',
      'BandwidthLimitExceeded',
      'EC2ThrottledException',
    ])(
      // prettier-ignore
      'being throttled, by the name %s',
      async (name) => {
        expect(await refusedBy(refusal(400, name, 'Rate exceeded'), 300)).toMatchObject({
          code: 'AWS_THROTTLED',
          part: null,
          awsErrorCode: name,
        });
      },
    );

    it('throttling, by the status alone', async () => {
      expect(await refusedBy(text(429, ''))).toMatchObject({ code: 'AWS_THROTTLED', awsErrorCode: null });
    });

    it('throttling, even if the deadline ends before the next attempt', async () => {
      const { code, took } = await refusedBy(refusal(400, 'Throttling', 'Rate exceeded'), 400);

      expect(code).toBe('AWS_THROTTLED');
      expect(took).toBeLessThan(3000);
    });

    it.each([
      [404, 'NoSuchEntity', 'AWS_ROLE_NOT_FOUND', 'consoleRoleName'],
      [403, 'AccessDenied', 'AWS_ROLE_LOOKUP_DENIED', 'consoleRoleName'],
      [403, 'InvalidClientTokenId', 'AWS_ACCESS_KEY_UNKNOWN', 'accessKeyId'],
    ])('%i %s about a role', async (status, name, code, part) => {
      expect(await roleRefusedBy(refusal(status, name, 'x'))).toMatchObject({ code, part, awsErrorCode: name });
    });

    // Formats in the IAM user guide, "Troubleshoot access denied error messages".
    it.each([
      ['because no identity-based policy allows the a action', 'IDENTITY_POLICY', 'IDENTITY_POLICY', 'Attach'],
      ['with an explicit deny in an identity-based policy', 'EXPLICIT_DENY', 'EXPLICIT_DENY', 'Remove the Deny'],
      [
        'because no permissions boundary allows the a action',
        'PERMISSIONS_BOUNDARY',
        'PERMISSIONS_BOUNDARY',
        'in the permissions boundary',
      ],
      [
        'with an explicit deny in a permissions boundary',
        'PERMISSIONS_BOUNDARY',
        'PERMISSIONS_BOUNDARY',
        'in the permissions boundary',
      ],
      ['because no service control policy allows the a action', 'SCP', 'SCP', 'service control policies'],
      ['with an explicit deny in a service control policy', 'SCP', 'SCP', 'administrator of the AWS organization'],
      [
        'with an explicit deny in a service control policy: arn:aws:organizations::123456789012:policy/o-a/service_control_policy/p-b',
        'SCP',
        'SCP',
        'administrator of the AWS organization',
      ],
      ['because no resource control policy allows the a action', 'RCP', 'RCP', 'resource control policies'],
      ['with an explicit deny in a resource control policy', 'RCP', 'RCP', 'resource control policies'],
      ['because no session policy allows the a action', 'SESSION_POLICY', 'SESSION_POLICY', 'session policy'],
      ['with an explicit deny in a session policy', 'SESSION_POLICY', 'SESSION_POLICY', 'session policy'],
      ['because no VPC endpoint policy allows the a action', 'VPC_ENDPOINT_POLICY', 'VPC_ENDPOINT_POLICY', 'operator'],
      ['with an explicit deny in a VPC endpoint policy', 'VPC_ENDPOINT_POLICY', 'VPC_ENDPOINT_POLICY', 'operator'],
      ['because no resource-based policy allows the a action', 'RESOURCE_POLICY', 'RESOURCE_POLICY', 'resource-based'],
      ['with an explicit deny in a resource-based policy', 'RESOURCE_POLICY', 'RESOURCE_POLICY', 'resource-based'],
      ['with an explicit deny in the role trust policy', 'TRUST_POLICY', 'NOT_TRUSTED', 'trust policy'],
      ['with an explicit deny', 'UNSPECIFIED', 'ACCESS_DENIED', 'permissions boundary'],
      ['', 'UNSPECIFIED', 'ACCESS_DENIED', 'permissions boundary'],
    ])('by the kind of policy that denies the action: %s', async (reason, deniedBy, cause, remediation) => {
      for (const [status, awsCode, start] of [
        [403, 'AccessDenied', ''],
        [400, 'AccessDeniedException', ''],
        [403, 'UnauthorizedOperation', 'You are not authorized to perform this operation. '],
      ] as const) {
        const end = awsCode === 'UnauthorizedOperation' ? '. Encoded authorization failure message: eyJh' : '';
        const message = `${start}User: arn:aws:iam::123456789012:user/u is not authorized to perform: a on resource: role r ${reason}${end}`;
        const { url } = await serverThat(refusal(status, awsCode, message));
        const aws = new SdkAwsIam({ override: url, timeoutMs: 5000 });

        for (const [question, code] of [
          [() => aws.accessKeys(key, 'us-east-1'), 'AWS_ACTION_DENIED'],
          [() => aws.role(key, 'us-east-1', 'r'), 'AWS_ROLE_LOOKUP_DENIED'],
          [() => aws.identityOf(key, 'us-east-1'), 'AWS_ACTION_DENIED'],
        ] as const) {
          const refused: unknown = await question().catch((error: unknown) => error);
          expect(refused).toMatchObject({
            code,
            deniedBy,
            awsErrorCode: awsCode,
            remediation: expect.stringContaining(remediation),
          });
          expect(causeOf(refused as CredentialsRejected)).toBe(cause);
        }
      }
    });

    it('without a retry, unless a retry can help', async () => {
      for (const name of ['InvalidClientTokenId', 'AccessDenied', 'ExpiredToken']) {
        const server = await serverThat(refusal(403, name, 'x'));
        await refused({ override: server.url, timeoutMs: 5000 });
        expect({ name, hits: server.hits }).toEqual({ name, hits: 1 });
      }
    });
  });

  describe('sends access keys only to their endpoint:', () => {
    const asked = async (which: AwsAccessKey, endpoints: AwsEndpoints) => {
      const aws = new SdkAwsIam(endpoints);
      await aws.identityOf(which, 'us-east-1').catch(() => null);
      await aws.role(which, 'us-east-1', 'r').catch(() => null);
    };

    it('those of the sandbox to the sandbox', async () => {
      const [sandbox, override] = [await serverThat(identity), await serverThat(identity)];

      await asked(sandboxKey, { sandbox: sandbox.url, override: override.url, timeoutMs: 2000 });
      expect([sandbox.hits, override.hits]).toEqual([2, 0]);

      await asked(sandboxKey, { override: override.url, timeoutMs: 2000 });
      expect([sandbox.hits, override.hits]).toEqual([2, 0]);
    });

    it('all others never to the sandbox', async () => {
      const [sandbox, override] = [await serverThat(identity), await serverThat(identity)];

      await asked(key, { sandbox: sandbox.url, override: override.url, timeoutMs: 2000 });
      expect([sandbox.hits, override.hits]).toEqual([0, 2]);
    });

    it('regardless of the environment variables of the SDK', async () => {
      const [trap, override] = [await serverThat(identity), await serverThat(identity)];
      const folder = await mkdtemp(join(tmpdir(), 'aws-'));
      const config = join(folder, 'config');
      const own = `endpoint_url = ${trap.url}\nregion = eu-central-1\naws_access_key_id = AKIATRAPTRAPTRAPTRAP\naws_secret_access_key = x\n`;
      await writeFile(config, `[default]\n${own}\n[profile trap]\n${own}services = trap\n[services trap]\nsts =\n  endpoint_url = ${trap.url}\niam =\n  endpoint_url = ${trap.url}\n`); // prettier-ignore
      const before = { ...process.env };
      try {
        Object.assign(process.env, {
          AWS_ENDPOINT_URL: trap.url,
          AWS_ENDPOINT_URL_STS: trap.url,
          AWS_ENDPOINT_URL_IAM: trap.url,
          AWS_CONFIG_FILE: config,
          AWS_SHARED_CREDENTIALS_FILE: config,
          AWS_PROFILE: 'trap',
          AWS_REGION: 'ap-south-1',
          AWS_ACCESS_KEY_ID: 'AKIATRAPTRAPTRAPTRAP',
          AWS_SECRET_ACCESS_KEY: 'x',
          AWS_SESSION_TOKEN: 'x',
          AWS_USE_FIPS_ENDPOINT: 'true',
          AWS_USE_DUALSTACK_ENDPOINT: 'true',
          HTTP_PROXY: trap.url,
          HTTPS_PROXY: trap.url,
        });
        const authorizations: string[] = [];
        const aws = await serverThat((response, { headers }) => {
          authorizations.push(headers.authorization ?? '');
          identity(response);
        });

        await asked(key, { override: override.url, timeoutMs: 2000 });
        await asked(key, { override: aws.url, timeoutMs: 2000 });
        // Without an override, the call is sent to AWS itself, which may be unreachable, but never to this server.
        await asked(key, { timeoutMs: 300 });

        expect([trap.hits, override.hits]).toEqual([0, 2]);
        expect(authorizations.map((text) => text.match(/Credential=([^,]*),/)?.[1])).toEqual([
          expect.stringMatching(/^AKIAIOSFODNN7EXAMPLE\/\d{8}\/us-east-1\/sts\/aws4_request$/),
          expect.stringMatching(/^AKIAIOSFODNN7EXAMPLE\/\d{8}\/us-east-1\/iam\/aws4_request$/),
        ]);
      } finally {
        process.env = before;
        await rm(folder, { recursive: true });
      }
    });
  });
});
