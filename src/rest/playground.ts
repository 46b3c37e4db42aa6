import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "style-src 'self' 'unsafe-inline'", // the editor writes its own style elements and attributes
    "img-src 'self' data:",
    "font-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
};

/**
 * GraphiQL, as bundled from `web/playground`. Each file has its own route, so that paths chosen by callers are never
 * looked up on disk.
 */
export async function playground(fastify: FastifyInstance, { sandbox }: { sandbox: boolean }): Promise<void> {
  // Runs after the general hook, which disables caches.
  fastify.addHook('onSend', async (request, reply) => {
    reply.headers(headers);
    const hasHashInItsName = request.url.startsWith('/playground/assets/');
    if (hasHashInItsName) reply.header('cache-control', 'public, max-age=31536000, immutable');
  });

  await fastify.register(fastifyStatic, {
    root: dirname(fileURLToPath(import.meta.resolve('#playground/index.html'))),
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
  });

  fastify.get('/sandbox.json', async () => {
    if (!sandbox) return 'null';
    const { sandboxConsoleRole, sandboxKeys, sandboxSecret } = await import('@cloud-account-gateway/aws-sandbox');
    return {
      secretAccessKey: sandboxSecret,
      consoleRoleName: sandboxConsoleRole,
      keys: sandboxKeys.map(({ accessKeyId, behaviour }) => ({ accessKeyId, behaviour })),
    };
  });
}
