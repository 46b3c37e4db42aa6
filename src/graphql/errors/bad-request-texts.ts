/**
 * What a client is told of a request that Apollo Server does not take: the beginning of its message, and our text
 * where it is another. A spec compares the list with the sources of Apollo Server.
 */
const texts: readonly (readonly [starts: string, text?: string])[] = [
  ['GraphQL operations must contain a non-empty `query` or a `persistedQuery` extension.', 'Send a non-empty `query`.'],
  [
    'GET requests only support query operations, not mutation operations',
    'A mutation cannot be sent by GET. Send it by POST.',
  ],
  ['GET requests only support query operations, not subscription operations', 'A subscription cannot be sent by GET.'],
  [
    'This operation has been blocked as a potential Cross-Site Request Forgery',
    'Send `Content-Type: application/json`, or a non-empty `Apollo-Require-Preflight` header. ' +
      'Without one of these headers, any website could send this request on behalf of its visitors.',
  ],
  ['No operations found in request.'],
  ['Operation batching disabled.', 'Send one operation per request: batches are not accepted.'],
  ["The 'query' search parameter may only be specified once."],
  ["The 'operationName' search parameter may only be specified once."],
  ["The 'variables' search parameter may only be specified once."],
  ["The 'extensions' search parameter may only be specified once."],
  ['The variables search parameter contains invalid JSON.'],
  ['The extensions search parameter contains invalid JSON.'],
  ['The variables search parameter should contain a JSON-encoded object.'],
  ['The extensions search parameter should contain a JSON-encoded object.'],
  [
    "GraphQL queries must be strings. It looks like you're sending",
    'Send `query` as a string, not as a parsed document.',
  ],
  ['GraphQL queries must be strings.'],
  ['POST body missing, invalid Content-Type, or JSON object has no keys.'],
  ['`variables` in a POST body should be provided as an object, not a recursively JSON-encoded string.'],
  ['`extensions` in a POST body should be provided as an object, not a recursively JSON-encoded string.'],
  ['`extensions` in a POST body must be an object if provided.'],
  ['`variables` in a POST body must be an object if provided.'],
  ['`operationName` in a POST body must be a string if provided.'],
  ['GET requests may not have a content-type header other than application/json.'],
  ['Apollo Server supports only GET/POST requests.', 'Use POST, or GET for queries.'],
  [
    "An 'accept' header was provided for this request which does not accept",
    'Accept `application/json` or `application/graphql-response+json`.',
  ],
  ['Apollo server received an operation that uses incremental delivery', 'Incremental delivery is not supported.'],
  ['Apollo Server received an operation that uses incremental delivery', 'Incremental delivery is not supported.'],
  // These two come without a code.
  ['Unsupported persisted query version'],
  ['provided sha does not match query', 'The hash of the persisted query does not match `query`.'],
];

/** @returns the fixed text for a message of Apollo Server, undefined for every other message. */
export function badRequestText(message: string): string | undefined {
  const found = texts.find(([starts]) => message.startsWith(starts));
  return found && (found[1] ?? found[0]);
}
