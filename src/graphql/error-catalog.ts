import { accessErrors } from '#libs/access';
import { awsCredentialsErrors } from '#libs/aws-credentials';
import { cloudAccountErrors, forceDetachErrors } from '#libs/cloud-accounts';
import { databaseErrors } from '#libs/database';
import { driftErrors } from '#libs/drift';
import { iamSetupErrors, regionErrors } from '#libs/iam-setup';
import { idempotencyErrors } from '#libs/idempotency';
import { commonErrors, type ErrorCatalog } from '#libs/kernel';
import { subscriptionErrors } from '#libs/subscriptions';

/** Errors of a request before it reaches a domain: never in `userErrors`, always in `errors`. */
export const requestErrors = {
  BAD_USER_INPUT: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Correct the variables or arguments named in `extensions.faults`.',
  },
  GRAPHQL_PARSE_FAILED: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Correct the syntax of the document at the position in `locations`.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Correct the document at the position in `locations` so that it matches the schema.',
  },
  OPERATION_RESOLUTION_FAILURE: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Set `operationName` to the name of one operation in the document, a query or a mutation. Send mutations by POST.',
  },
  QUERY_TOO_EXPENSIVE: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Request less data at once: use shorter pages, fewer levels, aliases, directives or fields, or several requests.',
  },
  BAD_REQUEST: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Send a JSON object with `query` and `variables` by POST as `content-type: application/json`, or a query by GET.',
  },
  METHOD_NOT_ALLOWED: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Use a method that the `Allow` header lists. Send mutations by POST.',
  },
  PAYLOAD_TOO_LARGE: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Send at most 256 KB in one request.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Send JSON in UTF-8 as `content-type: application/json`, without `content-encoding`.',
  },
  HEADERS_TOO_LARGE: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation: 'Send at most 16 KB of URL and headers. Send long queries by POST.',
  },
  REQUEST_TIMEOUT: {
    kind: 'unavailable',
    responsibleParty: 'CALLER',
    retryable: true,
    remediation: 'Send the whole request within 12 seconds.',
  },
  OVERLOADED: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation: 'Send the same request again after the time in `Retry-After`. Nothing was changed.',
  },
  SHUTTING_DOWN: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation: 'Send the same request again after the time in `Retry-After`. Nothing was changed.',
  },
  INTERNAL: {
    kind: 'unavailable',
    responsibleParty: 'GATEWAY',
    retryable: true,
    remediation: 'Report `extensions.requestId` to the operator of the gateway. An internal error occurred.',
  },
} satisfies ErrorCatalog;

/** All error codes that a client can receive. */
export const errorCatalog: ErrorCatalog = {
  ...requestErrors,
  ...commonErrors,
  ...databaseErrors,
  ...accessErrors,
  ...idempotencyErrors,
  ...iamSetupErrors,
  ...regionErrors,
  ...awsCredentialsErrors,
  ...cloudAccountErrors,
  ...forceDetachErrors,
  ...driftErrors,
  ...subscriptionErrors,
};
