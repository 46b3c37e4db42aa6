import { faultInPolicy, type PolicyDocument } from '@cloud-account-gateway/iam-policy';
import { findAccessKey, type AccessKey } from './accounts/access-key.js';
import { type Account } from './accounts/account.js';
import { ownerOf } from './caller.js';
import { type Propagation } from './state/access-keys.js';
import { type SandboxCall } from './state/call-log.js';
import { type FaultInjection } from './state/injected-faults.js';
import { nameIn, type SandboxState } from './state/sandbox-state.js';

/**
 * What tests set and see that no call of AWS's can. Everything holds until the sandbox is closed, from the moment it is said.
 *
 * Each method throws a plain Error, which says what is wrong, for a key that is none of the sandbox's and for a policy
 * the sandbox cannot judge.
 */
export interface SandboxAdmin {
  /** Replaces all policies of the user the key belongs to; none allow nothing. */
  setUserPolicies(accessKeyId: string, documents: readonly PolicyDocument[]): void;
  /** Replaces all policies of a role in the account the key belongs to. */
  setRolePolicies(accountOfKey: string, roleName: string, documents: readonly PolicyDocument[]): void;
  /** The permissions boundary of the user the key belongs to; null for none. */
  setBoundary(accessKeyId: string, document: PolicyDocument | null): void;
  /** What the organization allows the account the key belongs to, root included. An empty list allows nothing. */
  setServiceControlPolicies(accessKeyId: string, documents: readonly PolicyDocument[]): void;
  /** Whether the account the key belongs to has enabled a region; every region is enabled until this says otherwise. */
  setRegionEnabled(accountOfKey: string, region: string, isEnabled: boolean): void;
  /** The trust policy of a role in the account the key belongs to. Creates the role, at the path, when it does not exist. */
  setTrust(accessKeyId: string, roleName: string, document: PolicyDocument, path?: string): void;
  /** The newest thousand calls, the oldest first, refused ones included. */
  calls(): SandboxCall[];
  forgetCalls(): void;
  /** The next calls that fit, `times` of them, meet a fault, once they have proven their secret. */
  inject(injection: FaultInjection): void;
  /** Takes back every fault that no call has met. */
  forgetFaults(): void;
  /**
   * How long keys that are created from now on stay unknown (InvalidClientTokenId), in milliseconds: to both services, or
   * to each. With `changesToo` a key also goes on working for as long after it was deactivated or deleted, and goes on
   * being refused for as long after it was activated.
   */
  propagationTakes(ms: number | Propagation, options?: { readonly changesToo?: boolean }): void;
  /** All sessions there are end now: ExpiredToken. */
  endSessions(): void;
}

export function adminOf(state: SandboxState): SandboxAdmin {
  return {
    setUserPolicies: (id, documents) => void state.userPolicies.set(userOf(id), checked(documents)),
    setRolePolicies: (id, role, documents) =>
      void state.rolePolicies.set(nameIn(accountOf(id), role), checked(documents)),
    setBoundary: (id, document) => void state.boundaries.set(userOf(id), document && checked([document])[0]!),
    setServiceControlPolicies: (id, documents) =>
      void state.serviceControlPolicies.set(accountOf(id).id, checked(documents)),
    setRegionEnabled: (id, region, isEnabled) => {
      const place = nameIn(accountOf(id), region);
      if (isEnabled) state.disabledRegions.delete(place);
      else state.disabledRegions.add(place);
    },
    setTrust: (id, role, document, path = '/') =>
      void state.roles.set(nameIn(accountOf(id), role), { trust: checked([document])[0]!, path }),
    calls: () => state.calls.list(),
    forgetCalls: () => state.calls.forget(),
    inject: (injection) => state.faults.add(injection),
    forgetFaults: () => state.faults.forget(),
    propagationTakes: (ms, { changesToo = false } = {}) => {
      state.keys.propagation = typeof ms === 'number' ? { sts: ms, iam: ms } : { ...ms };
      state.keys.changesPropagate = changesToo;
    },
    endSessions: () => void (state.sessionsEndedAt = Date.now() + 1),
  };
}

function keyWith(accessKeyId: string): AccessKey {
  const key = findAccessKey(accessKeyId);
  if (!key) throw new Error('This is not an access key ID of the sandbox.');
  return key;
}

const accountOf = (accessKeyId: string): Account => ownerOf(keyWith(accessKeyId), '').account;

function userOf(accessKeyId: string): string {
  const { account, user } = ownerOf(keyWith(accessKeyId), '');
  if (!user) throw new Error('This access key belongs to a root user, who has no policies.');
  return nameIn(account, user.name);
}

/** A copy: what a test changes afterwards changes nothing here. */
function checked(documents: readonly PolicyDocument[]): PolicyDocument[] {
  for (const document of documents) {
    const fault = faultInPolicy(document);
    if (fault) throw new Error(fault);
  }
  return structuredClone([...documents]);
}
