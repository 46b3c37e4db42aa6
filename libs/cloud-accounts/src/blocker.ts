import type { KeyRotation } from '#libs/aws-credentials';
import type { Page } from '#libs/kernel';

/** A subscription that keeps its account from being deleted. */
export interface ActiveSubscription {
  readonly id: number;
  readonly tenantId: number;
  readonly name: string;
  readonly status: string;
  /** What has to be done before it ends, as a sentence. */
  readonly toBeDoneFirst: string;
}

export const BlockerKind = { SUBSCRIPTION: 'SUBSCRIPTION', ROTATION: 'ROTATION' } as const;
export type BlockerKind = keyof typeof BlockerKind;

/** What keeps an account from being deleted, by number alone. */
export interface InTheWay {
  /** Whoever's they are. */
  readonly subscriptions: number;
  readonly isRotating: boolean;
}

/** One thing that keeps an account from being deleted. */
export interface Blocker {
  /** Its place in the list: the subscription's number; 0 for a rotation, which is listed first. */
  readonly id: number;
  readonly kind: BlockerKind;
  readonly name: string;
  readonly status: string;
  /** What has to be done before the account can go, as a sentence. */
  readonly toBeDoneFirst: string;
  readonly subscription: ActiveSubscription | null;
}

/** What one tenant may see of the blockers, at one moment. */
export interface SeenBlockers {
  readonly cloudAccountId: number;
  readonly tenantId: number;
  /** The first of them, as many as a page may have. */
  readonly page: Page<Blocker>;
  readonly visible: number;
  readonly hidden: number;
}

export function blockedBy(subscription: ActiveSubscription): Blocker {
  const { id, name, status, toBeDoneFirst } = subscription;
  return { id, kind: 'SUBSCRIPTION', name, status, toBeDoneFirst, subscription };
}

export function blockedByRotation({ state }: KeyRotation): Blocker {
  return {
    id: 0,
    kind: 'ROTATION',
    name: 'Rotation of the access key',
    status: state,
    toBeDoneFirst:
      state === 'NEEDS_ATTENTION'
        ? 'Fix the problem in `rotation.lastError` of the account, or cancel the rotation with `cancelRotation`.'
        : 'Wait until the rotation ends, or cancel it with `cancelRotation`.',
    subscription: null,
  };
}
