import { refusal, result, type Answer } from './answer.js';
import { apiOf, findAction, type Api } from './apis.js';
import { authenticate } from './authentication.js';
import {
  AwsError,
  invalidAction,
  methodNotAllowed,
  missingAction,
  signatureDoesNotMatch,
  unknownPath,
} from './aws-errors.js';
import { callerOf, type Caller } from './caller.js';
import { parametersOf, type AwsRequest } from './request.js';
import { scopedService } from './signature/authorization.js';

/** One call from its arrival to its answer, in the order in which AWS finds fault with calls. */
export async function answerCall(request: AwsRequest, requestId: string): Promise<Answer> {
  const parameters = parametersOf(request);
  const api = apiOf(parameters.get('Version'), scopedService(request.headers['authorization']));

  try {
    if (request.path !== '/') throw unknownPath();
    if (request.method !== 'POST' && request.method !== 'GET') throw methodNotAllowed();

    const { key, scope } = await authenticate(request, new Date());

    if (scope.service !== api.service) {
      throw signatureDoesNotMatch(`Credential should be scoped to correct service: '${api.service}'. `);
    }

    const caller = callerOf(key, scope.region);
    const carryOut = () => carryOutAction(api, caller, parameters, requestId);
    return await (key.family.intercept ? key.family.intercept(carryOut, key.accountPart + key.userPart) : carryOut());
  } catch (error) {
    if (error instanceof AwsError) return refusal(api.namespace, error, requestId);
    throw error;
  }
}

function carryOutAction(api: Api, caller: Caller, parameters: URLSearchParams, requestId: string): Answer {
  const name = parameters.get('Action');
  if (!name) throw missingAction();

  const version = parameters.get('Version') ?? 'NO_VERSION_SPECIFIED';
  const action = version === api.version ? findAction(api, name) : undefined;
  if (!action) throw invalidAction(name, version);

  return result(api.namespace, name, action(caller, parameters), requestId);
}
