/**
 * Texts for requests that Apollo Server refuses: beginning of its message, and our text. A spec compares the list with
 * the sources of Apollo Server.
 */
const texts: readonly (readonly [starts: string, text: string])[] = [
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
  ['No operations found in request.', 'Send one operation in a JSON object: the body contains an empty list.'],
  ['Operation batching disabled.', 'Send one operation per request: batches are not accepted.'],
  ["The 'query' search parameter may only be specified once.", 'Send the URL parameter `query` once.'],
  ["The 'operationName' search parameter may only be specified once.", 'Send the URL parameter `operationName` once.'],
  ["The 'variables' search parameter may only be specified once.", 'Send the URL parameter `variables` once.'],
  ["The 'extensions' search parameter may only be specified once.", 'Send the URL parameter `extensions` once.'],
  ['The variables search parameter contains invalid JSON.', 'The URL parameter `variables` is not valid JSON.'],
  ['The extensions search parameter contains invalid JSON.', 'The URL parameter `extensions` is not valid JSON.'],
  [
    'The variables search parameter should contain a JSON-encoded object.',
    'The URL parameter `variables` must be a JSON object.',
  ],
  [
    'The extensions search parameter should contain a JSON-encoded object.',
    'The URL parameter `extensions` must be a JSON object.',
  ],
  [
    "GraphQL queries must be strings. It looks like you're sending",
    'Send `query` as a string, not as a parsed document.',
  ],
  ['GraphQL queries must be strings.', '`query` must be a string.'],
  [
    'POST body missing, invalid Content-Type, or JSON object has no keys.',
    'The body must be a JSON object with a non-empty `query`.',
  ],
  [
    '`variables` in a POST body should be provided as an object, not a recursively JSON-encoded string.',
    '`variables` must be a JSON object, not a string that contains JSON.',
  ],
  [
    '`extensions` in a POST body should be provided as an object, not a recursively JSON-encoded string.',
    '`extensions` must be a JSON object, not a string that contains JSON.',
  ],
  ['`extensions` in a POST body must be an object if provided.', '`extensions` must be a JSON object.'],
  ['`variables` in a POST body must be an object if provided.', '`variables` must be a JSON object.'],
  ['`operationName` in a POST body must be a string if provided.', '`operationName` must be a string.'],
  [
    'GET requests may not have a content-type header other than application/json.',
    'A GET request must have no `content-type`, or `application/json`.',
  ],
  ['Apollo Server supports only GET/POST requests.', 'Use POST, or GET for queries.'],
  [
    "An 'accept' header was provided for this request which does not accept",
    'Accept `application/json` or `application/graphql-response+json`.',
  ],
  ['Apollo server received an operation that uses incremental delivery', 'Incremental delivery is not supported.'],
  ['Apollo Server received an operation that uses incremental delivery', 'Incremental delivery is not supported.'],
  // These two have no code.
  ['Unsupported persisted query version', 'This version of persisted queries is not supported. Send `query`.'],
  ['provided sha does not match query', 'The hash of the persisted query does not match `query`.'],
];

/** @returns the fixed text for a message of Apollo Server; undefined for every other message */
export function badRequestText(message: string): string | undefined {
  const found = texts.find(([starts]) => message.startsWith(starts));
  return found?.[1];
}
