/** A refusal in AWS's words: clients tell refusals apart by the code, some of them only by the message. */
export class AwsError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = code;
  }
}

export const missingAuthenticationToken = () =>
  new AwsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');

export const incompleteSignature = (message: string) => new AwsError(400, 'IncompleteSignature', message);

export const invalidClientTokenId = () =>
  new AwsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');

/** Not only a wrong secret: a wrong clock and a wrong credential scope have this code too, each with its own message. */
export const signatureDoesNotMatch = (
  message = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
) => new AwsError(403, 'SignatureDoesNotMatch', message);

/** `because` is how AWS's message ends; of a role that does not trust the caller, AWS gives no reason. */
export const accessDenied = (arn: string, action: string, resource: string, because = '') =>
  new AwsError(
    403,
    'AccessDenied',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`.trimEnd(),
  );

export const notForSessions = (action: string) =>
  new AwsError(403, 'AccessDenied', `Cannot call ${action} with session credentials`);

export const rolesNotForRoot = () => new AwsError(403, 'AccessDenied', 'Roles may not be assumed by root accounts.');

export const wrongMfaCode = () =>
  new AwsError(403, 'AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code. ');

export const expiredToken = () =>
  new AwsError(403, 'ExpiredToken', 'The security token included in the request is expired');

export const missingAction = () => new AwsError(400, 'MissingAction', 'The request must contain the parameter Action.');

export const invalidAction = (action: string, version: string) =>
  new AwsError(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`);

export const missingValue = (member: string) =>
  new AwsError(
    400,
    'ValidationError',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
  );

/** A value that is there and cannot be. */
export const validationError = (message: string) => new AwsError(400, 'ValidationError', message);

export const invalidInput = (message: string) => new AwsError(400, 'InvalidInput', message);

export const malformedPolicy = (message: string) => new AwsError(400, 'MalformedPolicyDocument', message);

export const noSuchEntity = (kind: 'role' | 'user', name: string) =>
  new AwsError(404, 'NoSuchEntity', `The ${kind} with name ${name} cannot be found.`);

export const noSuchAccessKey = (id: string) =>
  new AwsError(404, 'NoSuchEntity', `The Access Key with id ${id} cannot be found.`);

export const limitExceeded = (quota: string, limit: number) =>
  new AwsError(409, 'LimitExceeded', `Cannot exceed quota for ${quota}: ${limit}`);

export const throttling = () => new AwsError(400, 'Throttling', 'Rate exceeded');

export const unknownPath = () => new AwsError(404, 'UnknownOperation', 'Every call must use the path /.');

export const methodNotAllowed = () => new AwsError(405, 'MethodNotAllowed', 'Calls are made with POST or GET.');

export const bodyTooLarge = (limit: number) =>
  new AwsError(413, 'RequestEntityTooLarge', `The body of a request can have at most ${limit} bytes.`);

export const serviceFailure = () =>
  new AwsError(
    500,
    'ServiceFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
  );

export const internalFailure = () =>
  new AwsError(500, 'InternalFailure', 'The request processing has failed because of an unknown error.');
