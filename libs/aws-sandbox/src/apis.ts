import { type Action } from './actions/action.js';
import { assumeRole } from './actions/assume-role.js';
import { getCallerIdentity } from './actions/get-caller-identity.js';
import { getRole } from './actions/get-role.js';
import { getSessionToken } from './actions/get-session-token.js';
import { getUser } from './actions/get-user.js';
import { simulatePrincipalPolicy } from './actions/simulate-principal-policy.js';

/** One of the AWS services: in the query protocol a name, a version that never changes, and actions. */
export interface Api {
  /** As it stands in the credential scope of a signature. */
  readonly service: string;
  readonly version: string;
  readonly namespace: string;
  readonly actions: Readonly<Record<string, Action>>;
}

const sts: Api = {
  service: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  actions: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity, GetSessionToken: getSessionToken },
};

const iam: Api = {
  service: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  actions: { GetRole: getRole, GetUser: getUser, SimulatePrincipalPolicy: simulatePrincipalPolicy },
};

/** A new action is one entry above, in the API it belongs to. */
export const apis: readonly Api[] = [sts, iam];

/** AWS tells its APIs apart by host name. Here all share one, so a call's version says which it is meant for. */
export function apiOf(version?: string | null, scopedService?: string): Api {
  return apis.find((api) => api.version === version) ?? apis.find((api) => api.service === scopedService) ?? sts;
}

export function findAction({ actions }: Api, name: string): Action | undefined {
  // "constructor" is no action, though every object has one.
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}
