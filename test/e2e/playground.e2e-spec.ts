import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Gateway } from '../support/gateway.js';

const built = join(import.meta.dirname, '../../dist/playground/assets');

describe('/playground', () => {
  let gateway: Gateway;
  const get = (path: string, init: RequestInit = {}) => fetch(gateway.url + path, init);

  /** With the unchanged path: `fetch` would resolve its dots. */
  const asItStands = (path: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { hostname, port } = new URL(gateway.url);
      request({ hostname, port, path }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.once('end', () => resolve({ status: answer.statusCode!, text }));
      })
        .once('error', reject)
        .end();
    });

  describe('when enabled', () => {
    beforeAll(async () => (gateway = await Gateway.start({ PLAYGROUND: 'on' })));
    afterAll(() => gateway.stop());

    it.each(['/playground', '/playground/', '/playground/index.html'])(
      '%s is a page that can call only the gateway, and cannot be framed or cached',
      async (path) => {
        const answer = await get(path);

        expect(answer.status).toBe(200);
        expect(await answer.text()).toContain('<div id="playground">');
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy':
            "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
            "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          'x-frame-options': 'DENY',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          'x-request-id': expect.any(String),
        });
      },
    );

    it('has assets that can be cached forever, since a changed one has another name, and that are compressed', async () => {
      const [script] = readdirSync(built).filter((name) => name.endsWith('.js'));
      const plain = await get(`/playground/assets/${script}`, { headers: { 'accept-encoding': 'identity' } });
      const compressed = await get(`/playground/assets/${script}`, { headers: { 'accept-encoding': 'gzip' } });

      for (const { headers } of [plain, compressed]) {
        expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
        expect(headers.get('content-type')).toMatch(/javascript/);
        expect(headers.get('vary')).toBe('accept-encoding');
      }
      expect([plain, compressed].map(({ headers }) => headers.get('content-encoding'))).toEqual([null, 'gzip']);
      expect(await compressed.text()).toBe(await plain.text());
    });

    it('accepts GET and HEAD only', async () => {
      expect((await get('/playground', { method: 'HEAD' })).status).toBe(200);
      for (const method of ['POST', 'PUT', 'DELETE'])
        expect([method, (await get('/playground', { method })).status]).toEqual([method, 405]);
    });

    it.each([
      '/playground/../package.json',
      '/playground/../../package.json',
      '/playground/%2e%2e/%2e%2e/package.json',
      '/playground/..%2f..%2fpackage.json',
      '/playground/..%5c..%5cpackage.json',
      '/playground/assets/../../src/main.js',
      '/playground/assets/%2e%2e/%2e%2e/src/main.js',
      '/playground//etc/passwd',
      '/playground/assets',
      '/playground/assets/',
      '/playground/nothing.js',
      '/playgrounds',
    ])('%s is not found, and cannot be cached', async (path) => {
      const { status, text } = await asItStands(path);

      expect(status).toBe(404);
      expect(JSON.parse(text).errors[0].extensions.code).toBe('NOT_FOUND');
      expect((await get('/playground/nothing.js')).headers.get('cache-control')).toBe('no-store');
    });

    it('lists the access keys of the sandbox', async () => {
      const sandbox = await (await get('/playground/sandbox.json')).json();

      expect(sandbox).toMatchObject({
        secretAccessKey: 'sandbox/secret/is/the/same/for/every/key',
        consoleRoleName: 'console-role',
      });
      expect(sandbox.keys).toContainEqual({
        accessKeyId: 'AKIASANDBOXWORKSA1U1',
        behaviour: expect.stringMatching(/^Works/),
      });
    });
  });

  it('lists no access keys when the sandbox is disabled', async () => {
    gateway = await Gateway.start({ PLAYGROUND: 'on', AWS_SANDBOX: 'off' });

    expect(await (await get('/playground/sandbox.json')).json()).toBeNull();
    await gateway.stop();
  });

  it('is not found, like any other path, when disabled', async () => {
    gateway = await Gateway.start({ PLAYGROUND: 'off' });
    const notFound = await get('/nothing');

    for (const path of ['/playground', '/playground/', '/playground/index.html', '/playground/sandbox.json']) {
      const answer = await get(path);
      expect([path, answer.status, answer.headers.get('content-security-policy')]).toEqual([
        path,
        notFound.status,
        null,
      ]);
    }
    await gateway.stop();
  });
});
