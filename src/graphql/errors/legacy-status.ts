import type { ApolloServerPlugin } from '@apollo/server';

/**
 * Who asks for `application/json` and does not know `application/graphql-response+json` takes every other status than 200
 * for a failure of the transport, and may not look at the errors. GraphQL over HTTP wants such clients to get 200 for
 * whatever is wrong with a document or its variables; refusals of the request itself keep their status.
 */
export function legacyStatus(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ request, response }) => {
        const accepted = request.http?.headers.get('accept') ?? '';
        const isLegacy = accepted.includes('application/json') && !accepted.includes('graphql-response+json');
        if (isLegacy && response.http.status === 400) response.http.status = 200;
      },
    }),
  };
}
