import { METHODS, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Gateway } from '../support/gateway.js';

interface Reply {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

describe('Methods and paths', () => {
  let gateway: Gateway;

  beforeAll(async () => (gateway = await Gateway.start({ PLAYGROUND: 'on' })));
  afterAll(() => gateway.stop());

  /** Not `fetch`, which forbids some methods and normalizes paths. */
  const send = (method: string, path: string, headers: Record<string, string> = {}, body = '') =>
    new Promise<Reply>((resolve, reject) => {
      const sent = request(`${gateway.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${gateway.key}`, ...headers },
      });
      sent.once('error', reject).once('response', (response) => {
        const { statusCode: status, headers } = response;
        text(response).then((body) => resolve({ status: status!, headers, text: body }), reject);
      });
      sent.end(body);
    });

  const expectError = ({ status, headers, text }: Reply, expected: number, code: string) => {
    expect({ status, type: headers['content-type'] }).toEqual({
      status: expected,
      type: 'application/json; charset=utf-8',
    });
    const { errors } = JSON.parse(text);
    expect(errors).toEqual([{ message: expect.any(String), extensions: { code, requestId: headers['x-request-id'] } }]);
  };

  const query = encodeURIComponent('{ __typename }');
  const routes: [path: string, allow: string][] = [
    [`/graphql?query=${query}`, 'GET, HEAD, POST'],
    [`/graphql/?query=${query}`, 'GET, HEAD, POST'],
    ['/livez', 'GET, HEAD'],
    ['/livez/', 'GET, HEAD'],
    ['/readyz', 'GET, HEAD'],
    ['/playground', 'GET, HEAD'],
    ['/playground/', 'GET, HEAD'],
    ['/playground/index.html', 'GET, HEAD'],
    ['/playground/sandbox.json', 'GET, HEAD'],
    ['/iam-setup/template.yaml', 'GET, HEAD'],
    ['/iam-setup/policies/aws.zip', 'GET, HEAD'],
  ];

  describe.each(routes)('of %s', (path, allow) => {
    it('OPTIONS lists the methods', async () => {
      for (let attempt = 0; attempt < 2; attempt++) {
        const { status, headers, text } = await send('OPTIONS', path);
        expect({ status, allow: headers['allow'], text }).toEqual({ status: 204, allow, text: '' });
      }
    });

    it('every other method is refused with the list of methods', async () => {
      const others = METHODS.filter((method) => !['CONNECT', 'OPTIONS', ...allow.split(', ')].includes(method));
      expect(others.length).toBeGreaterThan(20);
      for (const method of others) {
        const reply = await send(method, path, { 'content-type': 'text/csv', 'content-length': '3' }, 'a,b');
        expectError(reply, 405, 'METHOD_NOT_ALLOWED');
        expect(reply.headers['allow']).toBe(allow);
      }
    });

    it('HEAD answers like GET, without a body', async () => {
      const [got, head] = [await send('GET', path), await send('HEAD', path)];

      expect(got.status).toBe(200);
      expect(got.text).not.toBe('');
      expect(head).toMatchObject({ status: 200, text: '' });
      for (const name of ['content-type', 'content-length', 'cache-control'])
        expect({ [name]: head.headers[name] }).toEqual({ [name]: got.headers[name] });
    });
  });

  it('POST also works at /graphql/', async () => {
    const body = JSON.stringify({ query: '{ viewer { role } }' });
    const reply = await send('POST', '/graphql/', { 'content-type': 'application/json' }, body);

    expect([reply.status, JSON.parse(reply.text)]).toMatchObject([200, { data: { viewer: { role: 'OWNER' } } }]);
  });

  it.each(['OPTIONS', 'GET', 'HEAD', 'PUT', 'PROPFIND'])('%s of a path that does not exist is 404', async (method) => {
    const reply = await send(method, '/nothing');
    if (method === 'HEAD') expect(reply.status).toBe(404);
    else expectError(reply, 404, 'NOT_FOUND');
  });

  describe('Invalid HTTP', () => {
    const sendRaw = async (bytes: string): Promise<Reply> => {
      const { hostname, port } = new URL(gateway.url);
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined); // it is closed while the client still sends
      socket.write(bytes);
      const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
      const [line = '', ...fields] = head.split('\r\n');
      const headers = Object.fromEntries(fields.map((field) => field.split(': ')));
      return { status: Number(line.split(' ')[1]), headers, text: body };
    };

    it.each([
      [
        'headers of 20 KB',
        `GET /graphql HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
        431,
        'HEADERS_TOO_LARGE',
      ],
      [
        'an address of 20 KB',
        `GET /graphql?query=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
        431,
        'HEADERS_TOO_LARGE',
      ],
      ['no HTTP', 'secretAccessKey\r\n\r\n', 400, 'BAD_REQUEST'],
      ['an unknown method', 'SECRETS /graphql HTTP/1.1\r\nhost: a\r\n\r\n', 400, 'BAD_REQUEST'],
      [
        'two lengths',
        'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
        400,
        'BAD_REQUEST',
      ],
    ])('%s is refused in the format of all errors', async (_, bytes, status, code) => {
      expectError(await sendRaw(bytes), status, code);
    });
  });
});
