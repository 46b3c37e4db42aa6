import { type Action } from './action.js';

/** AWS answers this even where a policy denies it: it proves who the caller is and nothing about what it may do. */
export const getCallerIdentity: Action = ({ arn, userId, account }) => ({
  Arn: arn,
  UserId: userId,
  Account: account.id,
});
