import type { ApolloServerPlugin } from '@apollo/server';
import { Forbidden } from '#libs/access';
import { GraphQLError, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { RequestContext } from './request-context.js';

/**
 * Lets those ask for the schema whose key may. It is no secret: it is published with the gateway, and a patient guesser
 * finds most of it. But a stolen key is to be of as little help as possible.
 */
export function introspectionByPermission(): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, document, contextValue }) => {
        if (contextValue.viewer.canIntrospect) return;
        const [found] = validate(schema, document, [NoSchemaIntrospectionCustomRule]);
        if (!found) return;

        const originalError = new Forbidden('the permission for introspection');
        throw new GraphQLError(originalError.message, {
          nodes: found.nodes ?? null,
          originalError,
          extensions: { code: originalError.code, http: { status: 403 } },
        });
      },
    }),
  };
}
