import { type Action } from './actions/action.js';
import { assumeRole } from './actions/assume-role.js';
import { createAccessKey } from './actions/create-access-key.js';
import { createServiceLinkedRole } from './actions/create-service-linked-role.js';
import { deleteAccessKey } from './actions/delete-access-key.js';
import { getAccessKeyLastUsed } from './actions/get-access-key-last-used.js';
import { getCallerIdentity } from './actions/get-caller-identity.js';
import { getRole } from './actions/get-role.js';
import { getSessionToken } from './actions/get-session-token.js';
import { getUser } from './actions/get-user.js';
import { listAccessKeys } from './actions/list-access-keys.js';
import { simulatePrincipalPolicy } from './actions/simulate-principal-policy.js';
import { updateAccessKey } from './actions/update-access-key.js';
import { ec2Actions } from './ec2/actions.js';
import { ec2Protocol } from './ec2/protocol.js';
import { queryProtocol, type Protocol } from './protocol/protocol.js';
import { type Service } from './state/access-keys.js';

/** One of the AWS services: in the query protocol a name, a version that never changes, and actions. */
export interface Api {
  /** As it stands in the credential scope of a signature. */
  readonly service: Service;
  readonly version: string;
  readonly namespace: string;
  /** How it writes its answers. */
  readonly protocol: Protocol;
  readonly actions: Readonly<Record<string, Action>>;
}

const sts: Api = {
  service: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  protocol: queryProtocol,
  actions: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity, GetSessionToken: getSessionToken },
};

const iam: Api = {
  service: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  protocol: queryProtocol,
  actions: {
    CreateAccessKey: createAccessKey,
    CreateServiceLinkedRole: createServiceLinkedRole,
    DeleteAccessKey: deleteAccessKey,
    GetAccessKeyLastUsed: getAccessKeyLastUsed,
    GetRole: getRole,
    GetUser: getUser,
    ListAccessKeys: listAccessKeys,
    SimulatePrincipalPolicy: simulatePrincipalPolicy,
    UpdateAccessKey: updateAccessKey,
  },
};

const ec2: Api = {
  service: 'ec2',
  version: '2016-11-15',
  namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  protocol: ec2Protocol,
  actions: ec2Actions,
};

/** A new action is one entry above, in the API it belongs to. */
export const apis: readonly Api[] = [sts, iam, ec2];

/** AWS tells its APIs apart by host name. Here all share one, so a call's version says which it is meant for. */
export function apiOf(version?: string | null, scopedService?: string): Api {
  return apis.find((api) => api.version === version) ?? apis.find((api) => api.service === scopedService) ?? sts;
}

export function findAction({ actions }: Api, name: string): Action | undefined {
  // "constructor" is no action, though every object has one.
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}
