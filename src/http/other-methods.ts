import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendHttpError } from './http-errors.filter.js';

/**
 * Records the methods of each declared route. The returned function declares the others after all routes exist: OPTIONS
 * is answered with 204, every other method with 405, both with `Allow`.
 */
export function otherMethods(fastify: FastifyInstance): () => void {
  // Fastify answers 404 to an unknown method. CONNECT never reaches a route.
  const known = new Set(fastify.supportedMethods);
  for (const method of METHODS) if (!known.has(method) && method !== 'CONNECT') fastify.addHttpMethod(method);

  const declared = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const methods = declared.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    declared.set(url, methods);
  });

  return () => {
    for (const [url, methods] of [...declared]) {
      if (url === '*') continue;
      const allow = [...methods].sort().join(', ');
      const answer = async (request: FastifyRequest, reply: FastifyReply) => {
        reply.header('allow', allow);
        return request.method === 'OPTIONS' ? reply.code(204).send() : sendHttpError(reply, 405, request.id);
      };
      const method = fastify.supportedMethods.filter((name) => !methods.has(name));
      // Answered before the body is read.
      fastify.route({ url, method, onRequest: answer, handler: answer });
    }
  };
}
