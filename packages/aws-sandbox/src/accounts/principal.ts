import type { Permissions } from '@cloud-account-gateway/iam-policy';
import { type Account, type Role, type User } from './account.js';
import { type KeyFamily } from './families.js';
import { everything } from './common-policies.js';
import { type Session } from './session.js';
import { nameIn, type SandboxState } from '../state/sandbox-state.js';

/** Who has permissions: a user, a role, or root, which is neither. */
export interface Principal {
  /** Of the key that is used; a role has none of its own. */
  readonly family: KeyFamily | undefined;
  readonly account: Account;
  readonly user: User | undefined;
  readonly role: Role | undefined;
  readonly arn: string;
  /** Of an IAM user the 21 characters beginning AIDA; of a role AROA and the session's name; of root the account id. */
  readonly userId: string;
}

/** All policies that have a say in what the principal may do. Everything, unless its family or a test says otherwise. */
export function permissionsOf(principal: Principal, state: SandboxState, session?: Session): Permissions {
  const { account, user, role, family } = principal;
  const organization = state.serviceControlPolicies.get(account.id) ?? family?.serviceControlPolicies;
  if (role) {
    const identity = state.rolePolicies.get(nameIn(account, role.name)) ?? [everything];
    return { identity, organization, session: session && 'policy' in session.of ? session.of.policy : undefined };
  }
  // Nothing but the organization restricts root.
  if (!user) return { identity: [everything], organization };

  const name = nameIn(account, user.name);
  const boundary = state.boundaries.has(name) ? state.boundaries.get(name) : family?.boundary;
  return {
    identity: state.userPolicies.get(name) ?? family?.policies ?? [everything],
    boundary: boundary ?? undefined,
    organization,
  };
}

/** The condition keys that follow from who asks. */
export function principalContext({ account, user, role, arn, userId }: Principal): Map<string, readonly string[]> {
  const type = user ? 'User' : role ? 'AssumedRole' : 'Account';
  return new Map<string, readonly string[]>([
    ...(user ? [['aws:username', [user.name]] as const] : []),
    ['aws:userid', [userId]],
    ['aws:principalarn', [role?.arn ?? arn]],
    ['aws:principalaccount', [account.id]],
    ['aws:principaltype', [type]],
  ]);
}
