import { type KeyOwner } from '../accounts/access-key.js';
import { gatewayAccount } from '../accounts/account.js';
import { type Caller } from '../caller.js';
import { keyFamilies } from '../accounts/families.js';
import { type SandboxState } from '../state/sandbox-state.js';
import { type Action } from './action.js';
import { holderNamed, type KeyHolder } from './key-holder.js';

/** The one answer that holds the secret. The key is treated as the others of its user are. */
export const createAccessKey: Action = (caller, parameters, state) => {
  const holder = holderNamed(caller, 'iam:CreateAccessKey', parameters, state);

  const of = keyOwner(holder, caller, state);
  const { id, secret } = state.keys.create(of, holder.owner, (of.family.createdKeysTake ?? 0) * state.pace);
  const { status, createDate } = state.keys.find(id)!;
  return {
    AccessKey: {
      UserName: holder.user?.name,
      AccessKeyId: id,
      Status: status,
      SecretAccessKey: secret,
      CreateDate: createDate,
    },
  };
};

function keyOwner({ user, owner }: KeyHolder, caller: Caller, state: SandboxState): KeyOwner {
  const { account } = caller;
  const isGateway = account.id === gatewayAccount('').id;
  const ownFamily = user?.name === caller.user?.name ? caller.family : undefined;
  const family =
    ownFamily ?? state.families.get(owner) ?? keyFamilies.find((one) => Boolean(one.isGateway) === isGateway)!;
  return { family, accountPart: account.part, userPart: user?.name.slice(-2).toUpperCase() ?? '00' };
}
