import { createHash } from 'node:crypto';
import { startAwsSandbox, type AwsSandbox } from './index.js';
import { identityForm, refusalIn, send, sign, type Call, type Signing } from './testing/call-by-hand.js';

let sandbox: AwsSandbox;
beforeAll(async () => (sandbox = await startAwsSandbox()));
afterAll(() => sandbox.close());

const minutes = (count: number) => new Date(Date.now() + count * 60_000);

/** Signs a call, tampers with it, sends it: what became of it. */
const outcomeOf = async (signing: Signing, tamper: (call: Call) => void = () => {}) => {
  const call = sign(sandbox.url, signing);
  tamper(call);
  return refusalIn(await send(sandbox.url, call));
};

const changeAuthorization = (pattern: RegExp | string, replacement: string) => (call: Call) => {
  call.headers['authorization'] = call.headers['authorization']!.replace(pattern, replacement);
};

/** The same date, one to nine seconds off. */
const later = (date: string) => date.replace(/.Z$/, (ending) => (ending === '7Z' ? '8Z' : '7Z'));

const noMatch = {
  status: 403,
  code: 'SignatureDoesNotMatch',
  message: expect.stringMatching(/^The request signature we calculated does not match/),
};

describe('a signature', () => {
  it.each<[string, Signing]>([
    ['of a plain call', {}],
    ['over headers signers usually leave out', { headers: { 'user-agent': 'curl/8', 'x-amzn-trace-id': 'Root=1' } }],
    ['over a header with runs of white space', { headers: { 'x-amz-note': '  a   b  ' } }],
    ['over a body in another script', { body: `${identityForm}&Note=%F0%9F%98%80\u05d0` }],
    ['of a GET, whose parameters are in the query', { method: 'GET', query: identityForm, body: '' }],
    ['that also covers a query string', { query: 'b=2&c=%20x' }],
  ])('%s is accepted', async (_, signing) => {
    const answer = await send(sandbox.url, sign(sandbox.url, signing));

    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('<Account>900000000361</Account>') });
  });

  it.each<[string, (call: Call) => void, Signing?]>([
    ['its body', (call) => (call.body = call.body.replace('2011', '2012'))],
    ['its body, by appending to it', (call) => (call.body += '&Note=1')],
    ['its host', (call) => (call.headers['host'] = 'sts.amazonaws.com')],
    ['a signed header', (call) => (call.headers['content-type'] = 'text/plain')],
    ['a signed header, by leaving it out', (call) => delete call.headers['content-type']],
    ['its query', (call) => (call.target = '/?a=1')],
    ['its query, by repeating a parameter', (call) => (call.target += '&a=1'), { query: 'a=1' }],
    ['its method', (call) => (call.method = 'GET')],
    ['its date', (call) => (call.headers['x-amz-date'] = later(call.headers['x-amz-date']!))],
    ['its region', changeAuthorization('eu-west-1', 'eu-west-2')],
    ['its service', changeAuthorization('/sts/', '/iam/')],
    ['the day of its scope', changeAuthorization(/\/\d{8}\//, '/20200101/')],
    ['its list of signed headers', changeAuthorization('content-type;', '')],
    ['its signature', changeAuthorization(/.$/, 'g')],
    ['its signature, by cutting it off', changeAuthorization(/.$/, '')],
    ['its signature, by appending to it', changeAuthorization(/$/, '00')],
  ])('is worth nothing when somebody changed %s', async (_, tamper, signing = {}) => {
    expect(await outcomeOf(signing, tamper)).toEqual(noMatch);
  });

  // The library the sandbox verifies with believes this header and does not look at the body.
  it('is worth nothing when the body is not what the signed header says its hash is', async () => {
    const hash = createHash('sha256').update(identityForm).digest('hex');
    const headers = { 'x-amz-content-sha256': hash };

    expect(await outcomeOf({ headers })).toMatchObject({ status: 200 });
    expect(await outcomeOf({ headers }, (call) => (call.body += '&Note=1'))).toEqual(noMatch);
  });

  // Signed without its host, and correctly so: nothing but a check of its own refuses it.
  it('has to cover the host', async () => {
    const unbound = sign(sandbox.url, { withoutHost: true });

    expect(refusalIn(await send(sandbox.url, unbound))).toEqual(noMatch);
  });

  it.each<[string, Signing]>([
    ['another secret', { secret: 'x'.repeat(40) }],
    ['an empty secret', { secret: '' }],
  ])('made with %s does not fit', async (_, signing) => {
    expect(await outcomeOf(signing)).toEqual(noMatch);
  });

  it('may come with headers it does not cover', async () => {
    const call = sign(sandbox.url);
    call.headers['user-agent'] = 'curl/8';

    expect(await send(sandbox.url, call)).toMatchObject({ status: 200 });
  });
});

describe("the client's clock", () => {
  it.each([-14, 14])('may be %d minutes off', async (offset) => {
    expect(await send(sandbox.url, sign(sandbox.url, { signedAt: minutes(offset) }))).toMatchObject({ status: 200 });
  });

  it.each([
    [-16, /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/],
    [16, /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$/],
    [-60 * 24 * 365, /^Signature expired/],
    [60 * 24 * 365, /^Signature not yet current/],
  ])('is refused when it is %d minutes off', async (offset, message) => {
    expect(await outcomeOf({ signedAt: minutes(offset) })).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: expect.stringMatching(message),
    });
  });

  it('is not mentioned to whoever does not have the secret', async () => {
    expect(await outcomeOf({ signedAt: minutes(-60), secret: 'x'.repeat(40) })).toEqual(noMatch);
  });

  it('can be set by the Date of every answer, refusals included', async () => {
    for (const signing of [{}, { signedAt: minutes(-60) }, { secret: 'x' }]) {
      const { headers } = await send(sandbox.url, sign(sandbox.url, signing));
      expect(Math.abs(Date.parse(headers.date!) - Date.now())).toBeLessThan(5_000);
    }
  });
});

describe('the scope of a signature', () => {
  it.each([
    ['sts', 'iam', identityForm],
    ['iam', 'sts', 'Action=GetUser&Version=2010-05-08'],
    ['sts', 'ec2', identityForm],
  ])('has to be the service %s, not %s', async (right, wrong, body) => {
    expect(await outcomeOf({ service: wrong, body })).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: `Credential should be scoped to correct service: &apos;${right}&apos;. `,
    });
  });

  it('has to end as signatures of this version do', async () => {
    expect(await outcomeOf({}, changeAuthorization('aws4_request', 'aws5_request'))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: expect.stringContaining('valid terminator'),
    });
  });

  it.each(['', 'nonsense-1', '<>&'])('may name a region AWS does not have: "%s"', async (region) => {
    expect(await send(sandbox.url, sign(sandbox.url, { region }))).toMatchObject({ status: 200 });
  });
});

describe('a call without a proper signature', () => {
  it.each(['POST', 'GET'])('is refused when it is not signed at all (%s)', async (method) => {
    const call = { method, target: '/', headers: {}, body: method === 'POST' ? identityForm : '' };

    expect(refusalIn(await send(sandbox.url, call))).toEqual({
      status: 403,
      code: 'MissingAuthenticationToken',
      message: 'Request is missing Authentication Token',
    });
  });

  it.each([
    'garbage',
    'Bearer abc',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 ',
    'AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host',
    'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00',
    'AWS4-HMAC-SHA256 ,,,===,=,',
    `AWS4-HMAC-SHA256 ${'Credential='.repeat(900)}`,
    'AWS3 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=00',
  ])('is refused: %.70s', async (authorization) => {
    expect(await outcomeOf({}, (call) => (call.headers['authorization'] = authorization))).toMatchObject({
      status: 400,
      code: 'IncompleteSignature',
    });
  });

  it('says what is missing', async () => {
    expect((await outcomeOf({}, changeAuthorization(/, Signature=.*/, ''))).message).toBe(
      'Authorization header requires &apos;Signature&apos; parameter.',
    );
  });

  it.each(['', 'yesterday', '20250231T000000Z', '2025-01-01T00:00:00Z', '99999999T999999Z'])(
    'is refused when its date is "%s"',
    async (date) => {
      expect(await outcomeOf({}, (call) => (call.headers['x-amz-date'] = date))).toMatchObject({
        status: 400,
        code: 'IncompleteSignature',
      });
    },
  );
});
