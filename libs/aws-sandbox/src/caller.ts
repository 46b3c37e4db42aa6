import { type AccessKey } from './access-key.js';
import { accountOf, iamArn, userOf, type Account, type User } from './account.js';
import { accessDenied } from './aws-errors.js';
import { type KeyFamily } from './families.js';

/** Whoever signed a call. */
export interface Caller {
  readonly family: KeyFamily;
  readonly account: Account;
  readonly arn: string;
  /** Of an IAM user the 21 characters beginning AIDA; of root the account id. */
  readonly userId: string;
  /** Absent when the caller is root. */
  readonly user: User | undefined;
}

/** A key does not say which partition it is of; the region a call is signed for does. */
export function callerOf({ family, accountPart, userPart }: AccessKey, region: string): Caller {
  const account = accountOf(accountPart, region);
  if (family.isRoot) return { family, account, arn: iamArn(account, 'root'), userId: account.id, user: undefined };

  const user = userOf(account, userPart);
  return { family, account, arn: user.arn, userId: user.id, user };
}

/** AWS asks this before it looks whether the resource exists, and so must every action. */
export function authorize(caller: Caller, action: string, resource: string): void {
  if (caller.family.denied?.includes(action)) throw accessDenied(caller.arn, action, resource);
}
