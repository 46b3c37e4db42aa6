import { findRole } from '../account.js';
import { missingValue, noSuchEntity } from '../aws-errors.js';
import { authorize } from '../caller.js';
import { type Action } from './action.js';

export const getRole: Action = (caller, parameters) => {
  const name = parameters.get('RoleName');
  if (!name) throw missingValue('roleName');

  authorize(caller, 'iam:GetRole', `role ${name}`);

  const role = caller.family.accountHasNoRoles ? undefined : findRole(caller.account, name);
  if (!role) throw noSuchEntity('role', name);

  return {
    Role: {
      Path: role.path,
      // The one field IAM encodes twice: for the URL, and then for XML.
      AssumeRolePolicyDocument: encodeURIComponent(role.assumeRolePolicy),
      MaxSessionDuration: String(role.maxSessionDuration),
      RoleId: role.id,
      RoleName: role.name,
      Arn: role.arn,
      CreateDate: role.createDate,
    },
  };
};
