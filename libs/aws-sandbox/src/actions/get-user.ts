import { findUser, createDate } from '../account.js';
import { noSuchEntity } from '../aws-errors.js';
import { authorize } from '../caller.js';
import { type XmlContent } from '../xml.js';
import { type Action } from './action.js';

/** Without a name it is about the caller. Root has no name, and so no path either. */
export const getUser: Action = (caller, parameters): XmlContent => {
  const name = parameters.get('UserName') ?? caller.user?.name;
  authorize(caller, 'iam:GetUser', name === undefined ? caller.arn : `user ${name}`);

  if (name === undefined) return { User: { UserId: caller.userId, Arn: caller.arn, CreateDate: createDate } };

  const user = findUser(caller.account, name);
  if (!user) throw noSuchEntity('user', name);

  return {
    User: { Path: user.path, UserName: user.name, UserId: user.id, Arn: user.arn, CreateDate: user.createDate },
  };
};
