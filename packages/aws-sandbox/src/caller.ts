import { decide } from '@cloud-account-gateway/iam-policy';
import { findAccessKey, type AccessKey, type KeyOwner } from './accounts/access-key.js';
import {
  accountOf,
  assumedRoleArn,
  findAccount,
  gatewayAccount,
  iamArn,
  userOf,
  type Account,
  type User,
} from './accounts/account.js';
import { type Credentials } from './authentication.js';
import { accessDenied, invalidClientTokenId } from './protocol/aws-errors.js';
import { permissionsOf, principalContext, type Principal } from './accounts/principal.js';
import { type Session } from './accounts/session.js';
import { type SandboxState } from './state/sandbox-state.js';

/** Whoever signed a call. */
export interface Caller extends Principal {
  /** What the call was signed with, and for which region. */
  readonly accessKeyId: string;
  readonly region: string;
  /** What else is known when it is a session: whether it proved a second factor, and what restricts it. */
  readonly session: Session | undefined;
}

/** Whose key it is. A key does not say which partition it is of; the region a call is signed for does. */
export function ownerOf({ family, accountPart, userPart }: KeyOwner, region: string): OwnerOfKey {
  const account = family.isGateway ? gatewayAccount(region) : accountOf(accountPart, region);
  if (family.isRoot) return { account, user: undefined };

  return { account, user: userOf(account, userPart) };
}

interface OwnerOfKey {
  readonly account: Account;
  /** Absent when the key is root's. */
  readonly user: User | undefined;
}

export function callerOf({ key, session }: Credentials, region: string, state: SandboxState): Caller {
  if (key) return callerWith(key, region, key.id, undefined);
  if ('accessKeyId' in session.of) {
    const origin = findAccessKey(session.of.accessKeyId);
    if (!origin) throw invalidClientTokenId();
    return callerWith(origin, region, session.accessKeyId, session);
  }

  const { accountId, roleName, sessionName } = session.of;
  const account = findAccount(accountId, region);
  const role = account && state.findRole(account, roleName);
  if (!role) throw invalidClientTokenId();

  return {
    accessKeyId: session.accessKeyId,
    region,
    session,
    family: undefined,
    account,
    user: undefined,
    role,
    arn: assumedRoleArn({ partition: account.partition, accountId: account.id, name: roleName }, sessionName),
    userId: `${role.id}:${sessionName}`,
  };
}

function callerWith(key: AccessKey, region: string, accessKeyId: string, session: Session | undefined): Caller {
  const { account, user } = ownerOf(key, region);
  return {
    accessKeyId,
    region,
    session,
    family: key.family,
    account,
    user,
    role: undefined,
    arn: user?.arn ?? iamArn(account, 'root'),
    userId: user?.id ?? account.id,
  };
}

/** What a call is about: as policies name it, and as AWS names it in a refusal. */
export interface Resource {
  readonly arn: string;
  /** `role console-role`; the ARN when not said. */
  readonly shown?: string;
  /** The condition keys that follow from the resource or the request, in lower case. */
  readonly context?: ReadonlyMap<string, readonly string[]>;
}

/** AWS asks this before it looks whether the resource exists, and so must every action. */
export function authorize(
  caller: Caller,
  action: string,
  { arn, shown = arn, context }: Resource,
  state: SandboxState,
): void {
  const { decision, because } = decide(permissionsOf(caller, state, caller.session), {
    action,
    resource: arn,
    context: new Map([...contextOf(caller), ...(context ?? [])]),
  });
  if (decision !== 'ALLOWED') throw accessDenied(caller.arn, action, shown, because);
}

/** The condition keys of a call. A long-term key says nothing of a second factor, a session does either way. */
export function contextOf(caller: Caller): Map<string, readonly string[]> {
  const context = principalContext(caller);
  const now = Date.now();
  context.set('aws:requestedregion', [caller.region]);
  context.set('aws:currenttime', [new Date(now).toISOString()]);
  context.set('aws:epochtime', [String(Math.floor(now / 1000))]);
  if (caller.session) context.set('aws:multifactorauthpresent', [String(caller.session.mfa)]);
  if (caller.session?.mfa)
    context.set('aws:multifactorauthage', [String(Math.floor((now - caller.session.beganAt) / 1000))]);
  return context;
}
