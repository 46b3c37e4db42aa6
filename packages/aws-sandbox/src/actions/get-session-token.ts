import { notForSessions } from '../protocol/aws-errors.js';
import { provesMfa } from '../accounts/mfa.js';
import { numberIn } from '../protocol/parameters.js';
import { beginSession } from '../accounts/session.js';
import { type Action } from './action.js';

/** AWS allows it to every long-term key, root's included, and to no session. */
export const getSessionToken: Action = (caller, parameters) => {
  const { accessKeyId, session, user } = caller;
  if (session) throw notForSessions('GetSessionToken');

  const most = user ? 129_600 : 3600;
  const otherwise = user ? 43_200 : 3600;
  const seconds = numberIn(parameters, 'DurationSeconds', { least: 900, most, otherwise });
  return { Credentials: beginSession({ accessKeyId }, { mfa: provesMfa(caller, parameters), seconds }) };
};
