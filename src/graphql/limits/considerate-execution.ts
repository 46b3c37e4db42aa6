import type { ApolloServerPlugin } from '@apollo/server';
import { mostIn } from '#libs/graphql';
import { CallerGone, isTurnOver, nextTurn } from '#libs/kernel';
import { Logger } from '@nestjs/common';
import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  OperationTypeNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { currentRequest, type RequestContext } from '../request-context.js';

const log = new Logger('GraphQL');

type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

/**
 * Applies to every field. A query whose caller has disconnected resolves no further field; a mutation that has begun is
 * finished, because its answer is stored for the idempotency key. Available objects are completed in turns (see
 * `isTurnOver`), so that no response blocks the event loop. No list exceeds the maximum in its description.
 */
export function considerateExecution(): ApolloServerPlugin<RequestContext> {
  return {
    serverWillStart: async ({ schema }) => prepare(schema),
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation }) => {
        if (operation?.operation === OperationTypeNode.MUTATION) currentRequest.getStore()?.mustFinish?.();
      },
    }),
  };
}

function prepare(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    // Statements for the parts of pages are run in turns. A pause between two pages would read them with two statements.
    const isPage = /(Connection|Edge)$/.test(type.name);
    for (const field of Object.values(type.getFields()) as GraphQLField<unknown, RequestContext>[]) {
      const isList = isListType(getNullableType(field.type));
      // An available leaf needs no check.
      if (!field.resolve && !isList && !isCompositeType(getNamedType(field.type))) continue;
      const resolve =
        field.resolve || isPage ? unlessGone(field.resolve ?? defaultFieldResolver) : inTurn(defaultFieldResolver);
      field.resolve = isList ? within(mostIn(field.description) ?? 0, `${type.name}.${field.name}`, resolve) : resolve;
    }
  }
}

const unlessGone =
  (resolve: Resolver): Resolver =>
  (source, args, context, info) => {
    if (context.caller?.aborted) throw new CallerGone();
    return resolve(source, args, context, info);
  };

function inTurn(resolve: Resolver): Resolver {
  const unlessItIsGone = unlessGone(resolve);
  return (source, args, context, info) =>
    isTurnOver()
      ? nextTurn().then(() => unlessItIsGone(source, args, context, info))
      : unlessItIsGone(source, args, context, info);
}

function within(most: number, name: string, resolve: Resolver): Resolver {
  const cut = (list: unknown) => {
    if (!Array.isArray(list) || list.length <= most) return list;
    log.warn(`${name} had ${list.length} items. ${most} were returned.`);
    return list.slice(0, most) as unknown[];
  };
  return (source, args, context, info) => {
    const list: unknown = resolve(source, args, context, info);
    return list instanceof Promise ? list.then(cut) : cut(list);
  };
}
