import { createDate, findUser, iamArn } from '../accounts/account.js';
import { noSuchEntity, validationError } from '../protocol/aws-errors.js';
import { authorize } from '../caller.js';
import { type XmlContent } from '../protocol/xml.js';
import { type Action } from './action.js';

/** Without a name it is about the caller. Root has no name, and so no path either. */
export const getUser: Action = (caller, parameters, state): XmlContent => {
  const name = parameters.get('UserName') ?? caller.user?.name;
  if (name === undefined && caller.role) {
    throw validationError('Must specify userName when calling with non-User credentials');
  }
  if (name === undefined) {
    authorize(caller, 'iam:GetUser', { arn: caller.arn }, state);
    return { User: { UserId: caller.userId, Arn: caller.arn, CreateDate: createDate } };
  }

  authorize(caller, 'iam:GetUser', { arn: iamArn(caller.account, `user/${name}`), shown: `user ${name}` }, state);

  const user = findUser(caller.account, name);
  if (!user) throw noSuchEntity('user', name);

  return {
    User: { Path: user.path, UserName: user.name, UserId: user.id, Arn: user.arn, CreateDate: user.createDate },
  };
};
