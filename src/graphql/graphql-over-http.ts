import { ApolloServer, HeaderMap, type BaseContext, type HTTPGraphQLRequest } from '@apollo/server';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { watch } from '#libs/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CostControl } from '../fairness/cost-budgets.js';
import { FastPathSetting } from './execution/fast-path-setting.js';
import { FastPath } from './execution/fast-path.js';
import { currentRequest, watchedOperations, type RequestContext } from './request-context.js';

export const graphqlPath = '/graphql';

/** Serves Apollo Server by GET, HEAD and POST. Treats empty parameters as absent. */
@Injectable()
export class GraphQLOverHttp extends ApolloDriver {
  @Inject(FastPathSetting) private readonly setting!: FastPathSetting;
  @Inject(CostControl) private readonly control!: CostControl;

  protected override async registerFastify({ path, context, ...options }: ApolloDriverConfig): Promise<void> {
    const fastPath = this.setting.isOn
      ? new FastPath(() => options.schema!, options.formatError!, this.control)
      : undefined;
    const server = new ApolloServer<BaseContext>({
      ...options,
      plugins: [...options.plugins!, ...(fastPath ? [fastPath.documents.plugin()] : [])],
    } as ConstructorParameters<typeof ApolloServer>[0]);
    await server.start();
    this.apolloServer = server;
    const authenticate = context as (...args: unknown[]) => Promise<RequestContext>;
    const handle = async (request: FastifyRequest, reply: FastifyReply) => {
      let authenticated: Promise<RequestContext> | undefined;
      const contextOf = () => (authenticated ??= authenticate(request, reply));
      const answer = await fastPath?.answer(request, contextOf);
      if (answer) {
        const { status = 200, headers = new Map<string, string>() } = answer.http ?? {};
        reply.code(status).headers({ ...Object.fromEntries(headers), 'content-type': answer.contentType });
        return answer.body;
      }
      const { status, headers, body } = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: graphqlRequestOf(request),
        context: contextOf,
      });
      if (status === undefined || status === 200) fastPath?.learn(request, headers.get('content-type'));
      reply.code(status ?? 200).headers(Object.fromEntries(headers));
      // Multipart responses exist only with incremental delivery, which graphql-js 16 does not support.
      return body.kind === 'complete' ? body.string : reply.send(body.asyncIterator);
    };
    this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>().route({
      url: path!,
      method: ['GET', 'POST'], // Fastify adds HEAD
      handler: (request, reply) => {
        const facts = currentRequest.getStore()!;
        return watch(watchedOperations, { facts }, () => handle(request, reply)).finally(() => {
          facts.hasEnded = true;
          facts.leave?.();
        });
      },
    });
  }
}

function graphqlRequestOf({ method, headers, body, url }: FastifyRequest): HTTPGraphQLRequest {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) if (value) map.set(name, [value].flat().join(', '));
  return {
    method: method === 'HEAD' ? 'GET' : method,
    headers: map,
    body: withoutEmptyMembers(body),
    search: withoutEmptyParameters(url),
  };
}

/** Clients send null, an empty text or, from languages without object types, an empty list for an unused parameter. */
function isEmpty(value: unknown): boolean {
  return value === null || isBlank(value) || (Array.isArray(value) && value.length === 0);
}

const optional = ['operationName', 'variables', 'extensions'] as const;

const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

function withoutEmptyMembers(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const members = body as Record<string, unknown>;
  const empty = optional.filter((name) => Object.hasOwn(members, name) && isEmpty(members[name]));
  return {
    ...members,
    ...Object.fromEntries(empty.map((name) => [name, null])),
    ...(isBlank(members['query']) && { query: '' }),
  };
}

function withoutEmptyParameters(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return '';
  const parameters = new URLSearchParams(url.slice(start));
  for (const name of optional) {
    const [value, ...others] = parameters.getAll(name);
    const isJson = name !== 'operationName';
    if (
      value !== undefined &&
      others.length === 0 &&
      (isEmpty(value) || (isJson && /^(null|\[\s*\])$/.test(value.trim())))
    )
      parameters.delete(name);
  }
  const queries = parameters.getAll('query');
  if (queries.length === 1 && isBlank(queries[0])) parameters.delete('query');
  return `?${parameters.toString()}`;
}
