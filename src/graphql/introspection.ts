import type { ApolloServerPlugin } from '@apollo/server';
import { Forbidden } from '#libs/access';
import { GraphQLError, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { RequestContext } from './request-context.js';

/**
 * Allows introspection for API keys with this permission. The schema is not a secret: it is published with the gateway.
 * But a stolen API key should be of little use.
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
