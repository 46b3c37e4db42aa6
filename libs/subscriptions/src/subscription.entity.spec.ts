import { ProvisioningWork } from './provisioning-work.entity.js';
import { Subscription, SubscriptionStatus } from './subscription.entity.js';

const now = new Date('2026-11-01T12:00:00.000Z');
const later = new Date('2026-11-01T12:05:00.000Z');

/** State of the provisioning work: never claimed, claimed earlier, claimed now. */
const hands = ['untouched', 'let go', 'claimed'] as const;
type Hands = (typeof hands)[number];

const workWith = (which: Hands): ProvisioningWork => {
  const work = ProvisioningWork.create(7, 'BUILD', now, which === 'let go' ? 1 : 0);
  if (which === 'claimed') work.claim({ token: 'mine', apiKeyId: 1, until: later }, now);
  return work;
};

const subscriptionThatIs = (status: SubscriptionStatus): Subscription => {
  const details = { tenantId: 2, cloudAccountId: 1001, name: 'Orders', region: 'us-east-1', plan: 'small' };
  const failure = status === 'ERROR' ? { failedKind: 'CHANGE', failureMessage: 'No capacity.' } : {};
  return Object.assign(Subscription.create(details, now), { status, ...failure });
};

const actions: Record<string, (subscription: Subscription, work: ProvisioningWork) => unknown> = {
  rename: (subscription, work) => subscription.change({ name: 'Bills' }, work, now),
  reconfigure: (subscription, work) => subscription.change({ plan: 'large' }, work, now),
  delete: (subscription, work) => subscription.requestEnd(work, now),
  retry: (subscription) => subscription.retry(now),
  built: (subscription) => subscription.completeWork(now),
  failed: (subscription) => subscription.failWork('BUILD', 'No capacity.', now),
  'torn down': (subscription) => subscription.end(now),
  abandon: (subscription) => subscription.abandon(now),
};

const ended = 'SUBSCRIPTION_ALREADY_ENDED';
const deleting = 'SUBSCRIPTION_BEING_DELETED';
const notInError = 'SUBSCRIPTION_NOT_IN_ERROR';
const each = (what: string) => ({ untouched: what, 'let go': what, claimed: what });

/** Status after an action, or the reason why nothing changes: by status, action, and state of the work. */
const table: Record<SubscriptionStatus, Record<string, Record<Hands, string>>> = {
  PENDING: {
    rename: each('PENDING'),
    reconfigure: { untouched: 'PENDING', 'let go': 'PENDING', claimed: 'SUBSCRIPTION_BUSY' },
    delete: { untouched: 'DELETED', 'let go': 'DELETING', claimed: 'DELETING' },
    retry: each(notInError),
    built: each('ACTIVE'),
    failed: each('ERROR'),
    'torn down': each('DELETED'),
    abandon: each('DELETED'),
  },
  ACTIVE: {
    rename: each('ACTIVE'),
    reconfigure: { untouched: 'CHANGE_PENDING', 'let go': 'CHANGE_PENDING', claimed: 'SUBSCRIPTION_BUSY' },
    delete: each('DELETING'),
    retry: each(notInError),
    built: each('ACTIVE'),
    failed: each('ERROR'),
    'torn down': each('DELETED'),
    abandon: each('DELETED'),
  },
  CHANGE_PENDING: {
    rename: each('CHANGE_PENDING'),
    reconfigure: { untouched: 'CHANGE_PENDING', 'let go': 'CHANGE_PENDING', claimed: 'SUBSCRIPTION_BUSY' },
    delete: each('DELETING'),
    retry: each(notInError),
    built: each('ACTIVE'),
    failed: each('ERROR'),
    'torn down': each('DELETED'),
    abandon: each('DELETED'),
  },
  DELETING: {
    rename: each(deleting),
    reconfigure: each(deleting),
    delete: each(deleting),
    retry: each(notInError),
    built: each(deleting),
    failed: each('ERROR'),
    'torn down': each('DELETED'),
    abandon: each('DELETED'),
  },
  ERROR: {
    rename: each('ERROR'),
    reconfigure: each('SUBSCRIPTION_IN_ERROR'),
    delete: each('DELETING'),
    retry: each('CHANGE_PENDING'),
    built: each('ACTIVE'),
    failed: each('ERROR'),
    'torn down': each('DELETED'),
    abandon: each('DELETED'),
  },
  DELETED: {
    rename: each(ended),
    reconfigure: each(ended),
    delete: each(ended),
    retry: each(ended),
    built: each(ended),
    failed: each(ended),
    'torn down': each(ended),
    abandon: each(ended),
  },
};

describe('A subscription that is', () => {
  const cells = Object.values(SubscriptionStatus).flatMap((status) =>
    Object.keys(actions).flatMap((action) => hands.map((which) => [status, action, which] as const)),
  );

  it.each(cells)('%s, when it is to %s and its work is %s', (status, action, which) => {
    const subscription = subscriptionThatIs(status);
    const before = { ...subscription };
    const expected = table[status][action]![which];

    try {
      actions[action]!(subscription, workWith(which));
    } catch (error) {
      expect((error as { code: string }).code).toBe(expected);
      expect({ ...subscription }).toEqual(before);
      return;
    }

    expect(subscription.status).toBe(expected);
    expect(subscription.isActive).toBe(expected !== 'DELETED');
    expect(subscription.endedAt).toEqual(expected === 'DELETED' ? now : null);
    expect(subscription.endReason).toBe(expected !== 'DELETED' ? null : action === 'abandon' ? 'ABANDONED' : 'DELETED');
    expect(subscription.failedKind === null).toBe(expected !== 'ERROR');
  });

  it.each([
    ['BUILD', 'PENDING'],
    ['CHANGE', 'CHANGE_PENDING'],
    ['TEAR_DOWN', 'DELETING'],
  ] as const)('in ERROR after a %s becomes %s when it is retried', (kind, status) => {
    const subscription = subscriptionThatIs('ACTIVE');
    subscription.failWork(kind, 'No capacity.', now);

    expect(subscription.retry(now)).toBe(kind);
    expect(subscription).toMatchObject({ status, failedKind: null, failureMessage: null });
  });

  it('is not changed by equal values, in any order of its tags', () => {
    const tags = [
      { key: 'b', value: '2' },
      { key: 'a', value: '1' },
    ];
    const subscription = subscriptionThatIs('ACTIVE');
    subscription.change({ tags }, null, now);

    expect(subscription.isUnchangedBy({ name: ' Orders ', plan: 'small', tags: tags.toReversed() })).toBe(true);
    expect(subscription.isUnchangedBy({ tags: tags.slice(1) })).toBe(false);
  });
});

describe('The work of a subscription', () => {
  it('is lost when its lease ends, and can then be claimed again', () => {
    const work = workWith('claimed');
    expect(() => work.refuseUnlessClaimedBy('mine', now)).not.toThrow();
    expect(() => work.refuseUnlessClaimedBy('another', now)).toThrow('The claim is not valid for this work.');
    expect(() => work.refuseUnlessClaimedBy('mine', later)).toThrow('The claim is not valid for this work.');
    work.claim({ token: 'another', apiKeyId: 2, until: new Date(later.getTime() + 1) }, later);

    expect(() => work.refuseUnlessClaimedBy('mine', later)).toThrow('The claim is not valid for this work.');
    expect(work).toMatchObject({ kind: 'BUILD', claims: 2 });
  });

  it('becomes TEAR_DOWN for the next claim after it was to be stopped', () => {
    const work = workWith('claimed');
    work.requestStop(now);
    expect(work).toMatchObject({ kind: 'BUILD', isStopRequested: true });
    work.claim({ token: 'another', apiKeyId: 2, until: new Date(later.getTime() + 1) }, later);

    expect(work).toMatchObject({ kind: 'TEAR_DOWN', isStopRequested: false, claims: 2, progress: 0, message: null });
  });
});

it.each(Object.keys(table) as SubscriptionStatus[])(
  'warns against changes of provisioned resources while it is %s',
  (status) => {
    const warning = subscriptionThatIs(status).provisionedResourcesWarning;
    if (status === 'DELETED') expect(warning).toBeNull();
    else expect(warning).toContain('Do not stop or terminate provisioned instances.');
  },
);
