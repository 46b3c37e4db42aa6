import { differencesOf, type Met } from './difference.js';

const met = (attributes: object, more: Partial<Met> = {}): Met => ({
  seen: { id: 'i-0a', isGone: false, attributes: { ...attributes } },
  isTagged: true,
  ...more,
});

describe('the differences between expected and observed attributes', () => {
  it('are empty when everything is as expected, and for attributes that AWS did not report', () => {
    const running = { state: 'RUNNING', instanceType: 'm7g.large' };
    expect(differencesOf(running, met(running))).toEqual([]);
    expect(differencesOf({}, met(running))).toEqual([]);
  });

  it.each([
    ['state', 'STATE_CHANGED', 'RUNNING', 'STOPPED'],
    ['instanceType', 'INSTANCE_TYPE_CHANGED', 'm7g.large', 'm7g.xlarge'],
    ['volumeType', 'VOLUME_TYPE_CHANGED', 'gp3', 'gp2'],
    ['sizeGiB', 'SIZE_CHANGED', 100, 120],
    ['cidr', 'CIDR_CHANGED', '10.0.0.0/16', '10.1.0.0/16'],
  ])('have a name: %s', (name, kind, wanted, actual) => {
    expect(differencesOf({ [name]: wanted }, met({ [name]: actual }))).toEqual([
      { kind, expected: [String(wanted)], actual: [String(actual)] },
    ]);
  });

  it('of rules are the missing and the added ones, in any order', () => {
    const [a, b, c] = ['ingress tcp 1-1 10.0.0.0/8', 'ingress tcp 2-2 10.0.0.0/8', 'ingress tcp 3-3 10.0.0.0/8'];
    expect(differencesOf({ rules: [a, b] }, met({ rules: [b, a] }))).toEqual([]);
    expect(differencesOf({ rules: [a, b] }, met({ rules: [c, a] }))).toEqual([
      { kind: 'RULES_CHANGED', expected: [b], actual: [c] },
    ]);
    expect(differencesOf({ rules: [a] }, met({ rules: [] }))).toEqual([
      { kind: 'RULES_CHANGED', expected: [a], actual: [] },
    ]);
  });

  it('of a deleted resource are the deletion only', () => {
    const gone = [{ kind: 'RESOURCE_DELETED', expected: [], actual: [] }];
    const wanted = { state: 'RUNNING' };
    expect(differencesOf(wanted, { seen: null, isTagged: false })).toEqual(gone);
    expect(differencesOf(wanted, { seen: { id: 'i', isGone: true, attributes: {} }, isTagged: true })).toEqual(gone);
  });

  it('are reported together with the removed tag', () => {
    expect(differencesOf({ state: 'RUNNING' }, met({ state: 'STOPPED' }, { isTagged: false }))).toMatchObject([
      { kind: 'TAG_REMOVED' },
      { kind: 'STATE_CHANGED' },
    ]);
  });
});
