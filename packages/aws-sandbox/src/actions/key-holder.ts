import { findUser, iamArn, type User } from '../accounts/account.js';
import { missingValue, noSuchAccessKey, noSuchEntity, validationError } from '../protocol/aws-errors.js';
import { authorize, type Caller } from '../caller.js';
import { type KeyRecord } from '../state/access-keys.js';
import { ownerName, type SandboxState } from '../state/sandbox-state.js';

/** Whose access keys a call is about. */
export interface KeyHolder {
  /** Absent when it is root. */
  readonly user: User | undefined;
  /** As access keys are kept by. */
  readonly owner: string;
}

/** The user the call names, or else the caller, which has to be allowed to do this to them. */
export function holderNamed(
  caller: Caller,
  action: string,
  parameters: URLSearchParams,
  state: SandboxState,
): KeyHolder {
  const { account } = caller;
  const name = parameters.get('UserName') ?? caller.user?.name;
  if (name === undefined && caller.role) {
    throw validationError('Must specify userName when calling with non-User credentials');
  }
  if (name === undefined) {
    authorize(caller, action, { arn: caller.arn }, state);
    return { user: undefined, owner: ownerName(account, undefined) };
  }

  authorize(caller, action, { arn: iamArn(account, `user/${name}`), shown: `user ${name}` }, state);

  const user = findUser(account, name);
  if (!user) throw noSuchEntity('user', name);
  return { user, owner: ownerName(account, user) };
}

/** The key the call names, which has to be of whoever it is about. */
export function keyNamed(caller: Caller, action: string, parameters: URLSearchParams, state: SandboxState): KeyRecord {
  const id = parameters.get('AccessKeyId');
  if (!id) throw missingValue('accessKeyId');

  const { owner } = holderNamed(caller, action, parameters, state);
  const record = state.keys.find(id);
  if (record?.owner !== owner) throw noSuchAccessKey(id);
  return record;
}
