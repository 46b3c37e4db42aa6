import { pageOf } from '../protocol/parameters.js';
import { type Action } from './action.js';
import { holderNamed } from './key-holder.js';

export const listAccessKeys: Action = (caller, parameters, state) => {
  const { user, owner } = holderNamed(caller, 'iam:ListAccessKeys', parameters, state);

  const { page, more } = pageOf(state.keys.of(owner), parameters);
  return {
    AccessKeyMetadata: page.map(({ id, status, createDate }) => ({
      UserName: user?.name,
      AccessKeyId: id,
      Status: status,
      CreateDate: createDate,
    })),
    ...more,
  };
};
