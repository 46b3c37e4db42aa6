import type { ApolloServerPlugin } from '@apollo/server';

/**
 * Clients that accept `application/json` and do not know `application/graphql-response+json` treat every status except
 * 200 as a transport failure, and may ignore the errors. GraphQL over HTTP requires status 200 for them when a document
 * or its variables are invalid. Refusals of the HTTP request keep their status.
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
