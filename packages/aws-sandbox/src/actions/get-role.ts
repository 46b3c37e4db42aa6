import { iamArn, type Account } from '../accounts/account.js';
import { missingValue, noSuchEntity } from '../protocol/aws-errors.js';
import { authorize, type Caller } from '../caller.js';
import { type SandboxState } from '../state/sandbox-state.js';
import { type Action } from './action.js';

export const getRole: Action = (caller, parameters, state) => {
  const name = parameters.get('RoleName');
  if (!name) throw missingValue('roleName');

  const role = roleSeenBy(caller, caller.account, name, state);
  const arn = role?.arn ?? iamArn(caller.account, `role/${name}`);
  authorize(caller, 'iam:GetRole', { arn, shown: `role ${name}` }, state);
  if (!role) throw noSuchEntity('role', name);

  return {
    Role: {
      Path: role.path,
      // The one field IAM encodes twice: for the URL, and then for XML.
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trust)),
      MaxSessionDuration: String(role.maxSessionDuration),
      RoleId: role.id,
      RoleName: role.name,
      Arn: role.arn,
      CreateDate: role.createDate,
    },
  };
};

/** A role of the account, unless the caller's key is of a family whose account has none. */
export const roleSeenBy = (caller: Caller, account: Account, name: string, state: SandboxState) =>
  caller.family?.accountHasNoRoles ? undefined : state.findRole(account, name);
