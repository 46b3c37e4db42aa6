import { request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { sandboxKeys, sandboxSecret, startAwsSandbox, type AwsSandbox } from '../index.js';
import { identityForm, refusalIn, send, sign, type Call, type Signing } from '../testing/call-by-hand.js';
import { stsAt } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeAll(async () => (sandbox = await startAwsSandbox()));
afterAll(() => sandbox.close());

const call = (signing?: Signing, change: Partial<Call> = {}) =>
  send(sandbox.url, { ...sign(sandbox.url, signing), ...change });

describe('an answer', () => {
  it('has the shape the query protocol gives it', async () => {
    const { headers, body } = await call();
    const requestId = String(headers['x-amzn-requestid']);

    expect(headers['content-type']).toContain('text/xml');
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toBe(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        '<Arn>arn:aws:iam::900000000361:user/gateway-u1</Arn><UserId>AIDASANDBOXUSERIDA1U1</UserId><Account>900000000361</Account>' +
        `</GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
  });

  it.each([
    ['STS', 'sts', 'Action=Nothing&Version=2011-06-15', 'https://sts.amazonaws.com/doc/2011-06-15/'],
    ['IAM', 'iam', 'Action=Nothing&Version=2010-05-08', 'https://iam.amazonaws.com/doc/2010-05-08/'],
  ])('refuses in the namespace of %s', async (_, service, form, namespace) => {
    const { headers, body } = await call({ service, body: form });

    expect(body).toMatch(
      new RegExp(
        `^<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>[^<]+</Message></Error><RequestId>${String(headers['x-amzn-requestid'])}</RequestId></ErrorResponse>$`,
      ),
    );
  });

  it('never holds the secret, not even when it was sent in the wrong place', async () => {
    const keys = [...sandboxKeys.map(({ accessKeyId }) => accessKeyId), sandboxSecret, 'AKIAIOSFODNN7EXAMPLE'];
    const forms = [
      ['sts', identityForm],
      ['iam', 'Action=GetUser&Version=2010-05-08'],
      ['iam', 'Action=GetRole&Version=2010-05-08&RoleName=console-role'],
    ] as const;
    const answers = await Promise.all(
      keys
        .filter((accessKeyId) => !accessKeyId.includes('HANGS'))
        .flatMap((accessKeyId) => forms.map(([service, body]) => call({ accessKeyId, service, body }))),
    );

    expect(answers).toHaveLength(3 * (sandboxKeys.length + 1));
    for (const answer of answers) expect(JSON.stringify(answer)).not.toContain(sandboxSecret);
  });
});

describe('what is not a call is refused', () => {
  it.each([
    ['an action there is not', 'Action=DeleteEverything&Version=2011-06-15', 'InvalidAction'],
    ['an action of another API', 'Action=GetRole&Version=2011-06-15', 'InvalidAction'],
    ['an action every object has', 'Action=constructor&Version=2011-06-15', 'InvalidAction'],
    ['an action with markup in its name', 'Action=%3Cb%3E&Version=2011-06-15', 'InvalidAction'],
    ['no version', 'Action=GetCallerIdentity', 'InvalidAction'],
    ['another version', 'Action=GetCallerIdentity&Version=2000-01-01', 'InvalidAction'],
    ['no action', 'Version=2011-06-15', 'MissingAction'],
    ['no body', '', 'MissingAction'],
    ['JSON', '{"Action":"GetCallerIdentity"}', 'MissingAction'],
    ['bytes that are no text', '%ff%fe\u0000=%', 'MissingAction'],
  ])('%s', async (_, body, code) => {
    expect(refusalIn(await call({ body }))).toMatchObject({ status: 400, code });
  });

  it('in the words AWS has for it', async () => {
    expect(refusalIn(await call({ body: 'Action=GetCallerIdentity' })).message).toBe(
      'Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED',
    );
  });

  it.each(['/other', '/favicon.ico?x=1', '//', '/./', 'http://elsewhere/'])('the path %s', async (target) => {
    expect(await call({}, { target })).toMatchObject({ status: 404 });
  });

  it.each(['PUT', 'DELETE', 'OPTIONS'])('the method %s', async (method) => {
    expect(await call({ method })).toMatchObject({ status: 405 });
  });

  it('a body of a megabyte, announced or not', async () => {
    const body = 'a'.repeat(1024 * 1024);
    const tooLarge = { status: 413, code: 'RequestEntityTooLarge' };

    expect(refusalIn(await call({ body }))).toMatchObject(tooLarge);
    expect(
      refusalIn(
        await send(sandbox.url, { method: 'POST', target: '/', headers: { 'transfer-encoding': 'chunked' }, body }),
      ),
    ).toMatchObject(tooLarge);
  });

  it('but not a body just within the limit', async () => {
    const body = `${identityForm}&Note=`.padEnd(256 * 1024, 'a');

    expect(await call({ body })).toMatchObject({ status: 200 });
    expect(await call({ body: `${body}a` })).toMatchObject({ status: 413 });
  });

  it('bytes that are no HTTP, while everybody else is served', async () => {
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    socket.end('hello\r\n\r\n').resume();
    await once(socket, 'close');

    expect(await call()).toMatchObject({ status: 200 });
  });

  it('half a request, while everybody else is served', async () => {
    const half = request(sandbox.url, { method: 'POST', headers: { 'content-length': '1000' } });
    half.on('error', () => {});
    half.write('Action=');
    await new Promise((resolve) => setTimeout(resolve, 50));
    half.destroy();

    expect(await call()).toMatchObject({ status: 200 });
  });
});

describe('the sandbox', () => {
  it('tells two hundred callers at once apart', async () => {
    const keys = Array.from(
      { length: 200 },
      (_, i) => `AKIASANDBOXWORKS${(1000 + i).toString(36).toUpperCase()}U${i % 10}`,
    );
    const answers = await Promise.all(
      keys.map((accessKeyId) => stsAt(sandbox.url, { accessKeyId }).send(new GetCallerIdentityCommand({}))),
    );

    expect(answers.map(({ UserId }) => UserId)).toEqual(keys.map((key) => `AIDASANDBOXUSERID${key.slice(-4)}`));
  });

  it('is reachable from this machine only', () => {
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('ends calls that hang when it is closed, and may be closed twice', async () => {
    const closing = await startAwsSandbox();
    const hanging = sign(closing.url, { accessKeyId: 'AKIASANDBOXHANGSA1U1' });
    const ended = send(closing.url, hanging).catch((error: { code: string }) => error.code);
    // Answered after the hanging call was accepted: both went out on connections made in this order.
    await send(closing.url, sign(closing.url));

    const before = Date.now();
    await Promise.all([closing.close(), closing.close()]);

    expect(Date.now() - before).toBeLessThan(5_000);
    expect(await ended).toBe('ECONNRESET');
    await expect(send(closing.url, sign(closing.url))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('takes the port it is given, and says so when that is taken', async () => {
    const port = Number(new URL(sandbox.url).port);

    await expect(startAwsSandbox({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
