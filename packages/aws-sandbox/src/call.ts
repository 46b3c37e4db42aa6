import { type Answer, type Outcome } from './protocol/answer.js';
import { apiOf, findAction, type Api } from './apis.js';
import { authenticate } from './authentication.js';
import {
  AwsError,
  invalidAction,
  invalidClientTokenId,
  methodNotAllowed,
  missingAction,
  signatureDoesNotMatch,
  unknownPath,
} from './protocol/aws-errors.js';
import { callerOf, type Caller } from './caller.js';
import { misfortunes, type CarryOut, type Misfortune } from './accounts/misfortunes.js';
import { parametersOf, type AwsRequest } from './protocol/request.js';
import { accessKeyIdIn, scopedService } from './signature/authorization.js';
import { nameIn, ownerName, type SandboxState } from './state/sandbox-state.js';

/** One call from its arrival to its answer, in the order in which AWS finds fault with calls. */
export async function answerCall(request: AwsRequest, requestId: string, state: SandboxState): Promise<Outcome> {
  const parameters = parametersOf(request);
  const authorization = request.headers['authorization'];
  const api = apiOf(parameters.get('Version'), scopedService(authorization));
  const noted = state.calls.note(parameters, accessKeyIdIn(authorization));

  try {
    if (request.path !== '/') throw unknownPath();
    if (request.method !== 'POST' && request.method !== 'GET') throw methodNotAllowed();

    const { credentials, scope } = await authenticate(request, new Date(), state);

    if (scope.service !== api.service) {
      throw signatureDoesNotMatch(`Credential should be scoped to correct service: '${api.service}'. `);
    }

    const caller = callerOf(credentials, scope.region, state);
    // IAM is in no region of its own. The others know no key of the account there.
    if (api.service !== 'iam' && state.disabledRegions.has(nameIn(caller.account, scope.region)))
      throw invalidClientTokenId();
    if (credentials.key) {
      const use = { at: new Date(), service: api.service, region: scope.region };
      state.keys.use(credentials.key, ownerName(caller.account, caller.user), use);
    }
    const carryOut = asItsKeyIsTreated(caller, parameters.get('Action'), state, () => {
      try {
        return carryOutAction(api, caller, parameters, requestId, state);
      } catch (error) {
        // Noted here as well as below: the refusal may get lost on its way.
        if (error instanceof AwsError) noted.awsErrorCode = error.code;
        throw error;
      }
    });
    const fault = state.faults.take(parameters.get('Action'), caller.accessKeyId);
    if (!fault) return await carryOut();

    noted.fault = fault;
    const meet: Misfortune = misfortunes[fault];
    return await meet(carryOut, state.pace);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    noted.awsErrorCode = error.code;
    return api.protocol.refusal(api.namespace, error, requestId);
  }
}

/** The action as a key's family lets it be carried out; sessions of a user are treated as the key that began them. */
function asItsKeyIsTreated(caller: Caller, action: string | null, state: SandboxState, carryOut: CarryOut): CarryOut {
  const { family, account, user, accessKeyId: keyId } = caller;
  if (!family) return carryOut;

  if (!state.firstUses.has(keyId)) state.firstUses.set(keyId, Date.now());
  const owner = ownerName(account, user);
  state.families.set(owner, family);
  return () => (family.intercept ? family.intercept(carryOut, { keyId, owner, action }, state) : carryOut());
}

function carryOutAction(
  api: Api,
  caller: Caller,
  parameters: URLSearchParams,
  requestId: string,
  state: SandboxState,
): Answer {
  const name = parameters.get('Action');
  if (!name) throw missingAction();

  const version = parameters.get('Version') ?? 'NO_VERSION_SPECIFIED';
  const action = version === api.version ? findAction(api, name) : undefined;
  if (!action) throw invalidAction(name, version);

  // What GetSessionToken gives is not for IAM, as long as it was not asked for with MFA (STS API reference).
  const { session } = caller;
  if (api.service === 'iam' && session && !session.mfa && 'accessKeyId' in session.of) throw invalidClientTokenId();

  return api.protocol.result(api.namespace, name, action(caller, parameters, state), requestId);
}
