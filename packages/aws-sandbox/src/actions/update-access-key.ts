import { missingValue } from '../protocol/aws-errors.js';
import { constraintFailed } from '../protocol/parameters.js';
import { type Action } from './action.js';
import { keyNamed } from './key-holder.js';

export const updateAccessKey: Action = (caller, parameters, state) => {
  const status = parameters.get('Status');
  if (!status) throw missingValue('status');
  if (status !== 'Active' && status !== 'Inactive') {
    throw constraintFailed(status, 'status', 'satisfy enum value set: [Active, Inactive]');
  }

  state.keys.changeStatus(keyNamed(caller, 'iam:UpdateAccessKey', parameters, state), status);
  return {};
};
