import fc from 'fast-check';
import { faultInRule, normalisedRules, type SecurityGroupRule } from './security-group-rules.js';

const rule = (more: Partial<SecurityGroupRule> = {}): SecurityGroupRule => ({
  direction: 'INGRESS',
  protocol: 'tcp',
  fromPort: 6379,
  toPort: 6379,
  peer: '10.0.0.0/16',
  ...more,
});

describe('rules as a set', () => {
  it.each([
    ['a number for a name', { protocol: '6' }, {}],
    ['capitals', { protocol: 'TCP', peer: '2001:DB8::/32' }, { peer: '2001:db8::/32' }],
    ['IPv6 with zeros', { peer: '2001:0DB8:0:0::/32' }, { peer: '2001:db8::/32' }],
    ['a number with zeros', { protocol: '047' }, { protocol: '47' }],
    ['every port said', { fromPort: 0, toPort: 65535 }, { fromPort: null, toPort: null }],
    ['every port as -1', { fromPort: -1, toPort: -1 }, { fromPort: undefined, toPort: undefined }],
    ['ports of all protocols', { protocol: '-1', fromPort: 0, toPort: 0 }, { protocol: 'all' }],
    ['one port said once', { fromPort: 443, toPort: null }, { fromPort: 443, toPort: 443 }],
    ['every type of ICMP', { protocol: 'icmp', fromPort: -1, toPort: -1 }, { protocol: '1', fromPort: null }],
  ])('are equal for %s', (_, one, other) => {
    expect(normalisedRules([rule(one)])).toEqual(normalisedRules([rule(other)]));
  });

  it.each([
    ['the direction', { direction: 'EGRESS' as const }],
    ['the protocol', { protocol: 'udp' }],
    ['the first port', { fromPort: 6378 }],
    ['the last port', { toPort: 6380 }],
    ['the peer', { peer: '10.0.0.0/17' }],
    ['a type of ICMP that is 0', { protocol: 'icmp', fromPort: 0, toPort: 65535 }],
  ])('differ by %s', (_, more) => {
    expect(normalisedRules([rule(more)])).not.toEqual(normalisedRules([rule()]));
  });

  it('do not depend on the order or on repetitions', () => {
    const rules = fc.array(
      fc.record({
        direction: fc.constantFrom('INGRESS' as const, 'EGRESS' as const),
        protocol: fc.constantFrom('tcp', 'udp', '-1', '47'),
        fromPort: fc.option(fc.integer({ min: 0, max: 65535 })),
        peer: fc.constantFrom('10.0.0.0/8', 'sg-0123456789abcdef0', '::/0'),
      }),
    );
    fc.assert(
      fc.property(rules, (some) => {
        expect(normalisedRules([...some, ...some.toReversed()])).toEqual(normalisedRules(some));
      }),
    );
  });
});

describe('a rule', () => {
  it.each([
    {},
    { protocol: '-1', fromPort: null },
    { protocol: '255' },
    { peer: 'sg-0123456789abcdef0' },
    { peer: 'pl-01234567' },
    { peer: '::/0' },
    { protocol: 'icmp', fromPort: 8, toPort: 0 },
  ])('can be %j', (more) => expect(faultInRule(rule(more))).toBeNull());

  it.each([
    [{ fromPort: null, toPort: 22 }, 'first port'],
    [{ protocol: 'quic' }, 'protocol'],
    [{ protocol: '256' }, 'protocol'],
    [{ protocol: '' }, 'protocol'],
    [{ fromPort: 65536 }, 'ports'],
    [{ toPort: -2 }, 'ports'],
    [{ fromPort: 10, toPort: 9 }, 'not greater than the last port'],
    [{ peer: '10.0.0.1/16' }, 'peer'],
    [{ peer: 'sg-x' }, 'peer'],
    [{ peer: 'anywhere' }, 'peer'],
  ])('cannot be %j', (more, fault) => expect(faultInRule(rule(more))).toContain(fault));
});
