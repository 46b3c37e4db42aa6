import { type Action } from './action.js';
import { keyNamed } from './key-holder.js';

/** Also of the key the call is signed with. */
export const deleteAccessKey: Action = (caller, parameters, state) => {
  state.keys.changeStatus(keyNamed(caller, 'iam:DeleteAccessKey', parameters, state), 'Deleted');
  return {};
};
