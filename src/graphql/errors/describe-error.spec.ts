import { QueryFailedError } from 'typeorm';
import { describeError } from './describe-error.js';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const pieces = Array.from({ length: secret.length - 7 }, (_, start) => secret.slice(start, start + 8));

function shown(error: unknown): string {
  return JSON.stringify(describeError(error));
}

const driverError = Object.assign(new Error(`ER_DUP_ENTRY: Duplicate entry '${secret}' for key 'name'`), {
  code: 'ER_DUP_ENTRY',
  errno: 1062,
  sqlState: '23000',
  sqlMessage: `Duplicate entry '${secret}'`,
  sql: `INSERT INTO t VALUES ('${secret}')`,
});

const awsError = Object.assign(new Error(`The secret ${secret} is wrong`), {
  name: 'SignatureDoesNotMatch',
  Code: 'SignatureDoesNotMatch',
  $fault: 'client',
  $metadata: { httpStatusCode: 403, requestId: 'x' },
});

const multiLine = new Error(`first\n    at ${secret} (file:///srv/app.js:1:1)\n    at wJalrXUtnFEMI (/srv/app.js:2:2)`);

function parseFailure(): unknown {
  try {
    return JSON.parse(`{"key": ${secret}}`);
  } catch (error) {
    return error;
  }
}

describe('the description of an error', () => {
  it.each([
    ['a driver', driverError],
    ['TypeORM', new QueryFailedError('INSERT INTO t VALUES (?)', [secret], driverError)],
    ['SQLite', Object.assign(new Error(`near "${secret}": syntax error`), { code: 'SQLITE_ERROR' })],
    ['AWS', awsError],
    ['the JSON parser', parseFailure()],
    ['our own code, in quotes', new Error(`cannot use '${secret}' or "${secret}" or \`${secret}\``)],
    ['our own code, bare', new Error(`cannot use ${secret} at all`)],
    ['our own code, in an unfinished quote', new Error(`cannot use "${secret}`)],
    ['lines that look like frames', multiLine],
    ['a cause', new Error('outer', { cause: new Error(secret, { cause: driverError }) })],
    ['a throw of a text', secret],
    ['a throw of an object', { secret }],
    ['a name', Object.assign(new Error('x'), { name: secret })],
    ['a code', Object.assign(new Error('x'), { code: secret })],
  ])('contains nothing of a secret in %s', (_, error) => {
    for (const piece of pieces) expect(shown(error)).not.toContain(piece);
  });

  it('of a database has name, code and frames', () => {
    const description = describeError(new QueryFailedError('SELECT 1', [], driverError));
    expect(description).toEqual({
      name: 'QueryFailedError',
      code: 'ER_DUP_ENTRY',
      frames: expect.any(Array),
      cause: { name: 'Error', code: 'ER_DUP_ENTRY', frames: expect.any(Array) },
    });
    expect(description.frames[0]).toContain('describe-error.spec');
  });

  it('of AWS has name, code and status', () => {
    expect(describeError(awsError)).toMatchObject({
      name: 'SignatureDoesNotMatch',
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
    expect(describeError(awsError)).not.toHaveProperty('message');
  });

  it.each([
    ['connect ECONNREFUSED 127.0.0.1:3306', 'connect ECONNREFUSED 127.0.0.1:3306'],
    [
      "Cannot read properties of undefined (reading 'secretAccessKey')",
      'Cannot read properties of undefined (reading "…")',
    ],
    [
      'Cannot return null for non-nullable field CloudAccount.name.',
      'Cannot return null for non-nullable field CloudAccount.name.',
    ],
    ['the vault is sealed', 'the vault is sealed'],
    ["it's not the caller's fault", "it's not the caller's fault"],
  ])('keeps the plain words of %s', (message, told) => {
    expect(describeError(new Error(message), new Set(['CloudAccount', 'name'])).message).toBe(told);
  });

  it('is one line without control characters', () => {
    const { message } = describeError(new Error('one\ntwo \u001b[31mred\u001b[0m \u202eback {"level":"fatal"}'));
    expect(message).toBe('one\\u000atwo \\u001b[…\\u001b[… \\u202eback {"…":"…"}');
  });

  it('is bounded for any chain of causes and any text', () => {
    const circular: Error & { cause?: unknown } = new Error('a '.repeat(100_000));
    circular.cause = circular;
    expect(shown(circular).length).toBeLessThan(30_000);
  });

  it('has the first of several errors', () => {
    const error = new AggregateError([Object.assign(new Error('no'), { code: 'ECONNREFUSED' })]);
    expect(describeError(error).cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('survives errors that throw when they are read', () => {
    const hostile = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error(secret);
      },
    });
    expect(describeError(hostile)).toEqual({ name: 'unreadable error', frames: [] });
  });
});
