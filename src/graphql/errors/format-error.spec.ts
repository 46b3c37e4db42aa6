import { InvalidField, InvalidInput, NotFound } from '#libs/kernel';
import { buildSchema, GraphQLError } from 'graphql';
import { type InternalErrorEntry, makeFormatError } from './format-error.js';
import { knownNamesOf } from '../variables/known-names.js';

const schema = buildSchema('type Query { account(id: ID!): String }');
const secret = 'wJalrXUtnFEMI';

function formatted(thrown: GraphQLError, code: string, requestId?: string) {
  const log: InternalErrorEntry[] = [];
  const formatError = makeFormatError({
    knownNames: () => knownNamesOf(schema),
    log: (entry) => log.push(entry),
    ...(requestId !== undefined && { requestId: () => requestId }),
  });
  const json = thrown.toJSON();
  return { log, answer: formatError({ ...json, extensions: { ...json.extensions, code } }, thrown) };
}

const resolverError = (originalError: Error) =>
  new GraphQLError(originalError.message, { originalError, path: ['account'] });

describe('an error of', () => {
  it('a domain is returned unchanged', () => {
    expect(formatted(resolverError(new NotFound('cloud account')), 'INTERNAL_SERVER_ERROR')).toEqual({
      log: [],
      answer: { message: 'There is no such cloud account.', path: ['account'], extensions: { code: 'NOT_FOUND' } },
    });
  });

  it('a domain keeps its faults', () => {
    const error = new InvalidInput([new InvalidField(['input', 'name'], 'The name must not be blank.')]);
    expect(formatted(resolverError(error), 'INTERNAL_SERVER_ERROR').answer.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      faults: [{ path: ['input', 'name'], message: 'The name must not be blank.', code: 'INVALID_INPUT' }],
    });
  });

  it('a domain is found if a plugin or a context threw it', () => {
    const error = new GraphQLError('Context creation failed: x', { originalError: new NotFound('key') });
    expect(formatted(error, 'INTERNAL_SERVER_ERROR').answer.extensions).toEqual({ code: 'NOT_FOUND' });
  });

  it('the gateway is logged without values, and answered with the request ID', () => {
    const { answer, log } = formatted(resolverError(new Error(`bad key "${secret}"`)), 'INTERNAL_SERVER_ERROR', 'r-1');
    expect(answer).toEqual({
      message: 'An internal error occurred. Quote the request ID when you report it.',
      path: ['account'],
      extensions: { code: 'INTERNAL', requestId: 'r-1' },
    });
    expect(log).toEqual([
      {
        requestId: 'r-1',
        path: 'account',
        error: { name: 'Error', message: 'bad key "…"', frames: expect.any(Array) },
      },
    ]);
  });

  it('the gateway is logged without aliases of the caller', () => {
    const error = new GraphQLError('x', { originalError: new Error('x'), path: ['account', 0, secret] });
    expect(formatted(error, 'INTERNAL_SERVER_ERROR').log[0]?.path).toBe('account.0.…');
  });

  it.each([
    'UNAUTHENTICATED',
    'FORBIDDEN',
    'RATE_LIMITED',
    'QUERY_TOO_EXPENSIVE',
    'BAD_REQUEST',
    'BAD_USER_INPUT',
    'GRAPHQL_PARSE_FAILED',
    'GRAPHQL_VALIDATION_FAILED',
    'OPERATION_RESOLUTION_FAILURE',
    'PERSISTED_QUERY_NOT_SUPPORTED',
  ])('the code %s keeps the code, with our text', (code) => {
    const error = new GraphQLError(secret, { extensions: { code, exception: secret, faults: [secret] } });
    const { answer, log } = formatted(error, code);
    expect(answer.extensions).toEqual({ code });
    expect(answer.message).toMatch(/^[A-Z].{10,}/);
    expect(answer.message).not.toContain(secret);
    expect(log).toEqual([]);
  });

  it.each(['ANYTHING', 'constructor', '__proto__', 'INTERNAL_SERVER_ERROR', secret])(
    'the code %s is a fault of the gateway',
    (code) => {
      const { answer, log } = formatted(new GraphQLError(secret, { extensions: { code } }), code);
      expect(answer.extensions).toEqual({ code: 'INTERNAL' });
      expect(log).toHaveLength(1);
      expect(JSON.stringify([answer, log])).not.toContain(secret);
    },
  );

  it.each([
    ['Argument "id" of non-null type "ID!" must not be null.', 'BAD_USER_INPUT'],
    [`Argument "id" has invalid value { x: "${secret}" }.`, 'BAD_USER_INPUT'],
    ['Schema is not configured to execute mutation operation.', 'OPERATION_RESOLUTION_FAILURE'],
    ['provided sha does not match query', 'BAD_REQUEST'],
  ])('graphql-js or Apollo without a code is a fault of the caller: %s', (message, code) => {
    const { answer, log } = formatted(new GraphQLError(message), 'INTERNAL_SERVER_ERROR');
    expect(answer.extensions).toEqual({ code });
    expect(answer.message).not.toContain(secret);
    expect(log).toEqual([]);
  });

  it('a scalar has the message of our own error', () => {
    const error = new GraphQLError(`Expected value of type "ID!", found "${secret}"; must have 12 digits`, {
      originalError: new InvalidField([], 'It must have 12 digits.'),
    });
    expect(formatted(error, 'GRAPHQL_VALIDATION_FAILED').answer).toMatchObject({
      message: 'Expected value of type "ID!". It must have 12 digits.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  });
});
