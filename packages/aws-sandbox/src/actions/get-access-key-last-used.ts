import { findAccessKey } from '../accounts/access-key.js';
import { iamArn } from '../accounts/account.js';
import { missingValue, noSuchAccessKey } from '../protocol/aws-errors.js';
import { authorize, ownerOf } from '../caller.js';
import { ownerName } from '../state/sandbox-state.js';
import { type XmlContent } from '../protocol/xml.js';
import { type Action } from './action.js';

/** Knows each use at once; at AWS it takes hours. */
export const getAccessKeyLastUsed: Action = (caller, parameters, state): XmlContent => {
  const id = parameters.get('AccessKeyId');
  if (!id) throw missingValue('accessKeyId');

  const key = findAccessKey(id);
  const owner = key && ownerOf(key, '');
  const isOurs = owner?.account.id === caller.account.id;
  // Permission is given on users, so for a key nobody has it has to be given on all.
  const user = isOurs ? owner.user : undefined;
  const arn = user ? iamArn(caller.account, `user/${user.name}`) : '*';
  authorize(caller, 'iam:GetAccessKeyLastUsed', { arn }, state);

  const record = state.keys.find(id);
  if (!record || !isOurs || record.owner !== ownerName(owner.account, owner.user)) throw noSuchAccessKey(id);

  const { lastUse } = record;
  return {
    UserName: user?.name,
    AccessKeyLastUsed: {
      LastUsedDate: lastUse?.at.toISOString().replace(/\.\d{3}/, ''),
      ServiceName: lastUse?.service ?? 'N/A',
      Region: lastUse?.region ?? 'N/A',
    },
  };
};
